"""Reviews: what a person is asked, with everything needed to decide on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from remit import clock
from remit.connections.operation import Operation
from remit.errors import NotFound
from remit.governance.answerers import excluded_people, missing_of
from remit.governance.decision import Decision
from remit.governance.facts import approval_digest
from remit.governance.mandate import Mandate
from remit.governance.record import Record
from remit.governance.review_rota import first_look, tell_opened
from remit.money import LARGEST, write_money
from remit.store.database import Database, Row

_OUTCOME_ROLES = ["technical-owner", "reviewer"]
_MOST_PRECEDENTS = 5
_LONGEST_VALUE = 200  # letters of an argument in the sentence that says what will happen

_HOW: Final = {
    "on_edit": "the changed arguments are decided anew by the rules, which may ask others",
    "on_ask": "the question stands on the review, which stays open; the first puts off its end by four hours at most",
    "on_hand_on": "the person or role named is told; whoever could answer still can",
}


async def request_review(record: Record, mandate: Mandate, decision: Decision, operation: Operation) -> UUID:
    """Open a review of the action, superseding an older one of the same step."""
    asking = [rule for rule in (mandate.policy.rules.get(name) for name in decision.rules) if rule]
    packet = _packet(record, mandate, operation) | {
        "question": f"May this happen? {operation.summary}",
        "why": [*decision.reasons, *(f"`{name}`: {whence}." for name, whence in record.action.unproven.items())],
        "rules": list(decision.rules),
        "asked_by": [{"rule": rule.id, "says": rule.sentence, "origin": rule.origin} for rule in asking],
        "on_approve": "it takes effect once, decided again with the facts of that moment",
        "on_reject": "nothing happens, and the run ends with your reason",
        "on_expiry": "nothing happens: no answer in time counts as reject",
        **_HOW,
    }
    return await _open(record, mandate, ("action", packet), operation, decision)


async def request_outcome(record: Record, mandate: Mandate, operation: Operation, reason: str) -> UUID:
    """Ask a person whether an action took effect, because nobody else can tell."""
    packet = _packet(record, mandate, operation) | {
        "question": f"Did this happen? {operation.summary}",
        "why": [reason],
        "rules": [],
        "asked_by": [],
        "on_approve": "it counts as performed; nothing is sent",
        "on_reject": "it counts as not performed, and the run ends; nothing is sent",
        "on_expiry": "it stays unknown, and the run goes to the exception queue",
        **_HOW,
        "on_edit": "what has perhaps happened cannot be edited",
    }
    return await _open(record, mandate, ("outcome", packet), operation, None)


async def _open(
    record: Record,
    mandate: Mandate,
    what: tuple[str, dict[str, Any]],
    operation: Operation,
    decision: Decision | None,
) -> UUID:
    action, (kind, packet), domain = record.action, what, mandate.charter.domain.value
    await record.transaction.execute("supersede_reviews", action.run, action.step)
    review, expires_at = clock.new_id(), record.now + timedelta(seconds=mandate.charter.review_within)
    roles = list(decision.roles) if decision else _OUTCOME_ROLES
    await record.transaction.execute(
        "insert_review",
        review,
        action.run,
        action.step,
        action.worker,
        domain,
        action.operation,
        kind,
        approval_digest(action.operation, action.arguments, mandate.digest),
        record.claim.requested_by,
        packet,
        action.arguments,
        roles,
        max(decision.approvals, 1) if decision else 1,
        operation.risk.value,
        sorted({rule["origin"] for rule in packet["asked_by"]}),
        record.now,
        expires_at,
        first_look(record.now, expires_at),
    )
    told = {"id": review, "domain": domain, "roles": roles, "packet": packet, "expires_at": expires_at}
    await tell_opened(record.transaction, told, record.now)
    return review


def _packet(record: Record, mandate: Mandate, operation: Operation) -> dict[str, Any]:
    """Everything a reviewer needs on one screen."""
    action = record.action
    packet = {
        **action.as_json(),
        "summary": operation.summary,
        "risk": operation.risk.value,
        "reversed_by": operation.reversed_by,
        "trigger": record.claim.trigger,
        "evidence": list(action.evidence),
        "worker": mandate.charter.title,
        "owner": mandate.charter.business_owner,
        "charter": mandate.digest,
        "goes_to": list(operation.sinks),
        "counts": operation.amount,
    }
    return packet | {"proposal": proposal_of(packet, action.arguments)}


def proposal_of(packet: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """Say in one sentence what will happen: what is done, where it goes, how much, and about what."""
    said = [str(packet.get("summary", "")).rstrip(".")]
    said += [f"to {_plain(arguments[name])}" for name in packet.get("goes_to", ()) if arguments.get(name)]
    amount, currency = arguments.get(packet.get("counts", "")), arguments.get("currency")
    if isinstance(amount, int) and not isinstance(amount, bool) and abs(amount) <= LARGEST:
        said.append(f"over {write_money(amount, str(currency or ''))}")
    if about := packet.get("about"):
        said.append(f"about {about}")
    return f"{', '.join(said)}."


def _plain(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]  # JSON
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


# ── reading them ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews to list; what is empty takes any."""

    state: str = "open"
    worker: str = ""
    domain: str = ""
    operation: str = ""
    role: str = ""
    """one of those asked"""
    person: str = ""
    """who can answer it at the moment"""
    moment: datetime = datetime.max  # noqa: DTZ901  # not asked without a person
    after: UUID | None = None
    """the last one of the page before"""


