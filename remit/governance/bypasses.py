"""Bypasses: two people let a review rule rest, for four hours at most, when waiting costs more than it saves.

    asked ──granted by a second person──▶ in force ── its time is over, or somebody ends it ──▶ ended
      └── nobody grants it in time, or somebody ends it ──▶ ended

In force it stands for the approvals one rule asks, or those asked for one operation of one worker. It lifts nothing
that approvals do not lift: no prohibition, halt, budget or vacant seat; nor the rules every house has, on the origin of
data among them. Every decision that rests on it says so. The runs of the two people themselves are reviewed as ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from remit import clock
from remit.charters.charter import Domain
from remit.charters.registry import show_worker
from remit.charters.role import Role
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission, roles_with
from remit.governance.claim import as_kept
from remit.governance.house import HouseRules
from remit.governance.notices import Notice, notify, to_role
from remit.governance.policy import is_bypassable
from remit.governance.roles import person
from remit.governance.rulebook import read_rulebook
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_LONGEST: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bypass:
    """What is to rest, for how long, and why."""

    domain: str
    rule: str = ""
    """the id of a review rule; empty means every one that may be bypassed, for one worker and operation"""
    worker: str = ""
    operation: str = ""
    reason: str
    lasts: timedelta


async def ask_bypass(database: Database, shipped: HouseRules, asked: Bypass, by: str, now: datetime) -> UUID:
    """Ask for a bypass; nothing rests before a second person grants it. Give its number; its time runs from now on.

    Raises:
        NotAllowed: This person may not ask for one there.
        NotFound: There is no such worker.
        InputInvalid: It names no rule that may be bypassed, gives no reason, or would last longer than four hours.
    """
    reason = as_kept(asked.reason).strip()
    _check(asked, reason)
    await _check_rule(database, shipped, asked)
    number, until = clock.new_id(), now + asked.lasts
    async with database.transaction() as transaction:
        (await person(transaction, by)).check(Permission.REVIEWS_BYPASS, asked.domain)
        what = (asked.domain, asked.rule, asked.worker, asked.operation)
        await transaction.execute("insert_bypass", number, *what, reason, by, now, until)
        row = await _held(transaction, number)
        await append(transaction, _entry(EntryKind.BYPASS_ASKED, row, by, now))
        recipients = [to_role(role, asked.domain) for role in roles_with(Permission.REVIEWS_BYPASS)]
        await _tell(transaction, row, "asked", recipients, f"{by} asks to bypass {_what(row)}: {reason}", now)
    return number


def _check(asked: Bypass, reason: str) -> None:
    if asked.domain not in set(Domain):
        raise InputInvalid(f"`{asked.domain[:40]}` is no domain. Known are {', '.join(Domain)}")
    if not asked.rule and not (asked.worker and asked.operation):
        raise InputInvalid("this does not say what is to rest. Name a rule, or a worker and its operation")
    if not timedelta() < asked.lasts <= _LONGEST:
        raise InputInvalid("a bypass lasts four hours at most. Say how many minutes")
    if not reason:
        raise InputInvalid("a bypass needs a reason, which stands in the record")


async def _check_rule(database: Database, shipped: HouseRules, asked: Bypass) -> None:
    """Make sure that the rule may be bypassed: one of the house, or one of the charter of the worker named."""
    own = set[str]()
    if asked.worker:
        record = await show_worker(database, asked.worker)
        if record.domain != asked.domain:
            raise InputInvalid(f"`{asked.worker}` works in {record.domain}. Ask for a bypass there")
        own = {f"review:{rule.name}" for rule in record.review_checkpoints}
    book = await read_rulebook(database, shipped)
    known = own | {rule.id for rule in book.rules.rules if is_bypassable(rule)}
    if asked.rule and asked.rule not in known:
        raise InputInvalid(
            f"`{asked.rule[:100]}` is no rule that may be bypassed. `remit rules` shows those of the house that ask "
            "people; for one of a charter, name its worker too"
        )


async def grant_bypass(database: Database, number: UUID, by: str, now: datetime) -> None:
    """Grant a bypass another person asked for: it is in force from now on, until the time it was asked for.

    Raises:
        NotFound: There is no such bypass.
        NotAllowed: This person may not grant one there, or asked for it.
        Conflict: It is granted already, or over.
    """
    async with database.transaction() as transaction:
        row = await _held(transaction, number)
        (await person(transaction, by)).check(Permission.REVIEWS_BYPASS, row["domain"])
        if row["asked_by"] == by:
            raise NotAllowed(f"`{by}` asked for this bypass. A second person grants it")
        if row["granted_by"] is not None:
            raise Conflict(f"`{row['granted_by']}` has granted this bypass already. Nothing was changed")
        _check_running(row, now)
        (await person(transaction, row["asked_by"])).check(Permission.REVIEWS_BYPASS, row["domain"])
        await transaction.execute("grant_bypass", number, by, now)
        await append(transaction, _entry(EntryKind.BYPASS_GRANTED, row, by, now))
        said = (
            f"{row['asked_by']} and {by} bypass {_what(row)} until {row['until']:%Y-%m-%d %H:%M} UTC: {row['reason']}"
        )
        await _tell(transaction, row, "granted", _watchers(row), said, now)


async def end_bypass(database: Database, number: UUID, by: str, now: datetime) -> None:
    """End a bypass before its time, or refuse one that is asked for.

    Raises:
        NotFound: There is no such bypass.
        NotAllowed: This person may not.
        Conflict: It is over.
    """
    async with database.transaction() as transaction:
        row = await _held(transaction, number)
        (await person(transaction, by)).check(Permission.REVIEWS_BYPASS, row["domain"])
        _check_running(row, now)
        await transaction.execute("end_bypass", number, by, now)
        await _ended(transaction, row, by, now)


async def end_due_bypasses(database: Database, now: datetime) -> int:
    """Record that bypasses are over, which they are by themselves; give how many."""
    async with database.transaction() as transaction:
        rows = await transaction.fetch("end_due_bypasses", now)
        for row in rows:
            await _ended(transaction, row, "", now)
        return len(rows)


async def list_bypasses(
    database: Database, now: datetime, *, is_running: bool = True, limit: int = 100
) -> Sequence[Row]:
    """List bypasses, newest first: those asked for or in force, or all there ever were."""
    return await database.fetch("list_bypasses", is_running, now, limit)


async def _held(transaction: Transaction, number: UUID) -> Row:
    row = await transaction.fetch_row("lock_bypass", number)
    if row is None:
        raise NotFound(f"there is no bypass `{number}`. `remit bypass list` shows those there are")
    return row


def _check_running(row: Row, now: datetime) -> None:
    if row["ended_at"] is not None or row["until"] <= now:
        raise Conflict("this bypass is over. Ask for another one if it is needed")


async def _ended(transaction: Transaction, row: Row, by: str, now: datetime) -> None:
    await append(transaction, _entry(EntryKind.BYPASS_ENDED, row, by, now))
    if row["granted_by"] is not None:
        said = f"the bypass of {_what(row)} is over{f': {by} ended it' if by else ''}"
        await _tell(transaction, row, "ended", _watchers(row), said, now)


def _entry(kind: EntryKind, row: Row, by: str, now: datetime) -> Entry:
    names = ("domain", "rule", "operation", "reason", "asked_by", "granted_by")
    body: dict[str, Any] = {
        "bypass": row["id"],
        **{name: row[name] for name in names},
        "until": row["until"].isoformat(),
    }
    if kind is EntryKind.BYPASS_GRANTED:
        body["granted_by"] = by
    return Entry(kind=kind, body=body | {"by": by}, worker=row["worker"], at=now)


def _watchers(row: Row) -> list[str]:
    return [to_role(role, row["domain"]) for role in (Role.RISK_OWNER, Role.AUDITOR)]


def _what(row: Row) -> str:
    where = " of ".join(f"`{name}`" for name in (row["operation"], row["worker"]) if name)
    return " for ".join(part for part in (f"`{row['rule']}`" if row["rule"] else "whatever asks people", where) if part)


async def _tell(
    transaction: Transaction, row: Row, what: str, recipients: Sequence[str], title: str, now: datetime
) -> None:
    notices = [
        Notice(
            key=f"bypass.{what}:{row['id']}:{recipient}",
            kind=f"bypass.{what}",
            recipient=recipient,
            title=title,
            link="/bypasses",
        )
        for recipient in recipients
    ]
    await notify(transaction, *notices, now=now)
