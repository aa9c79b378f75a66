"""Erasure: what the house holds about a person becomes unreadable, and every proof of the ledger goes on holding.

    is it held? ─▶ is work about it still open? ─▶ take away what runs hold ─▶ take away the key ─▶ say so in the ledger

All of it is one transaction. What the same runs hold when their time is over, `enforce_retention` takes away likewise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from remit.charters.charter import Charter
from remit.errors import Conflict, InputInvalid, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.sealing import PERSONAL, is_personal
from remit.store.database import Database, Row, Transaction

_OPEN = {"open", "running", "waiting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was taken away."""

    subject: str
    runs: int
    """how many runs held something about it"""
    memories: int
    """how many things workers had learned about it"""
    sealed: bool
    """whether entries of the ledger became unreadable"""


async def erase(database: Database, subject: str, reason: str, who: str, now: datetime) -> Erasure:
    """Make unreadable what the house holds about a person, `kind:id`.

    Raises:
        InputInvalid: It is no person's subject, or the reason is empty.
        NotAllowed: This person may not.
        Conflict: A hold keeps it, or runs about it are not over.
        NotFound: Nothing is known about it.
    """
    subject, reason = as_kept(subject).strip(), as_kept(reason).strip()
    if not is_personal(subject) or not subject.partition(":")[2]:
        kinds = ", ".join(f"`{kind}:…`" for kind in sorted(PERSONAL))
        raise InputInvalid(f"`{subject[:100]}` is no person's subject. Those are {kinds}")
    if not reason:
        raise InputInvalid("an erasure needs a reason. Say who asked for it, or which rule does")
    async with database.transaction() as transaction:
        await transaction.execute("lock_holds")
        (await person(transaction, who)).check(Permission.SUBJECTS_ERASE)
        runs = await transaction.fetch("find_runs_about", subject)
        await _check_free(transaction, subject, runs)
        redacted: int = await transaction.fetch_value("redact_runs", [row["id"] for row in runs], now)
        gone = await transaction.fetch_row("forget_subject", subject) or {"keys": 0, "memories": 0}
        if not (runs or gone["keys"] or gone["memories"]):
            raise NotFound(f"nothing is known about `{subject}`. Nothing was changed")
        done = Erasure(subject=subject, runs=redacted, memories=gone["memories"], sealed=bool(gone["keys"]))
        body = {"subject": subject, "reason": reason, "person": who, "runs": redacted, "memories": done.memories}
        await append(transaction, Entry(kind=EntryKind.SUBJECT_ERASED, body=body, about=subject, at=now))
    # What was overwritten still lies on the disk until the database takes the room back.
    await database.execute("vacuum_subject_keys")
    return done


async def _check_free(transaction: Transaction, subject: str, runs: list[Row]) -> None:
    holds = {row["scope"]: row["reason"] for row in await transaction.fetch("list_holds")}
    keeping = [
        scope for scope in ("everything", subject, *(f"worker:{row['worker']}" for row in runs)) if scope in holds
    ]
    if keeping:
        raise Conflict(f"a hold keeps `{keeping[0]}`: {holds[keeping[0]]}. Whoever set holds decides first")
    unfinished = [str(row["id"]) for row in runs if row["state"] in _OPEN]
    if unfinished:
        raise Conflict(f"work about `{subject}` is not over: run `{unfinished[0]}`. Let it end, or stop its worker")


async def enforce_retention(database: Database, charters: Iterable[Charter], now: datetime) -> int:
    """Take away what ended runs hold once their worker's charter keeps it no longer; give how many runs.

    Held ones stay. The entries of the ledger stay; those about a person become unreadable when no run that is kept
    concerns them any more.
    """
    done = 0
    for charter in charters:
        async with database.transaction() as transaction:
            await transaction.execute("lock_holds")
            before = now - timedelta(days=charter.retention_days)
            rows = await transaction.fetch("take_expired_runs", charter.name, before)
            if not rows:
                continue
            redacted: int = await transaction.fetch_value("redact_runs", [row["id"] for row in rows], now)
            subjects = sorted({row["subject"] for row in rows if is_personal(row["subject"])})
            forgotten = await transaction.fetch("forget_idle_subjects", subjects)
            body = {"runs": redacted, "subjects": len(forgotten), "days": charter.retention_days}
            entry = Entry(kind=EntryKind.RETENTION_ENFORCED, body=body, worker=charter.name, at=now)
            await append(transaction, entry)
            done += redacted
    return done
