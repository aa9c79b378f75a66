"""The kill switch: a halt stops a worker, a workflow, a domain, a connection or everything, on every machine.

A halt is set under a lock that every intent takes shared, so each intent is either committed before it, and then
listed as in flight, or sees it and is not begun. An intent may be asked of its system only for `BEGIN_WITHIN`
seconds, measured by the process that recorded it, and so may a question that found its connection open; the answer
to a halt waits longer than that while anything could still begin. So no new effect begins after the answer, without
any two clocks being compared. Every process that lives confirms the halt too: that is told, and proves nothing more.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.gateway import BEGIN_WITHIN
from remit.governance.halt_notices import tell_of_halt, tell_of_lift
from remit.governance.incidents import open_incident
from remit.governance.roles import person
from remit.governance.scopes import Scope, find_scope
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction
from remit.store.queue import enqueue_runs

CHANNEL: Final = "remit_halts"
"""Every process listens here, and confirms a halt when it is told of one."""

_LONGEST_REASON: Final = 4000  # characters
_SETTLING: Final = BEGIN_WITHIN + 0.1  # seconds an answer waits at most, after which nothing can begin any more
_LOOK_EVERY: Final = 0.02  # seconds between two looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What one living process said to a halt."""

    host: str
    pid: int
    has_confirmed: bool
    """False when it has not said anything yet: it can begin nothing all the same"""
    asking: dict[str, int]
    """how many requests to which system it had under way"""


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
    """open reviews in its scope: frozen, and so is their time"""
    open_runs: int
    """runs in its scope that will wait"""
    confirmations: tuple[Confirmation, ...]
    """every process that lived, and what it said"""
    answered_in: int
    """milliseconds from the order to the answer"""
    incident: UUID | None
    """the incident it opened; None for a drill"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants stopped."""

    scope: str
    reason: str
    who: str
    is_drill: bool = False
    """only ever set by `practice/drill.py`, for its own worker"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """A halt that is committed."""

    id: UUID
    scope: Scope
    begun: frozenset[str]
    counts: Row
    incident: UUID | None


async def stop(database: Database, scope: str, reason: str, who: str, now: datetime) -> HaltReport:
    """Halt a scope, as in `worker:<name>` or `everything`. From the answer on, nothing begins there.

    Raises:
        InputInvalid: There is no such scope, or the reason is empty.
        NotAllowed: This person may not.
        Conflict: It is halted already.
    """
    return await carry_out(database, Order(scope=scope, reason=reason, who=who), now)


async def carry_out(database: Database, order: Order, now: datetime) -> HaltReport:
    """Set the halt that was ordered, wait until nothing can begin any more, and tell what it stopped."""
    began = clock.monotonic()
    async with database.transaction() as transaction:
        halt = await _set(transaction, order, now)
    left, confirmations = await _let_settle(database, halt)
    report = HaltReport(
        id=halt.id,
        scope=halt.scope.text,
        set_at=now,
        in_flight=tuple(sorted(left)),
        settled=tuple(sorted(halt.begun - left)),
        waiting_reviews=halt.counts["reviews"],
        open_runs=halt.counts["runs"],
        confirmations=confirmations,
        answered_in=int((clock.monotonic() - began) * 1000),
        incident=halt.incident,
    )
    await _record_answer(database, report, now)
    return report


async def _set(transaction: Transaction, order: Order, now: datetime) -> _Set:
    reason = _checked_reason(order.reason)
    scope = await find_scope(transaction, order.scope)
    (await person(transaction, order.who)).check(Permission.HALTS_SET, scope.domain)
    # INVARIANT: every intent committed before this line is in flight below; every later one sees the halt.
    await transaction.execute("lock_halts")
    what = (scope.text, reason, order.who, now, order.is_drill)
    halt = await transaction.fetch_value("insert_halt", clock.new_id(), *what)
    if halt is None:
        raise Conflict(f"`{scope.text}` is halted already. `remit halts` shows since when and why")
    begun = frozenset(row["key"] for row in await transaction.fetch("list_in_flight", scope.text))
    counts = await transaction.fetch_row("count_halted", scope.text) or {}
    body = {"halt": halt, "scope": scope.text, "reason": reason, "person": order.who, "in_flight": sorted(begun)}
    await append(transaction, Entry(kind=EntryKind.HALT_SET, body=body, worker=scope.worker, at=now))
    incident = None
    if not order.is_drill:
        incident = await open_incident(transaction, halt, scope.text, now)
        await tell_of_halt(transaction, incident, (scope.text, reason, order.who), now)
    await transaction.execute("notify_halt", str(halt))
    return _Set(id=halt, scope=scope, begun=begun, counts=counts, incident=incident)


def _checked_reason(reason: str) -> str:
    kept = as_kept(reason).strip()
    if not kept:
        raise InputInvalid("a halt needs a reason. Say in a few words what went wrong")
    if len(kept) > _LONGEST_REASON:
        raise InputInvalid(f"the reason is longer than {_LONGEST_REASON} characters. Write the rest into the incident")
    return str(kept)


async def _let_settle(database: Database, halt: _Set) -> tuple[frozenset[str], tuple[Confirmation, ...]]:
    """Wait until what was in flight has settled, or could not begin any more, and every living process has confirmed.

    A process that does not confirm holds the answer up no longer than until it can begin nothing any more.
    """
    until = clock.monotonic() + _SETTLING
    while True:
        is_over = clock.monotonic() >= until
        rows = await database.fetch("list_in_flight", halt.scope.text) if halt.begun else []
        left = halt.begun & {row["key"] for row in rows}
        said = [_confirmation(row) for row in await database.fetch("list_confirmations", halt.id)]
        # A question to a halted connection has no row that tells when it has begun: its time has to pass.
        is_calm = not left and not halt.scope.is_connection and all(each.has_confirmed for each in said)
        if is_over or is_calm:
            return left, tuple(said)
        await asyncio.sleep(_LOOK_EVERY)


def _confirmation(row: Row) -> Confirmation:
    has_confirmed = row["confirmed_at"] is not None
    return Confirmation(host=row["host"], pid=row["pid"], has_confirmed=has_confirmed, asking=dict(row["asking"]))


async def _record_answer(database: Database, report: HaltReport, now: datetime) -> None:
    fields = ("in_flight", "settled", "waiting_reviews", "open_runs", "confirmations", "answered_in")
    answer: dict[str, Any] = {name: asdict(report)[name] for name in fields}
    async with database.transaction() as transaction:
        await transaction.execute("record_halt_answer", report.id, answer)
        body = {"halt": report.id, "scope": report.scope, **answer}
        await append(transaction, Entry(kind=EntryKind.HALT_ANSWERED, body=body, at=now))


async def lift(database: Database, scope: str, reason: str, who: str, now: datetime) -> int:
    """Lift a halt; the runs that waited for it go on. A second person lifts what the first one set.

    Returns:
        How many runs go on.

    Raises:
        NotFound: The scope is not halted.
        NotAllowed: This person may not, or set it.
    """
    async with database.transaction() as transaction:
        # So that nobody begins to wait for a halt that is gone.
        await transaction.execute("lock_halts")
        found = await _find_halted(transaction, scope)
        halt = await transaction.fetch_row("lock_halt", found.text)
        if halt is None:
            raise NotFound(f"`{found.text}` is not halted. `remit halts` shows what is")
        (await person(transaction, who)).check(Permission.HALTS_LIFT, found.domain)
        if halt["set_by"] == who:
            raise NotAllowed(f"`{who}` set this halt; a second person has to lift it")
        return await _lift(transaction, (halt, found), (reason, who), now)


async def lift_drill(database: Database, scope: str, now: datetime) -> int:
    """Lift the halt of a drill, which concerns nothing but the drill's own worker; give how many runs go on."""
    async with database.transaction() as transaction:
        await transaction.execute("lock_halts")
        halt = await transaction.fetch_row("lock_halt", scope)
        if halt is None or not halt["is_drill"]:
            return 0
        return await _lift(transaction, (halt, Scope(text=scope, domain="")), ("the drill is over", "drill"), now)


