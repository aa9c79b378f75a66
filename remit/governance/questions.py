"""Questions: what somebody who can answer a review wants to know first. The review stays open meanwhile.

Its time is put off once, by its first question, until the reply and for four hours at most: who asks questions cannot
keep a review open for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.answerers import hold_review, standing_of
from remit.governance.claim import as_kept
from remit.governance.notices import Notice, notify
from remit.governance.review_rota import entry_of
from remit.governance.roles import person
from remit.ledger.entry import EntryKind, append
from remit.store.database import Database, Row, Transaction

_PAUSE: Final = timedelta(hours=4)
_MOST_QUESTIONS: Final = 20
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody wants to know before they answer a review."""

    review: UUID
    by: str
    words: str
    of: str = ""
    """a person's id; empty asks the worker's business owner"""


async def ask(database: Database, asked: Question, now: datetime) -> UUID:
    """Ask a person something about a review; give the question's number.

    Raises:
        NotFound: There is no such review.
        Conflict: It is decided, expired or frozen, or was asked about too often.
        NotAllowed: Who asks may not answer it, or whom they ask is not here.
        InputInvalid: There is no question, or too long a one.
    """
    words = _words(asked.words)
    async with database.transaction() as transaction:
        review = await hold_review(transaction, asked.review, now)
        await standing_of(transaction, review, asked.by, now)
        whom = asked.of or review["packet"].get("owner") or ""
        (await person(transaction, whom)).check_here()
        if await transaction.fetch_value("count_questions", asked.review) >= _MOST_QUESTIONS:
            raise Conflict(f"{_MOST_QUESTIONS} questions were asked about this review. Decide it, or hand it on")
        number = clock.new_id()
        await transaction.execute("insert_question", number, asked.review, asked.by, whom, words, now)
        await transaction.execute("pause_review", asked.review, now + _PAUSE, now)
        body = {"review": review["id"], "step": review["step"], "question": number, "person": asked.by}
        body |= {"asked": whom, "words": words}
        await append(transaction, entry_of(EntryKind.QUESTION_ASKED, review, body, now))
        await _tell(transaction, review, (f"question.asked:{number}", whom, f"{asked.by} asks you: {words}"), now)
    return number


async def reply(database: Database, question: UUID, by: str, words: str, now: datetime) -> None:
    """Reply to a question one was asked.

    Raises:
        NotFound: There is no such question.
        Conflict: It has its reply, or the review is not open any more.
        NotAllowed: Somebody else was asked.
        InputInvalid: There is no reply, or too long a one.
    """
    said = _words(words)
    async with database.transaction() as transaction:
        review = await hold_review(transaction, await _review_of(transaction, question), now)
        row = await transaction.fetch_row("lock_question", question)
        if row is None or row["asked_of"] != by:
            raise NotAllowed(f"`{by}` was not asked this. Only whoever was asked replies")
        (await person(transaction, by)).check_here()
        if row["reply"] is not None:
            raise Conflict("this question has its reply already. Nothing was changed")
        await transaction.execute("reply_question", question, said, now)
        await transaction.execute("resume_review", review["id"], now)
        body = {"review": review["id"], "step": review["step"], "question": question, "person": by, "words": said}
        await append(transaction, entry_of(EntryKind.QUESTION_ANSWERED, review, body, now))
        what = (f"question.answered:{question}", row["asked_by"], f"{by} replied: {said}")
        await _tell(transaction, review, what, now)


async def _review_of(transaction: Transaction, question: UUID) -> UUID:
    review = await transaction.fetch_value("find_question", question)
    if review is None:
        raise NotFound(f"there is no question `{question}`. `remit review questions` shows those you are asked")
    return review


def _words(text: str) -> str:
    words = as_kept(text).strip()
    if not words or len(words) > _LONGEST:
        raise InputInvalid(f"this says nothing, or more than {_LONGEST} letters. Write a sentence or two")
    return words


async def _tell(transaction: Transaction, review: Row, what: tuple[str, str, str], now: datetime) -> None:
    key, recipient, body = what
    title = f"about a review of `{review['operation']}`"
    link = f"/reviews/{review['id']}"
    notice = Notice(key=key, kind=key.partition(":")[0], recipient=recipient, title=title, body=body, link=link)
    await notify(transaction, notice, now=now)


async def list_questions(database: Database, who: str, *, limit: int = 100) -> Sequence[Row]:
    """List what a person is asked about open reviews."""
    return await database.fetch("list_questions", who, limit)
