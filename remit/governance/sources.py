"""Gathers from the rows of a run what its values may come from, and notes on an action what has no trusted origin.

Nothing is taken from the memory of a process: after a restart, and whatever a playbook does, it comes out the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from remit.charters.charter import Charter
from remit.connections.action import Action
from remit.connections.operation import Kind
from remit.governance.claim import Claim, Step
from remit.governance.facts import Case, gather
from remit.governance.mandate import Mandate
from remit.governance.origin import Material, constants_of, proven_fields, unproven
from remit.store.database import Row, Transaction


async def gather_traced(
    transaction: Transaction, action: Action, mandate: Mandate, claim: Claim, now: datetime
) -> Case:
    """Gather the facts about one action, and note which of its arguments, as they stand now, have no trusted origin."""
    case = await gather(transaction, action, mandate, now)
    operation = mandate.policy.operations.get(action.operation)
    if operation is None or not (operation.sinks or operation.amount):
        return case
    material = await gather_material(transaction, claim, action.step, mandate)
    return replace(case, action=replace(case.action, unproven=unproven(operation, case.action, material)))


async def proven_of(
    transaction: Transaction, values: Mapping[str, Any], claim: Claim, step: int, mandate: Mandate
) -> list[str]:
    """Tell which values that a run hands over are trusted there, so that the receiving side may rest on them too."""
    return proven_fields(values, await gather_material(transaction, claim, step, mandate))


async def gather_material(transaction: Transaction, claim: Claim, before: int, mandate: Mandate) -> Material:
    """Gather what a run has met before one of its steps; the steps not committed yet are in the claim."""
    known = mandate.policy.operations.values()
    reads = frozenset(one.name for one in known if one.kind is Kind.READ and not one.outsiders)
    row = cast("Row", await transaction.fetch_row("gather_origin", claim.run, before, sorted(reads)))
    steps = {step["number"]: Step(**step) for step in row["steps"]} | {step.number: step for step in claim.steps}
    return Material(
        steps=tuple(steps[number] for number in sorted(steps) if number < before),
        signal=row["type"],
        data=row["data"],
        own=_own(row, mandate.charter),
        said=(asdict(mandate.charter), constants_of(row["playbook"]), *map(_put_in, row["reviews"])),
        reads=reads,
    )


def _own(row: Row, charter: Charter) -> tuple[str, ...]:
    """Tell which fields of the signal are trusted: of a handoff, what was trusted where it came from."""
    if row["is_handed_over"]:
        return ("handoff", "terms", *(f"context.{name}" for name in row["data"].get("proven", ())))
    if row["requested_by"]:
        return ("",)  # a person said it
    trigger = next((one for one in charter.triggers if one.name == row["trigger"]), None)
    return trigger.own if trigger else ()


def _put_in(review: dict[str, Any]) -> list[Any]:
    """Give the arguments that a reviewer changed, as they were left."""
    proposed: dict[str, Any] = review["proposed"] or {}
    left: dict[str, Any] = review["left"] or {}
    return [value for name, value in left.items() if name not in proposed or proposed[name] != value]