async def _find_halted(transaction: Transaction, scope: str) -> Scope:
    """Find the scope of a halt; one that is halted can be lifted, whatever became of its worker or system."""
    try:
        return await find_scope(transaction, scope)
    except InputInvalid as error:
        if "\0" in scope or await transaction.fetch_row("lock_halt", scope) is None:
            raise NotFound(str(error)) from None
        return Scope(text=scope, domain="")


async def _lift(transaction: Transaction, halt: tuple[Row, Scope], why: tuple[str, str], now: datetime) -> int:
    (row, scope), (reason, who) = halt, why
    await transaction.execute("lift_halt", row["id"], who, now)
    await transaction.execute("thaw_reviews", scope.text, row["set_at"], now)
    runs = [run["id"] for run in await transaction.fetch("open_halted_runs", now)]
    await enqueue_runs(transaction, runs)
    body = {"halt": row["id"], "scope": scope.text, "reason": reason, "person": who, "runs": len(runs)}
    await append(transaction, Entry(kind=EntryKind.HALT_LIFTED, body=body, worker=scope.worker, at=now))
    if not row["is_drill"]:
        await tell_of_lift(transaction, row["id"], (scope.text, reason, who), now)
    return len(runs)


async def list_halts(database: Database) -> Sequence[Row]:
    """List the halts in force."""
    return await database.fetch("list_halts")


async def find_halt(database: Database, typed: str) -> UUID:
    """Find the one halt whose number begins or ends as typed, or which holds the scope typed.

    Raises:
        NotFound: None does, or more than one.
    """
    rows = await database.fetch("find_halt", as_kept(typed.lower().replace("%", "")))
    if len(rows) != 1:
        how = "no halt has" if not rows else "more than one halt has"
        raise NotFound(f"{how} the number or scope `{typed}`. `remit halts` shows those in force")
    return UUID(str(rows[0]["id"]))
