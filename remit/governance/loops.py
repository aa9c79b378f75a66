"""Notices a run that goes round in circles: the same asked again and again, or no end of steps."""

from collections import Counter
from typing import Any, Final

from remit.canonical import digest_of
from remit.charters.limits import Limits

_PATIENT: Final = "wait"  # waiting for the same again uses nothing up


class Loops:
    """The steps of one run as it takes them, those it replays included."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._asked: Counter[str] = Counter()

    def step(self, number: int, what: tuple[str, str, Any]) -> str:
        """Note a step; give why the run has to end, or nothing when it may go on.

        Args:
            number: Its number in the run, from 1.
            what: Its kind, its name, and what is asked.
        """
        kind, name, _ = what
        if number > self._limits.steps_per_run:
            return f"a loop: it has taken {self._limits.steps_per_run} steps, which is the most its charter gives a run"
        if kind == _PATIENT:
            return ""
        same = digest_of(what)
        self._asked[same] += 1
        if self._asked[same] > self._limits.same_step:
            return f"a loop: it asks `{kind} {name}` with the same arguments more than {self._limits.same_step} times"
        return ""
