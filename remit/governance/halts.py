"""The kill switch: a halt stops a worker, a domain or everything, on every machine, from the moment it is answered.

A halt is set under a lock that every intent takes shared, so each intent is either committed before it, and then
listed as in flight, or sees it and is not begun. An intent may be asked of its system only for `BEGIN_WITHIN`
seconds, measured by the process that recorded it; the answer to a halt waits longer than that while anything is in
flight. So no new effect begins after the answer, without any two clocks being compared.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from remit import clock
from remit.charters.charter import Domain
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.gateway import BEGIN_WITHIN
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction
from remit.store.queue import enqueue_runs

_SETTLING = BEGIN_WITHIN + 0.1  # seconds an answer waits at most for what is in flight
_LOOK_EVERY = 0.02  # seconds between two looks


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltReport:
    """What a halt stopped, as of its answer."""

    id: UUID
    scope: str
    set_at: datetime
    in_flight: tuple[str, ...]
    """actions whose system was being asked and has not answered yet, by their keys"""
    settled: tuple[str, ...]
    """actions that were in flight when it was set, and finished before the answer"""
    waiting_reviews: int
    """open reviews in its scope: they can be answered, and take effect only after it is lifted"""
    open_runs: int
    """runs in its scope that will wait"""


async def stop(database: Database, scope: str, reason: str, who: str, now: datetime) -> HaltReport:
    """Halt a scope: `everything`, `domain:<domain>` or `worker:<name>`. From the answer on, nothing begins there.

    Raises:
        InputInvalid: The scope is none of these, or the reason is empty.
        NotAllowed: This person may not.
        Conflict: It is halted already.
    """
    async with database.transaction() as transaction:
        await _check(transaction, scope, reason, who)
        # INVARIANT: every intent committed before this line is in flight below; every later one sees the halt.
        await transaction.execute("lock_halts")
        halt = await transaction.fetch_value("insert_halt", clock.new_id(), scope, reason, who, now)
        if halt is None:
            raise Conflict(f"`{scope}` is halted already. `remit halts` shows since when and why")
        begun = [row["key"] for row in await transaction.fetch("list_in_flight", scope)]
        counts = await transaction.fetch_row("count_halted", scope) or {}
        entry = Entry(
            kind=EntryKind.HALT_SET,
            body={"halt": halt, "scope": scope, "reason": reason, "person": who, "in_flight": begun},
            worker=_worker_of(scope),
            at=now,
        )
        await append(transaction, entry)
    left = await _let_settle(database, set(begun))
    return HaltReport(
        id=halt,
        scope=scope,
        set_at=now,
        in_flight=tuple(key for key in begun if key in left),
        settled=tuple(key for key in begun if key not in left),
        waiting_reviews=counts["reviews"],
        open_runs=counts["runs"],
    )


def _worker_of(scope: str) -> str:
    return scope.removeprefix("worker:") if scope.startswith("worker:") else ""


async def _check(transaction: Transaction, scope: str, reason: str, who: str) -> None:
    kind, _, name = scope.partition(":")
    known = scope == "everything" or (kind == "domain" and name in set(Domain)) or (kind == "worker" and name)
    if not known:
        raise InputInvalid(f"unknown scope `{scope}`. Say `everything`, `domain:<domain>` or `worker:<name>`")
    if kind == "worker" and not await _domain_of(transaction, scope):
        raise InputInvalid(f"there is no worker `{name}`. `remit workers` shows those there are")
    if not as_kept(reason).strip():
        raise InputInvalid("a halt needs a reason. Say in a few words what went wrong")
    (await person(transaction, who)).check(Permission.HALTS_SET, await _domain_of(transaction, scope))


async def _domain_of(transaction: Transaction, scope: str) -> str:
    """Tell in which domain a scope lies; empty for everything, and for a worker nobody knows."""
    kind, _, name = scope.partition(":")
    if kind == "domain":
        return name
    return str(await transaction.fetch_value("find_worker", name) or "") if kind == "worker" else ""


async def _let_settle(database: Database, begun: set[str]) -> set[str]:
    """Wait until what was in flight has settled, or could not begin any more; give what is still in flight."""
    until, left = clock.monotonic() + _SETTLING, begun
    while left and clock.monotonic() < until:
        await asyncio.sleep(_LOOK_EVERY)
        rows = await database.fetch("list_in_flight", "everything")
        left = begun & {row["key"] for row in rows}
    return left


async def lift(database: Database, scope: str, reason: str, who: str, now: datetime) -> int:
    """Lift a halt; the runs that waited for it go on. A second person lifts what the first one set.

    Returns:
        How many runs go on.

    Raises:
        NotFound: The scope is not halted.
        NotAllowed: This person may not, or set it.
    """
    async with database.transaction() as transaction:
        await transaction.execute("lock_halts")  # so that nobody begins to wait for a halt that is gone
        halt = await transaction.fetch_row("lock_halt", scope)
        if halt is None:
            raise NotFound(f"`{scope}` is not halted. `remit halts` shows what is")
        (await person(transaction, who)).check(Permission.HALTS_LIFT, await _domain_of(transaction, scope))
        if halt["set_by"] == who:
            raise NotAllowed(f"`{who}` set this halt; a second person has to lift it")
        await transaction.execute("lift_halt", halt["id"], who, now)
        runs = [row["id"] for row in await transaction.fetch("open_halted_runs", now)]
        await enqueue_runs(transaction, runs)
        body = {"halt": halt["id"], "scope": scope, "reason": reason, "person": who, "runs": len(runs)}
        await append(transaction, Entry(kind=EntryKind.HALT_LIFTED, body=body, worker=_worker_of(scope), at=now))
        return len(runs)


async def list_halts(database: Database) -> Sequence[Row]:
    """List the halts in force."""
    return await database.fetch("list_halts")
