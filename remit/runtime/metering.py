"""Counts what one run uses: steps, calls, tokens, cost; and ends it before the next step once a limit is reached.

Calls are counted before they are made, so no number of processes makes more. What a judgement costs is known when it
is given: judgements that are under way at the same time may pass the cap of tokens or cost together, and none begins
after that. What was counted and then lost with its process was used all the same.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from remit.charters.charter import Charter
from remit.charters.limits import Budget, Limits
from remit.governance.budgets import workflow_of
from remit.governance.limits import tell_reached
from remit.governance.loops import Loops
from remit.governance.record import Rest
from remit.runtime.house import House
from remit.runtime.run import Claimed, Escalate, Leave
from remit.store.database import Transaction

_COUNTED: Final = ("read", "judge")  # a write is counted with its intent, by the gateway
_HOUR: Final = timedelta(hours=1)
_CROWDED: Final = timedelta(seconds=1)  # until a run looks again whether its worker has room for it
_ENDLESS: Final = 2**62

_Line = tuple[str, str, int, int]
"""Whose budget, which, how much, and the most there may be."""


class _UsedUp(Exception):  # not an error: it rolls the transaction back, so that nothing of a refused step is counted
    """A budget of the day has not enough left."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__()
        self.name = name
        self.limit = limit


class Meter:
    """The meter of one run in one process."""

    def __init__(self, house: House, claimed: Claimed) -> None:
        self._house = house
        self._claimed = claimed
        self._loops = Loops(Limits())

    async def open(self) -> None:
        """Begin to count by the current charter.

        Raises:
            Leave: The worker is begun again and again, and the run ends; or it has no room now, and the run waits.
        """
        charter = (await self._house.roster.mandate(self._claimed.worker)).charter
        self._loops = Loops(charter.limits)
        if not self._claimed.steps and not self._claimed.reverses:  # that a person began, however often the worker did
            await self._check_beginnings(charter.limits)
        if charter.limits.runs_at_once is not None:
            await self._take_room(charter.limits.runs_at_once)

    def see(self, number: int, what: tuple[str, str, Any]) -> None:
        """Note a step, done now or replayed.

        Raises:
            Leave: The run goes round in circles.
        """
        if reason := self._loops.step(number, what):
            raise Leave(Escalate(reason))

    async def charge(self, kind: str) -> None:
        """Count a step before it is done.

        Raises:
            Leave: A budget of the day is used up.
        """
        charter = (await self._house.roster.mandate(self._claimed.worker)).charter
        lines = list(_before(charter, kind))
        if not lines:
            return
        try:
            async with self._house.database.transaction() as transaction:
                await self._spend(transaction, lines)
        except _UsedUp as error:
            async with self._house.database.transaction() as transaction:
                await tell_reached(transaction, charter, (error.name,), self._house.clock.now())
            reason = f"the budget of {error.name} for today ({error.limit}) is used up: nothing more is asked"
            raise Leave(Escalate(reason)) from None

    async def note(self, kind: str, result: Any) -> None:
        """Count what a judgement has used, once it is given."""
        if kind != "judge" or not isinstance(result, dict):
            return
        charter = (await self._house.roster.mandate(self._claimed.worker)).charter
        lines = list(_after(charter, result))  # pyright: ignore[reportUnknownArgumentType]  # JSON
        if lines:
            async with self._house.database.transaction() as transaction:
                await self._spend(transaction, lines)

    async def _spend(self, transaction: Transaction, lines: list[_Line]) -> None:
        today = self._house.clock.now().date()
        for holder, name, quantity, limit in sorted(lines):
            if not await transaction.fetch_value("spend_budget", holder, today, name, quantity, limit):
                shared = " of the workflow" if holder.startswith("workflow:") else ""
                raise _UsedUp(f"{name}{shared}", limit if quantity else limit + 1)

    async def _check_beginnings(self, limits: Limits) -> None:
        if self._claimed.earlier_in_trace >= limits.runs_per_trace:
            reason = f"one story began the worker more than {limits.runs_per_trace} times"
            raise Leave(Escalate(f"a loop: {reason}, which is the most its charter lets it"))
        if limits.runs_per_hour is None:
            return
        claimed = self._claimed
        what = (claimed.id, claimed.worker, claimed.signal.subject, self._house.clock.now() - _HOUR)
        if await self._house.database.fetch_value("count_runs_about", *what) >= limits.runs_per_hour:
            reason = (
                f"about `{claimed.signal.subject}` the worker began more than {limits.runs_per_hour} times in an hour"
            )
            raise Leave(Escalate(f"a loop: {reason}, which is the most its charter lets it"))

    async def _take_room(self, most: int) -> None:
        async with self._house.database.transaction() as transaction:
            # INVARIANT: whoever goes on has counted every run that went on before.
            await transaction.execute("lock_worker_room", self._claimed.worker)
            running = await transaction.fetch_value("count_running", self._claimed.worker)
            crowded = running > most
            if crowded:
                now, claim = self._house.clock.now(), self._claimed.claim()
                reason = f"{most} runs of the worker are at work, which is the most its charter lets"
                rest = ("waiting", Rest.TIME.value, reason, now + _CROWDED, now, False)
                claim.held(kept=await transaction.fetch_value("settle_run", *claim.columns, *rest))
        if crowded:
            raise Leave


def _before(charter: Charter, kind: str) -> Iterator[_Line]:
    for holder, budget in _budgets(charter):
        if kind in _COUNTED and budget.calls is not None:
            yield holder, "calls", 1, budget.calls
        if kind == "judge":
            for name, limit in (("cost", budget.cost), ("tokens", budget.tokens)):
                if limit is not None:  # how much it will be is not known yet, but some has to be left
                    yield holder, name, 0, limit - 1


def _after(charter: Charter, judgement: dict[str, Any]) -> Iterator[_Line]:
    for holder, budget in _budgets(charter):
        for name, limit in (("cost", budget.cost), ("tokens", budget.tokens)):
            quantity = judgement.get(name, 0)
            if limit is not None and quantity > 0:
                yield holder, name, quantity, _ENDLESS


def _budgets(charter: Charter) -> tuple[tuple[str, Budget], ...]:
    return (charter.name, charter.budget), (workflow_of(charter), charter.workflow_budget)
