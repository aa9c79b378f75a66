"""Gathers what a decision rests on: one statement, inside the transaction that records the decision."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from remit.canonical import digest_of
from remit.charters.charter import Grant, Stage
from remit.connections.action import Action, ActionState
from remit.governance.budgets import FROM_RULES, Reservation, budget_names, exceeded, needed, workflow_of
from remit.governance.decision import Facts
from remit.governance.limits import measure
from remit.governance.mandate import Mandate, MandateOutdated
from remit.governance.raci import seat_holders, vacant
from remit.store.database import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The newest review of an action, and its answers."""

    id: UUID
    kind: str
    state: str
    digest: str
    arguments: dict[str, Any]
    answers: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One action as the house finds it: the facts, what already became of it, and what it would use."""

    action: Action
    """with the arguments a reviewer left, when one edited them"""
    facts: Facts
    state: ActionState | None
    """None when it is new"""
    age: timedelta
    """since it was last decided"""
    review: Answered | None
    reservations: tuple[Reservation, ...]


def approval_digest(operation: str, arguments: dict[str, Any], charter_digest: str) -> str:
    """Give the digest an approval is bound to: the exact operation and arguments, and the charter version."""
    return digest_of({"operation": operation, "arguments": arguments, "charter": charter_digest})


async def gather(transaction: Transaction, action: Action, mandate: Mandate, now: datetime) -> Case:
    """Gather the facts about one action.

    Raises:
        MandateOutdated: The mandate was made by rules, or by a version of the worker, that are not in force any more.
    """
    charter = mandate.charter
    seats = charter.seats_for(action.operation)
    grant = charter.grant(action.operation) or Grant(operation=action.operation)
    row = await _find(transaction, action, mandate, now)
    state = ActionState(row["state"]) if row["state"] else None
    review = _review(row)
    if state in _BEGUN:
        action = _with_arguments(
            action, row["arguments"], mandate
        )  # what was sent, whatever was edited or changed since
    else:
        action = _as_reviewed(action, review, mandate)
    reservations = needed(action, charter, now)
    approvals = _approvals(action, review, mandate)
    used = _used_by_others(row, charter.name, now)
    passed = await measure(transaction, action, mandate)
    facts = Facts(
        stage=Stage(row["stage"]) if row["stage"] else grant.stage,
        halts=tuple(row["halts"]),
        vacant_seats=vacant(seats, row["seated"], charter.domain),
        approvals=frozenset(answer["role"] for answer in approvals),
        approvers=len(approvals),
        performed_today=used.get(f"{charter.name}/{FROM_RULES}{action.operation}", 0),
        over_budget=exceeded(reservations, used),
        over_limits=passed.over,
        is_counted=passed.is_counted,
        is_reversal=row["is_reversal"],
        bypassed={rule: _in_words(bypass) for rule, bypass in row["bypassed"].items()},
    )
    age = now - row["decided_at"] if row["decided_at"] else timedelta()
    return Case(action=action, facts=facts, state=state, age=age, review=review, reservations=reservations)


async def _find(transaction: Transaction, action: Action, mandate: Mandate, now: datetime) -> Row:
    charter = mandate.charter
    row = await transaction.fetch_row(
        "gather_facts",
        action.run,
        action.step,
        charter.name,
        mandate.scopes_of(action.operation),
        action.operation,
        list(seat_holders(charter.seats_for(action.operation)).values()),
        now.date(),
        budget_names(action.operation),
        workflow_of(charter),
        now,
        charter.domain.value,
    )
    row = cast("Row", row)
    if (row["rulebook"], row["version"]) != (mandate.rulebook, mandate.version):
        raise MandateOutdated
    return row


_BEGUN = {ActionState.PERFORMING, ActionState.UNKNOWN}


def _used_by_others(row: Row, worker: str, now: datetime) -> dict[str, int]:
    """Tell what is used of today's budgets, without what this action itself reserved before its process died."""
    own = [line for line in row["reserved"] or () if line["day"] == now.date().isoformat()]
    held = {f"{line.get('holder', worker)}/{line['name']}": line["quantity"] for line in own}
    return {key: quantity - held.get(key, 0) for key, quantity in row["used"].items()}


def _in_words(bypass: dict[str, str]) -> str:
    who = f"asked by {bypass['asked_by']} and granted by {bypass['granted_by']}"
    return f"Bypassed until {bypass['until'][:16]} UTC by `{bypass['id']}`, {who}."


def _review(row: Row) -> Answered | None:
    if row["review"] is None:
        return None
    return Answered(
        id=row["review"],
        kind=row["review_kind"],
        state=row["review_state"],
        digest=row["review_digest"],
        arguments=row["review_arguments"],
        answers=tuple(row["answers"]),
    )


def _as_reviewed(action: Action, review: Answered | None, mandate: Mandate) -> Action:
    """Take over what a reviewer edited; the edited action is decided like any other."""
    if review is None or review.kind != "action" or review.state not in {"approved", "used"}:
        return action
    if review.digest != approval_digest(action.operation, review.arguments, mandate.digest):
        return action
    return _with_arguments(action, review.arguments, mandate)


def _with_arguments(action: Action, arguments: dict[str, Any], mandate: Mandate) -> Action:
    named = mandate.policy.operations.get(action.operation)
    if named is None or not named.amount:
        return replace(action, arguments=arguments)
    currency = str(arguments.get("currency", ""))
    return replace(action, arguments=arguments, amount=arguments.get(named.amount), currency=currency)


def _approvals(action: Action, review: Answered | None, mandate: Mandate) -> tuple[dict[str, str], ...]:
    """Keep the approvals of exactly this action under exactly this charter.

    A review already used counts again only here, for the same run and step: that is the same action.
    """
    if review is None or review.kind != "action" or review.state not in {"approved", "used"}:
        return ()
    if review.digest != approval_digest(action.operation, action.arguments, mandate.digest):
        return ()
    return tuple(answer for answer in review.answers if answer["verdict"] == "approve")
