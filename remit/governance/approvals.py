"""Reviews and their answers: an approval is bound to exactly what is performed, single use, and expires into reject.

    open ── enough approvals ──▶ approved ── performed ──▶ used
      ├──── a reject ──────────▶ rejected
      ├──── nobody in time ────▶ expired
      └──── action or charter changed ──▶ superseded   (also from approved)

An answer writes its own row and opens the waiting run again in the same transaction; the gateway reads it there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from remit.canonical import canonical
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.claim import as_kept
from remit.governance.facts import approval_digest
from remit.governance.passkeys import check_approval
from remit.governance.roles import person
from remit.governance.scopes import frozen
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction
from remit.store.queue import open_run


async def mark_used(transaction: Transaction, review: UUID) -> None:
    """Use an approval, once.

    Raises:
        Conflict: It was used or withdrawn meanwhile.
    """
    if await transaction.fetch_value("mark_review_used", review) is None:
        raise Conflict(f"the approval `{review}` is not valid any more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says to a review."""

    review: UUID
    person: str
    verdict: Literal["approve", "reject"]
    reason: str = ""
    """needed for a reject"""
    arguments: dict[str, Any] | None = None
    """the arguments as edited, when the reviewer changed them"""
    digest: str = ""
    """what the reviewer saw; refused when it is not what stands there now. Empty when not checked"""
    signed: dict[str, Any] | None = None
    """what the person's passkey signed, as the browser gave it"""


async def answer(database: Database, given: Answer, now: datetime) -> str:
    """Take an answer, and open the run again when it decides the review.

    Returns:
        The state of the review after it.

    Raises:
        NotFound: There is no such review.
        Conflict: It is not open any more, or not what the reviewer saw.
        NotAllowed: This person may not answer it.
    """
    async with database.transaction() as transaction:
        await transaction.execute("lock_halts_shared")  # before any row: a lift takes the two in this order
        review = await transaction.fetch_row("lock_review", given.review)
        if review is None:
            raise NotFound(f"there is no review `{given.review}`. `remit review list` shows those there are")
        if reason := await frozen(transaction, review):
            raise Conflict(reason)
        _check_current(review, given, now)
        role = await _role_of(transaction, review, given)
        digest, arguments = _as_answered(review, given)
        proof = None
        if given.verdict == "approve":
            proof = await check_approval(transaction, review, digest, given.person, given.signed)
        await transaction.execute("revise_review", given.review, digest, arguments)
        is_edited, reason = digest != review["digest"], as_kept(given.reason)
        what = (given.verdict, role, digest, reason, is_edited, now)
        await transaction.execute("insert_answer", given.review, given.person, *what)
        state = await _state_after(transaction, review, given, digest)
        await _record_answer(transaction, review, given, (digest, state, proof), now)
        if state != "open":
            await transaction.execute("close_review", given.review, state, now)
            await open_run(transaction, review["run"], "review", now)
        return state


def _check_current(review: Row, given: Answer, now: datetime) -> None:
    if review["state"] != "open":
        raise Conflict(f"this review is {review['state']} already. Nothing was changed")
    if review["expires_at"] <= now:
        raise Conflict("this review has expired: that counts as reject. Nothing was changed")
    if given.digest and given.digest != review["digest"]:
        raise Conflict("somebody edited this proposal after you opened it. Look at it again, then decide")
    if given.verdict == "reject" and not given.reason.strip():
        raise InputInvalid("a reject needs a reason, so that the worker and its owner can learn from it")


async def _role_of(transaction: Transaction, review: Row, given: Answer) -> str:
    """Tell under which of the roles asked this person answers: one still missing, if there is one."""
    who = await person(transaction, given.person)
    if not who.is_active:
        raise NotAllowed(f"`{given.person}` has left and cannot answer reviews")
    if review["requested_by"] == given.person:
        raise NotAllowed("your own signal began this run, so somebody else has to answer it")
    held = [role for role in review["roles"] if who.holds(role, review["domain"])]
    if not held:
        raise NotAllowed(f"this review asks {' and '.join(review['roles'])}; `{given.person}` is none of these")
    rows = await transaction.fetch("list_answers", given.review)
    rows = [row for row in rows if row["digest"] == review["digest"]]  # what was said to a text since edited is void
    if given.person in {row["person"] for row in rows}:
        raise Conflict("you have answered this review already. It waits for somebody else")
    taken = {row["role"] for row in rows if row["counts"]}
    return min(held, key=lambda role: role in taken)


def _as_answered(review: Row, given: Answer) -> tuple[str, dict[str, Any]]:
    arguments = review["arguments"] if given.arguments is None else as_kept(given.arguments)
    if canonical(arguments) == canonical(review["arguments"]):
        return review["digest"], review["arguments"]
    if review["kind"] == "outcome":
        raise NotAllowed("what has perhaps happened cannot be edited. Answer whether it happened")
    return approval_digest(review["operation"], arguments, review["packet"]["charter"]), arguments


async def _state_after(transaction: Transaction, review: Row, given: Answer, digest: str) -> str:
    if given.verdict == "reject":
        return "rejected"
    if review["kind"] == "outcome":
        return "approved"
    rows = await transaction.fetch("list_answers", given.review)
    valid = [row for row in rows if row["counts"] and row["verdict"] == "approve" and row["digest"] == digest]
    covered = {row["role"] for row in valid}
    return "approved" if len(valid) >= review["approvals"] and covered >= set[str](review["roles"]) else "open"


async def _record_answer(
    transaction: Transaction,
    review: Row,
    given: Answer,
    after: tuple[str, str, dict[str, Any] | None],
    now: datetime,
) -> None:
    digest, state, proof = after
    body = {
        "review": review["id"],
        "step": review["step"],
        "person": given.person,
        "verdict": given.verdict,
        "reason": given.reason,
        "edited": given.arguments if digest != review["digest"] else None,
        "digest": digest,
        "state": state,
        "passkey": proof,
    }
    entry = Entry(
        kind=EntryKind.REVIEW_ANSWERED,
        body=body,
        worker=review["worker"],
        run=review["run"],
        about=review["packet"]["about"],
        trace_id=review["trace_id"],
        at=now,
    )
    await append(transaction, entry)


async def expire_reviews(database: Database, now: datetime) -> int:
    """Reject what nobody answered in time, and open the runs again; give how many."""
    async with database.transaction() as transaction:
        rows = await transaction.fetch("expire_reviews", now)
        for row in rows:
            await append(transaction, _expired(row, now))
            await open_run(transaction, row["run"], "review", now)
        return len(rows)


def _expired(row: Row, now: datetime) -> Entry:
    return Entry(
        kind=EntryKind.REVIEW_EXPIRED,
        body={"review": row["id"], "step": row["step"]},
        worker=row["worker"],
        run=row["run"],
        about=row["about"],
        trace_id=row["trace_id"],
        at=now,
    )