async def list_reviews(
    database: Database, *, state: str = "open", limit: int = 100, find: ReviewFilter | None = None
) -> Sequence[Row]:
    """List reviews, oldest first."""
    find = find or ReviewFilter(state=state)
    return await database.fetch("list_reviews", *await _columns(database, find), find.after, limit)


async def count_reviews(database: Database, find: ReviewFilter) -> int:
    """Count reviews."""
    return await database.fetch_value("count_reviews", *await _columns(database, find))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Which reviews one person is shown; what is empty takes any."""

    person: str
    moment: datetime
    is_mine: bool = True
    """only what they can answer now"""
    state: str = "open"
    domain: str = ""
    risk: str = ""
    worker: str = ""
    operation: str = ""
    after: UUID | None = None
    """the last one of the page before"""


async def list_inbox(database: Database, inbox: Inbox, *, limit: int) -> Sequence[Row]:
    """List reviews for one person, oldest first, without what they have answered a moment ago."""
    row = await database.fetch_row("list_held_roles", inbox.person, inbox.moment)
    held: tuple[list[str], list[str]] = (list(row["own"]), list(row["lent"])) if row else ([], [])
    which = (inbox.state, inbox.domain, inbox.risk, inbox.worker, inbox.operation, inbox.person, inbox.is_mine)
    return await database.fetch("list_inbox", *which, *held, inbox.moment, inbox.after, limit)


async def summarize_alone(database: Database, since: datetime) -> Row:
    """Count what workers did since a moment without asking anybody, and what people answered."""
    row = await database.fetch_row("summarize_alone", since)
    assert row is not None  # noqa: S101  # it counts
    return row


async def count_waiting(database: Database, person: str, now: datetime) -> int:
    """Count the reviews a person can answer now, to a hundred: more need not be counted to know that there is work."""
    row = await database.fetch_row("list_held_roles", person, now)
    return await database.fetch_value("count_waiting", person, list(row["own"]), list(row["lent"]), now) if row else 0


async def _columns(database: Database, find: ReviewFilter) -> tuple[object, ...]:
    own, lent = (), ()
    if find.person:
        row = await database.fetch_row("list_held_roles", find.person, find.moment)
        own, lent = (row["own"], row["lent"]) if row else ((), ())
    what = (find.state, find.worker, find.domain, find.operation, find.role)
    return *what, find.person, list(own), list(lent), find.moment if find.person else None


async def show_review(database: Database, review: UUID, now: datetime | None = None) -> dict[str, Any]:
    """Show one review with its answers: what is missing still, who can give it now, and what was decided before.

    Raises:
        NotFound: There is none of that number.
    """
    async with database.transaction() as transaction:
        row = await transaction.fetch_row("show_review", review)
        if row is None:
            raise NotFound(f"there is no review `{review}`. `remit review list` shows those there are")
        is_open = row["state"] == "open"
        missing = missing_of(row, row["answers"])
        able = await transaction.fetch("list_answerers", review, now or clock.now(), "") if is_open else []
        precedents = await transaction.fetch("list_precedents", review, _MOST_PRECEDENTS)
        return {
            **row,
            "missing_roles": list(missing.roles) if is_open else [],
            "missing_people": max(missing.people, 0) if is_open else 0,
            "can_answer": [{name: one[name] for name in ("person", "role", "delegator")} for one in able],
            "excluded": await excluded_people(transaction, review) if is_open else {},
            "precedents": [dict(one) for one in precedents],
        }
