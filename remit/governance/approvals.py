"""Reviews and their answers: an approval is bound to exactly what is performed, single use, and expires into reject.

    open ── enough approvals ──▶ approved ── performed ──▶ used
      │                             └── forbidden when it was decided again ──▶ lapsed
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
from remit.errors import Conflict, InputInvalid, NotAllowed
from remit.governance.answerers import Standing, hold_review, missing_of, moved_on, standing_of
from remit.governance.claim import as_kept
from remit.governance.facts import approval_digest
from remit.governance.feedback import Correction, RejectCode, changes_of, keep_correction
from remit.governance.notices import Notice, notify
from remit.governance.passkeys import check_approval
from remit.governance.reviews import proposal_of
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
    code: RejectCode = RejectCode.OTHER
    """of a reject: why, in a word that can be counted"""
    arguments: dict[str, Any] | None = None
    """the arguments as edited, when the reviewer changed them"""
    digest: str = ""
    """what the reviewer saw; refused when it is not what stands there now. Empty when not checked"""
    signed: dict[str, Any] | None = None
    """what the person's passkey signed, as the browser gave it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """An answer as it is taken: by whom, to which text, and what became of the review."""

    standing: Standing
    digest: str
    arguments: dict[str, Any]
    changes: dict[str, Any]
    """each argument edited, with what it was before and after"""
    proof: dict[str, Any] | None
    """what the passkey signed"""
    state: str = "open"


async def answer(database: Database, given: Answer, now: datetime) -> str:
    """Take an answer, and open the run again when it decides the review.

    Returns:
        The state of the review after it.

    Raises:
        NotFound: There is no such review.
        Conflict: It is not open any more, or not what the reviewer saw; the error carries how it stands.
        NotAllowed: This person may not answer it.
    """
    async with database.transaction() as transaction:
        return await answer_in(transaction, given, now)


async def answer_in(transaction: Transaction, given: Answer, now: datetime) -> str:
    """Do what `answer` does, in the caller's transaction."""
    review = await hold_review(transaction, given.review, now)
    await _check_seen(transaction, review, given)
    standing = await standing_of(transaction, review, given.person, now)
    digest, arguments = _as_answered(review, given)
    proof = None
    if given.verdict == "approve":
        proof = await check_approval(transaction, review, digest, given.person, given.signed)
    changes = changes_of(review["arguments"], arguments)
    taken = _Taken(standing=standing, digest=digest, arguments=arguments, changes=changes, proof=proof)
    state = await _write(transaction, review, given, taken, now)
    if state != "open":
        await transaction.execute("close_review", given.review, state, now)
        await open_run(transaction, review["run"], "review", now)
    return state


async def _check_seen(transaction: Transaction, review: Row, given: Answer) -> None:
    if given.digest and given.digest != review["digest"]:
        what = "somebody edited this proposal after you opened it"
        raise await moved_on(transaction, review, what, advice="Look at it again, then decide")
    if given.verdict == "reject" and not given.reason.strip():
        raise InputInvalid("a reject needs a reason, so that the worker and its owner can learn from it")


def _as_answered(review: Row, given: Answer) -> tuple[str, dict[str, Any]]:
    arguments = review["arguments"] if given.arguments is None else as_kept(given.arguments)
    if canonical(arguments) == canonical(review["arguments"]):
        return review["digest"], review["arguments"]
    if given.verdict == "reject":
        raise InputInvalid("what is rejected is not edited. Reject it as it stands, or edit it and approve")
    if review["kind"] == "outcome":
        raise NotAllowed("what has perhaps happened cannot be edited. Answer whether it happened")
    return approval_digest(review["operation"], arguments, review["packet"]["charter"]), arguments


async def _write(transaction: Transaction, review: Row, given: Answer, taken: _Taken, now: datetime) -> str:
    """Write the answer, what it corrects, who is told, and its entry; give the state of the review after it."""
    if taken.changes:
        proposal = proposal_of(review["packet"], taken.arguments)
        await transaction.execute("revise_review", given.review, taken.digest, taken.arguments, proposal)
    code = given.code.value if given.verdict == "reject" else ""
    standing, reason = taken.standing, as_kept(given.reason)
    who = (given.person, given.verdict, standing.role, standing.delegation)
    await transaction.execute("insert_answer", given.review, *who, taken.digest, code, reason, bool(taken.changes), now)
    if kind := "reject" if given.verdict == "reject" else "edit" if taken.changes else "":
        said = Correction(kind=kind, person=given.person, code=code, reason=reason, changes=taken.changes)
        await keep_correction(transaction, review, said, now)
    state = await _state_after(transaction, review, given, taken.digest)
    if state == "rejected":
        await _tell_owner(transaction, review, f"{given.person} rejected it ({code}): {reason}", now)
    await append(transaction, _answered(review, given, taken, state, now))
    return state


async def _state_after(transaction: Transaction, review: Row, given: Answer, digest: str) -> str:
    if given.verdict == "reject":
        return "rejected"
    if review["kind"] == "outcome":
        return "approved"
    answers = await transaction.fetch("list_answers", given.review)
    missing = missing_of({**review, "digest": digest}, answers)
    return "open" if missing.people > 0 else "approved"


def _answered(review: Row, given: Answer, taken: _Taken, state: str, now: datetime) -> Entry:
    body = {
        "review": review["id"],
        "step": review["step"],
        "person": given.person,
        "role": taken.standing.role,
        "delegator": taken.standing.delegator,
        "verdict": given.verdict,
        "code": given.code.value if given.verdict == "reject" else "",
        "reason": given.reason,
        "edited": taken.arguments if taken.changes else None,
        "changes": taken.changes,
        "digest": taken.digest,
        "state": state,
        "passkey": taken.proof,
    }
    return Entry(
        kind=EntryKind.REVIEW_ANSWERED,
        body=body,
        worker=review["worker"],
        run=review["run"],
        about=review["packet"]["about"],
        trace_id=review["trace_id"],
        at=now,
    )


async def expire_reviews(database: Database, now: datetime) -> int:
    """Reject what nobody answered in time, and open the runs again; give how many."""
    async with database.transaction() as transaction:
        rows = await transaction.fetch("expire_reviews", now)
        for row in rows:
            await append(transaction, _expired(row, now))
            await _tell_owner(transaction, row, "nobody answered in time, which counts as reject", now)
            await open_run(transaction, row["run"], "review", now)
        return len(rows)


def _expired(row: Row, now: datetime) -> Entry:
    return Entry(
        kind=EntryKind.REVIEW_EXPIRED,
        body={"review": row["id"], "step": row["step"]},
        worker=row["worker"],
        run=row["run"],
        about=row["packet"]["about"],
        trace_id=row["trace_id"],
        at=now,
    )


async def _tell_owner(transaction: Transaction, review: Row, what: str, now: datetime) -> None:
    """Tell the worker's business owner that something it proposed is not done."""
    if owner := review["packet"].get("owner"):
        notice = Notice(
            key=f"review.decided:{review['id']}",
            kind="review.decided",
            recipient=owner,
            title=f"`{review['worker']}` may not do what it proposed: `{review['packet'].get('operation', '')}`",
            body=f"{review['packet'].get('proposal', '')}\n{what}",
            link=f"/reviews/{review['id']}",
        )
        await notify(transaction, notice, now=now)
