"""One question to one system: in turn, within the time limit, unless it is halted or left alone; and how it went."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from opentelemetry import trace

from remit.connections.breaker import Breaker
from remit.connections.health import Health
from remit.connections.operation import Kind, Operation
from remit.connections.pace import ASKED, Limits, Pace, Timing
from remit.errors import OutcomeUnknown, SystemBusy, SystemFailed, SystemRefused
from remit.store.database import Database

_Answer = TypeVar("_Answer")
_tracer: Final = trace.get_tracer("remit")

Guard = Callable[[str], Awaitable[float]]
"""Asked with a system's name before every question; gives for how many seconds its answer holds, or raises
`ConnectionHalted`."""


class Asking:
    """What one process asks of one system, a question at a time or several."""

    def __init__(self, system: str, limits: Limits, timing: Timing) -> None:
        self._system = system
        self._timing = timing
        self._time_limit = limits.time_limit
        self._pace = Pace(system, limits, timing)
        self._breaker = Breaker(system, limits.opens_after, timing.tick)
        self.guard: Guard | None = None
        self.under_way = 0
        """how many questions are asked, or wait for their turn"""
        self.health = Health()

    @property
    def breaker(self) -> str:
        """Whether the system is asked: `closed`, `open` or `half_open`."""
        return self._breaker.state

    def share(self, database: Database) -> None:
        """Keep the pace together with every process on a database."""
        self._pace.share(database)

    @_tracer.start_as_current_span("ask")
    async def ask(
        self, named: Operation, ask: Callable[[], Awaitable[_Answer]], *, begin_by: float | None = None
    ) -> _Answer:
        """Ask once, in turn and within the time limit, and note how it went.

        Raises:
            SystemRefused: The system said no.
            SystemBusy: It said later, or it was not asked: it is left alone, asked too often, or it is too late.
            OutcomeUnknown: It may have happened.
            ConnectionHalted: It may not be asked.
        """
        trace.get_current_span().set_attribute("operation", named.name)
        is_trying = self._breaker.enter()
        self.under_way += 1
        try:
            async with self._pace.turn(self.left(begin_by)):
                begin_by = await self._guarded() if begin_by is None else begin_by
                return await self._ask_in_turn(named, ask, begin_by)
        finally:
            self.under_way -= 1
            self._breaker.leave(is_trying=is_trying)

    def left(self, begin_by: float | None) -> float:
        """Give the seconds left until a moment of the monotonic clock."""
        return float("inf") if begin_by is None else begin_by - self._timing.tick()

    async def _guarded(self) -> float | None:
        """Make sure that the system may be asked now; give until when that holds."""
        asked_at = self._timing.tick()
        return asked_at + await self.guard(self._system) if self.guard else None

    async def _ask_in_turn(
        self, named: Operation, ask: Callable[[], Awaitable[_Answer]], begin_by: float | None
    ) -> _Answer:
        # INVARIANT: nothing begins after `begin_by`; a process frozen since the decision finds itself late here.
        if self.left(begin_by) <= 0:
            raise SystemBusy(f"it was too late to begin `{named.name}`; nothing happened")
        try:
            async with asyncio.timeout(self._time_limit):
                answer = await ask()
        except SystemRefused:
            self._answered(is_read=False)  # an answer, and no data
            raise
        except SystemBusy as error:
            await self._said_later(error)
            raise
        except SystemFailed as error:
            self._failed(str(error))
            raise
        except TimeoutError:
            raise self._unknown(f"`{named.name}` was not answered within {self._time_limit:g} seconds") from None
        except Exception as error:  # a connector is other people's code: what it did is not known
            raise self._unknown(f"the connector of `{self._system}` broke while asking `{named.name}`") from error
        took_effect = named.kind is Kind.WRITE and answer is not None  # looked up and not found, it did not
        self._answered(is_read=named.kind is Kind.READ, is_write=took_effect)
        return answer

    async def _said_later(self, error: SystemBusy) -> None:
        if error.retry_after <= ASKED:  # it said nothing in particular, or nothing at all
            return self._failed(str(error))
        self.health = self.health.failed(self._timing.now(), str(error))
        return await self._pace.asked_to_wait(error.retry_after)

    def _unknown(self, reason: str) -> OutcomeUnknown:
        self._failed(reason)
        return OutcomeUnknown(reason)

    def _answered(self, *, is_read: bool, is_write: bool = False) -> None:
        self._breaker.answered()
        self.health = self.health.answered(self._timing.now(), is_read=is_read, is_write=is_write)

    def _failed(self, reason: str) -> None:
        self._breaker.failed()
        self.health = self.health.failed(self._timing.now(), reason)
