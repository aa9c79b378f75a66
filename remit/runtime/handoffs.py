"""Handoffs: work that crosses into another domain along an escalation path, with an owner and a clock.

    open ──▶ acknowledged ──▶ completed
      │            └────────▶ failed     the receiving run could not complete it
      └──▶ failed                        nobody took it up in time
A failure names the failure owner of the path, and stands in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from remit import clock
from remit.charters.charter import Charter, EscalationPath
from remit.errors import PlaybookInvalid
from remit.governance.claim import Claim, Step
from remit.governance.sources import proven_of
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime.house import House
from remit.runtime.inbox import receive_in
from remit.runtime.run import Claimed
from remit.runtime.signal import Signal
from remit.store.database import Database, Row, Transaction

SOURCE = "remit://handoffs"
"""The source of the signals that handoffs are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An escalation path as one handoff uses it."""

    path: EscalationPath
    context: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """What the receiving side is bound to."""
        path = self.path
        return {
            "condition": path.condition,
            "permitted_action": path.permitted_action,
            "human_review": path.human_review,
            "completion": path.completion,
            "draft_only": path.draft_only,
            "owner": path.owner,
            "failure_owner": path.failure_owner,
        }


def terms_of(charter: Charter, name: str, context: Mapping[str, Any]) -> Terms:
    """Find a path of a charter and make sure that everything it requires is handed over.

    Raises:
        PlaybookInvalid: There is no such path, or something required is missing.
    """
    path = next((path for path in charter.escalation_paths if path.name == name), None)
    if path is None:
        known = ", ".join(path.name for path in charter.escalation_paths) or "none"
        raise PlaybookInvalid(f"the charter of `{charter.name}` has no escalation path `{name}`. It has: {known}")
    missing = [name for name in path.context if context.get(name) is None]
    if missing:
        raise PlaybookInvalid(
            f"the escalation path `{name}` requires {', '.join(missing)}. Hand them over, or escalate"
        )
    return Terms(path=path, context=dict(context))


async def open_handoff(house: House, terms: Terms, claim: Claim, what: tuple[Claimed, int, dict[str, Any]]) -> str:
    """Open a handoff: its row, the receiving run, the sender's step and the entry, in one transaction."""
    claimed, number, asked = what
    path, handoff, now = terms.path, clock.new_id(), house.clock.now()
    step = Step(number=number, kind="hand_over", name=path.name, asked=asked, result=str(handoff))
    mandate = await house.roster.mandate(claimed.worker)
    async with house.database.transaction() as transaction:
        await _insert(transaction, handoff, terms, claimed, now)
        proven = await proven_of(transaction, terms.context, claim, number, mandate)
        signal = Signal(
            source=SOURCE,
            signal_id=str(handoff),
            type=f"handoff.{path.name}",
            subject=claimed.signal.subject,
            time=now,
            data={"handoff": str(handoff), "context": terms.context, "terms": terms.as_json(), "proven": proven},
            trace_id=claimed.trace_id,
            requested_by=claimed.signal.requested_by,
        )
        received = await receive_in(transaction, house.roster, signal, now, handoff=handoff)
        kept = await transaction.fetch_value("save_steps", *claimed.claim(*claim.steps, step).columns, now)
        claim.held(kept=kept)
        body = {"handoff": handoff, "path": path.name, "to": path.receiving_domain.value, "terms": terms.as_json()}
        body |= {"context": terms.context, "runs": list(received.runs)}
        await append(transaction, _entry(EntryKind.HANDOFF_OPENED, body, claimed, now))
    return str(handoff)


async def _insert(transaction: Transaction, handoff: UUID, terms: Terms, claimed: Claimed, now: datetime) -> None:
    path = terms.path
    await transaction.execute(
        "insert_handoff",
        handoff,
        path.name,
        claimed.id,
        claimed.worker,
        path.receiving_domain.value,
        path.owner,
        path.failure_owner,
        terms.context,
        terms.as_json(),
        claimed.trace_id,
        now,
        now + timedelta(seconds=path.acknowledge_within),
    )


async def acknowledge(transaction: Transaction, handoff: UUID, claimed: Claimed, now: datetime) -> None:
    """Note that the receiving side began; a second time changes nothing."""
    if await transaction.fetch_value("acknowledge_handoff", handoff, now) is not None:
        body = {"handoff": handoff}
        await append(transaction, _entry(EntryKind.HANDOFF_ACKNOWLEDGED, body, claimed, now))


async def complete(transaction: Transaction, handoff: UUID, summary: str, now: datetime) -> None:
    """Note that the completion state was reached."""
    await _settle(transaction, handoff, ("completed", summary), _UNDER_WAY, now)


async def fail(transaction: Transaction, handoff: UUID, reason: str, now: datetime) -> None:
    """Note that it was not completed; the entry names the failure owner."""
    await _settle(transaction, handoff, ("failed", reason), _UNDER_WAY, now)


_UNDER_WAY = ["open", "acknowledged"]


async def fail_overdue(database: Database, now: datetime) -> int:
    """Fail the handoffs nobody took up in time; give how many."""
    failed = 0
    for row in await database.fetch("list_overdue_handoffs", now):
        async with database.transaction() as transaction:
            # Only while it is open: it may have been taken up since it was listed.
            failed += await _settle(transaction, row["id"], ("failed", "nobody took it up in time"), ["open"], now)
    return failed


async def _settle(
    transaction: Transaction, handoff: UUID, ending: tuple[str, str], out_of: list[str], now: datetime
) -> bool:
    row = await transaction.fetch_row("settle_handoff", handoff, *ending, now, out_of)
    if row is None:
        return False  # it ended before: the first ending counts
    kind = EntryKind.HANDOFF_COMPLETED if ending[0] == "completed" else EntryKind.HANDOFF_FAILED
    body = {"handoff": handoff, "path": row["path"], "reason": ending[1], "owner": row["owner"]}
    body |= {"failure_owner": row["failure_owner"]}
    entry = Entry(kind=kind, body=body, worker=row["from_worker"], run=row["run"], trace_id=row["trace_id"], at=now)
    await append(transaction, entry)
    return True


async def list_handoffs(database: Database, *, state: str = "", limit: int = 100) -> list[Row]:
    """List handoffs, newest first."""
    return await database.fetch("list_handoffs", state, limit)


def _entry(kind: EntryKind, body: dict[str, Any], claimed: Claimed, now: datetime) -> Entry:
    return Entry(
        kind=kind,
        body=body,
        worker=claimed.worker,
        run=claimed.id,
        about=claimed.signal.subject,
        trace_id=claimed.trace_id,
        at=now,
    )
