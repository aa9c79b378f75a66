"""The breaker of a connection: a system that fails again and again is left alone for a while, then tried once.

    closed ── so many failures in a row ──▶ open ── after a while ──▶ half open: one is let through
      ▲                                      ▲                            │
      └──────────── it answered ─────────────┼────────────────────────────┤
                                             └──── it failed: longer ─────┘

A refusal is an answer. What the house did not ask says nothing of the system, and a system that says when to come
back is there: its own time is kept by the pace.
"""

from collections.abc import Callable
from typing import Final

from remit.errors import SystemBusy

_SHORTEST: Final = 5.0  # seconds it stays open the first time
_LONGEST: Final = 300.0


class Breaker:
    """The breaker of one connection in one process."""

    def __init__(self, system: str, opens_after: int | None, tick: Callable[[], float]) -> None:
        self._system = system
        self._opens_after = opens_after
        self._tick = tick
        self._failures = 0
        self._until = 0.0
        self._rest = _SHORTEST
        self._is_open = False
        self._is_trying = False

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half_open` when one may try, or does."""
        if not self._is_open:
            return "closed"
        return "open" if self._tick() < self._until else "half_open"

    def enter(self) -> bool:
        """Let somebody ask; tell whether it is the one who tries.

        Raises:
            SystemBusy: Nobody asks now.
        """
        if not self._is_open:
            return False
        left = self._until - self._tick()
        if left > 0 or self._is_trying:
            said = f"`{self._system}` failed {self._failures} times in a row, and is left alone for a while"
            raise SystemBusy(said, retry_after=max(left, 1.0))
        self._is_trying = True
        return True

    def leave(self, *, is_trying: bool) -> None:
        """Let the next one try, when the one who did learned nothing."""
        if is_trying:
            self._is_trying = False

    def answered(self) -> None:
        """Note an answer: it closes."""
        self._failures, self._rest, self._is_open, self._is_trying = 0, _SHORTEST, False, False

    def failed(self) -> None:
        """Note a failure: enough of them open it, and one while it is tried leaves it open for longer."""
        self._failures += 1
        if self._is_trying:
            self._rest = min(self._rest * 2, _LONGEST)
        elif self._is_open or self._opens_after is None or self._failures < self._opens_after:
            return
        self._is_open, self._until = True, self._tick() + self._rest
