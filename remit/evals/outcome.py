"""What came of a case: its runs, actions, reviews and handoffs as the house recorded them, and what the systems did."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.evals.case import ActionExpected, Case
from remit.practice.company import Company
from remit.practice.effects import Effect
from remit.runtime.house import House
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.store.database import Row

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Everything that happened in one case."""

    runs: Sequence[Row]
    """in the order they were opened, each with its actions"""
    reviews: Sequence[Row]
    handoffs: Sequence[Row]
    effects: Sequence[Effect]

    @property
    def performed(self) -> list[dict[str, Any]]:
        """The actions that took effect, in order."""
        return [one for run in self.runs for one in run["actions"] if one["state"] == "performed"]

    def last_run(self, worker: str) -> Row | None:
        """The last run of a worker."""
        return next((run for run in reversed(self.runs) if run["worker"] == worker), None)


async def look(house: House, company: Company) -> Happened:
    """Look up what happened."""
    listed = await list_runs(house.database, RunFilter(limit=_MOST))
    by_opening = sorted(listed, key=lambda row: (row["opened_at"], row["id"]))
    return Happened(
        runs=[await show_run(house.database, row["id"]) for row in by_opening],
        reviews=await house.database.fetch("list_case_reviews"),
        handoffs=await house.database.fetch("list_handoffs", "", _MOST),
        effects=await company.effects(),
    )


def compare(case: Case, happened: Happened) -> Iterator[str]:
    """Tell what is otherwise than the case expects; each difference is a sentence."""
    yield from _outcomes(case, happened)
    yield from _actions(case.expect.actions, happened.performed)
    done = {one["operation"] for one in happened.performed} | {effect.operation for effect in happened.effects}
    yield from (f"`{operation}` took effect, which it never may" for operation in case.never if operation in done)
    reviews = [(one["operation"], tuple(one["roles"])) for one in happened.reviews]
    if reviews != (wanted := [(one.operation, one.roles) for one in case.expect.reviews]):
        yield f"the reviews asked were {reviews}, expected were {wanted}"
    handoffs = {one["path"]: one["state"] for one in happened.handoffs}
    if handoffs != case.expect.handoffs:
        yield f"the handoffs were {handoffs}, expected were {case.expect.handoffs}"
    yield from _untold(happened)


def _outcomes(case: Case, happened: Happened) -> Iterator[str]:
    for worker, wanted in ((case.worker, case.expect.outcome), *case.expect.also.items()):
        run = happened.last_run(worker)
        state, reason = (run["state"], run["reason"]) if run else ("no run", "")
        if state != wanted:
            yield f"the run of {worker} ended as {state} ({reason}), expected was {wanted}"
        if worker == case.worker:
            yield from (
                f"the reason `{reason}` does not say `{part}`" for part in case.expect.reason if part not in reason
            )


def _actions(wanted: Sequence[ActionExpected], performed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names, expected = [one["operation"] for one in performed], [one.operation for one in wanted]
    if names != expected:
        yield f"the actions were {', '.join(names) or 'none'}; expected were {', '.join(expected) or 'none'}"
        return
    for one, action in zip(performed, wanted, strict=True):
        for name, value in action.arguments.items():
            if (found := one["arguments"].get(name)) != value:
                yield f"`{name}` of `{action.operation}` was {found!r}, expected was {value!r}"


def _untold(happened: Happened) -> Iterator[str]:
    """Hold the record against the systems' own logs, in every case: no effect twice, none without its record."""
    twice = [effect.operation for effect in happened.effects if effect.repetition > 1]
    yield from (f"`{operation}` took effect twice" for operation in twice)
    systems = {effect.system for effect in happened.effects}
    recorded = Counter(one["operation"] for one in happened.performed if one["operation"].partition(".")[0] in systems)
    if recorded != (done := Counter(effect.operation for effect in happened.effects)):
        yield f"the record tells of {dict(recorded)}, the systems did {dict(done)}"
