"""Reviews: what a person is asked, with everything needed to decide on one screen."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from remit import clock
from remit.charters.charter import Charter
from remit.connections.operation import Operation
from remit.errors import NotFound
from remit.governance.decision import Decision
from remit.governance.facts import approval_digest
from remit.governance.mandate import Mandate
from remit.governance.record import Record
from remit.store.database import Database, Row

_OUTCOME_ROLES = ["technical-owner", "reviewer"]


async def request_review(record: Record, mandate: Mandate, decision: Decision, operation: Operation) -> UUID:
    """Open a review of the action, superseding an older one of the same step."""
    packet = _packet(record, operation) | {
        "question": f"May this happen? {operation.summary}",
        "why": [*decision.reasons, *(f"`{name}`: {whence}." for name, whence in record.action.unproven.items())],
        "rules": list(decision.rules),
        "on_approve": "it takes effect once, decided again with the facts of that moment",
        "on_reject": "nothing happens, and the run ends with your reason",
        "on_expiry": "nothing happens: no answer in time counts as reject",
        "worker": mandate.charter.title,
        "charter": mandate.digest,
    }
    digest = approval_digest(record.action.operation, record.action.arguments, mandate.digest)
    return await _open(record, mandate.charter, ("action", digest, packet), operation, decision)


async def request_outcome(record: Record, mandate: Mandate, operation: Operation, reason: str) -> UUID:
    """Ask a person whether an action took effect, because nobody else can tell."""
    packet = _packet(record, operation) | {
        "question": f"Did this happen? {operation.summary}",
        "why": [reason],
        "rules": [],
        "on_approve": "it counts as performed; nothing is sent",
        "on_reject": "it counts as not performed, and the run ends; nothing is sent",
        "on_expiry": "it stays unknown, and the run goes to the exception queue",
        "worker": mandate.charter.title,
        "charter": mandate.digest,
    }
    digest = approval_digest(record.action.operation, record.action.arguments, mandate.digest)
    return await _open(record, mandate.charter, ("outcome", digest, packet), operation, None)


async def _open(
    record: Record,
    charter: Charter,
    what: tuple[str, str, dict[str, Any]],
    operation: Operation,
    decision: Decision | None,
) -> UUID:
    action, (kind, digest, packet) = record.action, what
    await record.transaction.execute("supersede_reviews", action.run, action.step)
    review = clock.new_id()
    await record.transaction.execute(
        "insert_review",
        review,
        action.run,
        action.step,
        action.worker,
        charter.domain.value,
        action.operation,
        kind,
        digest,
        record.claim.requested_by,
        packet,
        action.arguments,
        list(decision.roles) if decision else _OUTCOME_ROLES,
        max(decision.approvals, 1) if decision else 1,
        operation.risk.value,
        record.now,
        record.now + timedelta(seconds=charter.review_within),
    )
    return review


def _packet(record: Record, operation: Operation) -> dict[str, Any]:
    """Everything a reviewer needs on one screen."""
    action = record.action
    return {
        **action.as_json(),
        "summary": operation.summary,
        "risk": operation.risk.value,
        "reversed_by": operation.reversed_by,
        "trigger": record.claim.trigger,
        "evidence": list(action.evidence),
    }


async def list_reviews(database: Database, *, state: str = "open", limit: int = 100) -> Sequence[Row]:
    """List reviews, oldest first."""
    return await database.fetch("list_reviews", state, limit)


async def show_review(database: Database, review: UUID) -> Row:
    """Show one review with its answers.

    Raises:
        NotFound: There is none of that number.
    """
    row = await database.fetch_row("show_review", review)
    if row is None:
        raise NotFound(f"there is no review `{review}`. `remit review list` shows those there are")
    return row
