"""Drills of the kill switch: when they are held, and what each measured. `practice/drill.py` holds them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from uuid import UUID

from remit import clock
from remit.charters.charter import Domain
from remit.charters.role import Role
from remit.charters.trigger import next_due
from remit.errors import Conflict, InputInvalid
from remit.governance.authority import Permission
from remit.governance.notices import Notice, notify, to_role
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row

_LONGEST: Final = timedelta(minutes=5)  # a drill that has not ended by then has died
_OVERDUE_AFTER: Final = timedelta(days=1)
_SHORTEST: Final = timedelta(hours=1)  # between two moments of a plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What a drill measured."""

    drill: UUID
    has_passed: bool
    faults: tuple[str, ...]
    answered_in: int = 0
    """milliseconds"""
    late_effects: int = 0
    """writes that began after the answer"""
    in_flight: int = 0
    confirmed: tuple[str, ...] = ()
    """processes, as `host:pid`"""
    silent: tuple[str, ...] = ()

    @classmethod
    def failed(cls, drill: UUID, why: str) -> Self:
        """Make the result of a drill that came to nothing."""
        return cls(drill=drill, has_passed=False, faults=(why,))


async def plan_drills(database: Database, cron: str, who: str, now: datetime) -> datetime:
    """Plan when drills are held; give when the next one is due.

    Raises:
        InputInvalid: It is no cron expression of five fields.
        NotAllowed: This person may not.
    """
    try:
        due = next_due(cron, now)
        is_too_often = next_due(cron, due) - due < _SHORTEST
    except ValueError as error:
        raise InputInvalid(f"{error}. Write five fields, as in `0 9 1 * *`, in UTC") from None
    if is_too_often:
        raise InputInvalid(f"`{cron}` is due more than once an hour. Once a month is usual: `0 9 1 * *`")
    async with database.transaction() as transaction:
        (await person(transaction, who)).check(Permission.DRILLS_RUN)
        await transaction.execute("plan_drill", cron, who, now)
    return due


async def find_due(database: Database, now: datetime) -> tuple[str, datetime] | None:
    """Tell in whose name a drill is due now, and the moment it stands for; None when none is."""
    plan = await database.fetch_row("show_drill_plan")
    if plan is None:
        return None
    due = _newest_due(plan, now)
    return None if due is None or plan["last_due_at"] == due else (plan["planned_by"], due)


def _newest_due(plan: Row, now: datetime) -> datetime | None:
    """Find the newest moment of the plan that has come; those missed before it are not made up for."""
    newest, due = None, next_due(plan["cron"], max(plan["planned_at"], plan["last_due_at"] or plan["planned_at"]))
    while due.astimezone(UTC) <= now:
        newest, due = due.astimezone(UTC), next_due(plan["cron"], due)
    return newest


async def begin_drill(database: Database, who: str, now: datetime, *, due_at: datetime | None) -> UUID | None:
    """Note that a drill begins; None when the one that is due is held by another process.

    Raises:
        NotAllowed: This person may not.
        Conflict: Another drill is under way.
    """
    async with database.transaction() as transaction:
        (await person(transaction, who)).check(Permission.DRILLS_RUN)
        await transaction.execute("lock_drills")
        if await transaction.fetch_value("find_drill_under_way", now - _LONGEST) is not None:
            if due_at is not None:
                return None
            raise Conflict("another drill is under way. `remit drill list` shows it")
        drill: UUID | None = await transaction.fetch_value("insert_drill", clock.new_id(), due_at, who, now)
        return drill


async def end_drill(database: Database, drill: UUID, result: Drilled, now: datetime) -> None:
    """Record what a drill measured; a technical owner is told of one that failed."""
    async with database.transaction() as transaction:
        body = asdict(result)
        await transaction.execute("end_drill", drill, now, result.has_passed, body)
        await append(transaction, Entry(kind=EntryKind.DRILL_PERFORMED, body=body, about=f"drill:{drill}", at=now))
        if not result.has_passed:
            told = ("drill.failed", str(drill), "a drill of the kill switch failed", "; ".join(result.faults))
            await notify(transaction, *_notices(*told), now=now)


async def tell_overdue(database: Database, now: datetime) -> None:
    """Tell technical owners, once, that a drill that is due has not been held for a day."""
    plan = await database.fetch_row("show_drill_plan")
    due = _newest_due(plan, now - _OVERDUE_AFTER) if plan else None
    if due is not None:
        why = f"it was due at {due:%Y-%m-%d %H:%M} UTC. Hold it with `remit drill run`"
        async with database.transaction() as transaction:
            notices = _notices("drill.missed", due.isoformat(), "a drill of the kill switch is overdue", why)
            await notify(transaction, *notices, now=now)


def _notices(kind: str, number: str, title: str, body: str) -> list[Notice]:
    recipients = [to_role(Role.TECHNICAL_OWNER, domain) for domain in Domain]
    return [
        Notice(key=f"{kind}/{number}/{to}", kind=kind, recipient=to, title=title, body=body, link="/drills")
        for to in recipients
    ]


async def list_drills(database: Database, *, limit: int = 20) -> Sequence[Row]:
    """List the drills held, newest first."""
    return await database.fetch("list_drills", limit)


async def next_drill(database: Database, now: datetime) -> datetime | None:
    """Tell when the next drill is due; None when none is planned."""
    plan = await database.fetch_row("show_drill_plan")
    return next_due(plan["cron"], now).astimezone(UTC) if plan else None
