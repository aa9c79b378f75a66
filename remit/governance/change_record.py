"""Writes what becomes of a change: its row, its ledger entry and who is told, together."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from remit.canonical import digest_of
from remit.errors import Conflict, NotFound
from remit.governance.authority import roles_with
from remit.governance.change import OPEN, Change, ChangeState, Proposal, read_change
from remit.governance.notices import Notice, notify, to_role
from remit.governance.replay import Replay
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Transaction


async def open_change(transaction: Transaction, change: UUID) -> Change:
    """Hold a change that is not settled until the transaction ends.

    Raises:
        NotFound: There is none of that number.
        Conflict: It is settled.
    """
    row = await transaction.fetch_row("lock_change", change)
    if row is None:
        raise NotFound(f"there is no change `{change}`. `remit change list` shows those there are")
    held = read_change(row)
    if held.state not in OPEN:
        raise Conflict(f"this change is {held.state.value} already, by `{held.settled_by}`. Draft another")
    return held


async def record_replay(
    transaction: Transaction, held: Change, base: str, shown: Replay, *, by: str, now: datetime
) -> None:
    """Write what a replay showed, and ask those who may approve."""
    stamp = digest_of({"change": held.digest, "base": base, "replay": shown.digest})
    await transaction.execute("record_replay", held.id, base, shown.as_json(), stamp, now)
    body = {"base": base, "replay": shown.digest, "counts": dict(shown.counts), "stamp": stamp}
    await append_change(transaction, EntryKind.CHANGE_REPLAYED, (held.id, held.proposal), body, by=by, now=now)
    told = [
        Notice(
            key=f"change.replayed:{stamp}:{role}",
            kind="change.replayed",
            recipient=to_role(role, held.domain),
            title=f"A change of `{held.proposal.name}` waits for a second person",
            body=held.proposal.why[:500],
            link=f"/changes/{held.id}",
        )
        for role in roles_with(held.proposal.approved_by)
    ]
    await notify(transaction, *told, now=now)


async def settle_change(
    transaction: Transaction, held: Change, state: ChangeState, *, by: str, reason: str, now: datetime
) -> None:
    """Write how a change ended, and tell its author."""
    await transaction.execute("settle_change", held.id, state.value, by, now, reason)
    body = {"state": state.value, "author": held.proposal.author, "stamp": held.stamp, "reason": reason}
    await append_change(transaction, EntryKind.CHANGE_SETTLED, (held.id, held.proposal), body, by=by, now=now)
    if by != held.proposal.author:
        told = Notice(
            key=f"change.settled:{held.id}",
            kind="change.settled",
            recipient=held.proposal.author,
            title=f"Your change of `{held.proposal.name}` is {state.value}",
            body=reason[:500],
            link=f"/changes/{held.id}",
        )
        await notify(transaction, told, now=now)


async def append_change(
    transaction: Transaction,
    kind: EntryKind,
    what: tuple[UUID, Proposal],
    body: Mapping[str, object],
    *,
    by: str,
    now: datetime,
) -> None:
    """Write the entry of something that became of a change."""
    change, proposal = what
    named = {"change": str(change), "kind": proposal.kind.value, "name": proposal.name, "digest": proposal.digest}
    entry = Entry(kind=kind, body={**named, **body, "by": by}, worker=proposal.worker, about=f"change:{change}", at=now)
    await append(transaction, entry)
