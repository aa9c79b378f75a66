"""Answers that can still be taken back: what a person says to a review counts a few seconds later.

    said ── taken back ──▶ gone, as if nothing had been said
      └──── its time has come ──▶ taken as any answer; or refused, and the person is told why

Whether it would be taken is tried at once, in a transaction that is rolled back: whoever may not answer is not kept
waiting. The row outlives the process; when its time has come, any process takes it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from remit.errors import Conflict, RemitError, StoreUnavailable
from remit.governance.approvals import Answer, answer_in
from remit.governance.claim import as_kept
from remit.governance.feedback import RejectCode
from remit.store.database import Database, Row

LASTS: Final = timedelta(seconds=5)
"""how long an answer can be taken back"""

_AT_ONCE: Final = 200


class _TakenBack(BaseException):
    """What rolls a trial back: nothing on the way may swallow it."""


async def say(database: Database, given: Answer, now: datetime) -> datetime:
    """Keep an answer until it counts; the last one of a person to a review holds.

    Returns:
        When it counts.

    Raises:
        NotFound: There is no such review.
        Conflict: It is not open any more, or not what the reviewer saw.
        NotAllowed: This person may not answer it.
        InputInvalid: A reject has no reason.
    """
    await _rehearse(database, given, now)
    due = now + LASTS
    said = {
        "verdict": given.verdict,
        "reason": as_kept(given.reason),
        "code": given.code.value,
        "arguments": given.arguments if given.arguments is None else as_kept(given.arguments),
        "digest": given.digest,
        "signed": given.signed,
    }
    await database.execute("save_pending_answer", given.review, given.person, said, now, due)
    return due


async def _rehearse(database: Database, given: Answer, now: datetime) -> None:
    try:
        async with database.transaction() as transaction:
            await answer_in(transaction, given, now)
            _roll_back()
    except _TakenBack:
        pass


def _roll_back() -> None:
    raise _TakenBack


async def take_back(database: Database, review: UUID, who: str) -> None:
    """Take an answer back that does not count yet, or put aside one that was refused.

    Raises:
        Conflict: It counts already, or there is none.
    """
    if await database.fetch_value("take_back_answer", review, who) is None:
        raise Conflict("this answer counts already, and cannot be taken back")


async def list_pending(database: Database, who: str) -> Sequence[Row]:
    """List a person's answers that do not count yet, or could not be taken, the newest first."""
    return await database.fetch("list_pending_answers", who)


async def list_undone(database: Database, who: str, since: datetime) -> Sequence[Row]:
    """List what a person approved since a moment and what did not happen all the same, the newest first."""
    return await database.fetch("list_undone_approvals", who, since)


async def take_due(database: Database, now: datetime) -> int:
    """Take the answers whose time has come, each in a transaction of its own; give how many."""
    taken = 0
    while taken < _AT_ONCE and await _take_next(database, now):
        taken += 1
    return taken


async def _take_next(database: Database, now: datetime) -> bool:
    row: Row | None = None
    try:
        async with database.transaction() as transaction:
            row = await transaction.fetch_row("take_due_answer", now)
            if row is not None:
                await answer_in(transaction, _answer(row), now)
    except StoreUnavailable:
        raise
    except RemitError as error:
        if row is None:
            raise
        await database.execute("refuse_pending_answer", row["review"], row["person"], str(error))
    return row is not None


def _answer(row: Row) -> Answer:
    said: dict[str, Any] = row["answer"] | {"code": RejectCode(row["answer"]["code"])}
    return Answer(review=row["review"], person=row["person"], **said)


# ── what is being typed ────────────────────────────────────────────────────────────────────────────────────────────


async def save_draft(
    database: Database, review: UUID, who: str, fields: tuple[str, dict[str, str]], now: datetime
) -> None:
    """Keep what a person typed about a review, with the digest they saw."""
    digest, typed = fields
    await database.execute("save_review_draft", review, who, digest, as_kept(typed), now)


async def find_draft(database: Database, review: UUID, who: str) -> Row | None:
    """Find what a person typed about a review and has not said."""
    return await database.fetch_row("find_review_draft", review, who)
