"""The identities of workers: who each is, and whether its tokens count.

    generation n ── rotate ──▶ n+1              tokens of n are refused; runs get new ones by themselves
    generation n ── revoke ──▶ n+1, revoked     its runs wait before their next write or read
    revoked      ── restore ─▶ n+2              by a second person; what waited goes on

A change is committed under the lock that every intent takes shared, so every write after the answer sees it. What was
decided before may still reach its system within half a second; a halt waits for that too, see `halts.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from remit.charters import registry
from remit.charters.charter import Identity
from remit.charters.worker_record import WorkerRecord
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.notices import Notice, notify
from remit.governance.roles import person
from remit.governance.token import TrustDomain
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction
from remit.store.queue import enqueue_runs

_LONGEST_REASON: Final = 4000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody wants done with the identity of a worker."""

    worker: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerIdentity:
    """Who a worker is, and whether its tokens count."""

    worker: str
    id: str
    """its SPIFFE id, which every token names"""
    corporate: Identity
    """how the company knows it"""
    domain: str
    process: str
    business_owner: str
    technical_owner: str
    systems: tuple[str, ...]
    is_revoked: bool
    generation: int
    """one more with every change"""
    reason: str
    """of the last change"""
    changed_by: str
    """who made it; empty while there was none"""
    changed_at: datetime | None
    waiting_runs: int
    """runs that wait for it to be restored"""


async def rotate(database: Database, change: Change, now: datetime) -> int:
    """Refuse every token minted until now; runs under way get new ones. Gives the new generation.

    Raises:
        NotFound: There is no such worker.
        NotAllowed: This person may not.
        Conflict: It is revoked.
    """
    async with database.transaction() as transaction:
        found = await _find(transaction, change)
        if found["is_revoked"]:
            raise Conflict(f"the identity of `{change.worker}` is revoked, so no token counts. Restore it")
        return await _change(transaction, EntryKind.IDENTITY_ROTATED, change, now)


async def revoke(database: Database, change: Change, now: datetime) -> int:
    """Refuse every token of a worker: its runs wait before their next write or read. Gives the new generation.

    Raises:
        NotFound: There is no such worker.
        NotAllowed: This person may not.
        Conflict: It is revoked already.
    """
    async with database.transaction() as transaction:
        found = await _find(transaction, change)
        if found["is_revoked"]:
            raise Conflict(f"the identity of `{change.worker}` is revoked already, by {found['changed_by']}")
        generation = await _change(transaction, EntryKind.IDENTITY_REVOKED, change, now)
        await _tell(transaction, found, change, ("revoked", generation), now)
        return generation


async def restore(database: Database, change: Change, now: datetime) -> int:
    """Let a worker have tokens again; what waited goes on. By a second person. Gives how many runs go on.

    Raises:
        NotFound: There is no such worker.
        NotAllowed: This person may not, or revoked it.
        Conflict: It is not revoked.
    """
    async with database.transaction() as transaction:
        found = await _find(transaction, change)
        if not found["is_revoked"]:
            raise Conflict(f"the identity of `{change.worker}` is not revoked. `remit identity list` shows which are")
        if found["changed_by"] == change.who:
            raise NotAllowed(f"`{change.who}` revoked this identity; a second person has to restore it")
        runs = [row["id"] for row in await transaction.fetch("open_restored_runs", change.worker, now)]
        await enqueue_runs(transaction, runs)
        generation = await _change(transaction, EntryKind.IDENTITY_RESTORED, change, now, runs=len(runs))
        await _tell(transaction, found, change, ("restored", generation), now)
        return len(runs)


async def list_identities(database: Database, trust: TrustDomain, worker: str = "") -> Sequence[WorkerIdentity]:
    """List the identities of all workers, or of one, by name.

    Raises:
        NotFound: There is no such worker.
    """
    records = [await registry.show_worker(database, worker)] if worker else await registry.list_workers(database)
    rows = {row["worker"]: row for row in await database.fetch("list_identities", worker or None)}
    return [_identity(record, rows[record.name], trust) for record in records if record.name in rows]


def _identity(record: WorkerRecord, row: Row, trust: TrustDomain) -> WorkerIdentity:
    fields: dict[str, Any] = dict(row)
    return WorkerIdentity(
        id=trust.worker(record.domain.value, record.name),
        corporate=record.identity,
        domain=record.domain.value,
        process=record.process,
        business_owner=record.business_owner,
        technical_owner=record.technical_owner,
        systems=record.connected_systems,
        **fields,
    )


# ── a change ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _find(transaction: Transaction, change: Change) -> Row:
    """Find the worker, when this person may change its identity and says why."""
    _check_reason(change.reason)
    # INVARIANT: every intent committed before this line was decided before the change; every later one sees it.
    await transaction.execute("lock_halts")
    found = await transaction.fetch_row("find_identity", as_kept(change.worker))
    if found is None:
        raise NotFound(f"there is no worker `{change.worker[:80]}`. `remit workers` shows those there are")
    (await person(transaction, change.who)).check(Permission.IDENTITIES_MODIFY, found["domain"])
    return found


def _check_reason(reason: str) -> None:
    if not as_kept(reason).strip():
        raise InputInvalid("a change of an identity needs a reason. Say in a few words why")
    if len(reason) > _LONGEST_REASON:
        raise InputInvalid(f"the reason is longer than {_LONGEST_REASON} characters. Say it shorter")


async def _change(transaction: Transaction, kind: EntryKind, change: Change, now: datetime, **more: Any) -> int:
    is_revoked = kind is EntryKind.IDENTITY_REVOKED
    written = (change.worker, is_revoked, change.reason, change.who, now)
    generation: int = await transaction.fetch_value("change_identity", *written)
    body = {"worker": change.worker, "generation": generation, "reason": change.reason, "person": change.who, **more}
    await append(transaction, Entry(kind=kind, body=body, worker=change.worker, at=now))
    return generation


async def _tell(transaction: Transaction, found: Row, change: Change, what: tuple[str, int], now: datetime) -> None:
    """Tell the owners of the worker."""
    did, generation = what
    notices = [
        Notice(
            key=f"identity.{did}/{change.worker}/{generation}/{owner}",
            kind=f"identity.{did}",
            recipient=owner,
            title=f"{change.who} {did} the identity of {change.worker}",
            body=change.reason,
            link=f"/identities/{change.worker}",
        )
        for owner in found["owners"]
    ]
    await notify(transaction, *notices, now=now)
