"""`/v1/reviews`: what people are asked, and their answers."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.approvals import Answer, answer
from remit.governance.feedback import RejectCode, count_overrides, list_feedback
from remit.governance.questions import Question, ask, list_questions, reply
from remit.governance.review_rota import HandOn, hand_on
from remit.governance.reviews import ReviewFilter, count_reviews, list_reviews, show_review
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment, Word

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

ReviewState = Literal["open", "approved", "rejected", "expired", "used", "superseded", "lapsed"]

_MONTH = timedelta(days=30)


class ListedReview(BaseModel):
    """What a person is asked."""

    id: UUID
    run: UUID
    step: int
    worker: str
    domain: str
    operation: str
    kind: Literal["action", "outcome"] = Field(description="may it happen, or: did it happen")
    digest: str = Field(description="of operation, arguments and charter version: what is approved is what runs")
    packet: dict[str, Any] = Field(description="everything needed to decide: question, proposal, why, evidence")
    arguments: dict[str, Any]
    roles: list[str] = Field(description="each of these has to approve")
    approvals: int = Field(description="by how many people altogether")
    risk: str
    state: ReviewState
    opened_at: datetime
    expires_at: datetime = Field(description="from then on it counts as rejected")


class ShownReview(ListedReview):
    """What a person is asked, what was answered, what is missing and what was decided before."""

    requested_by: str = Field(description="the person whose signal began the run, who may not answer")
    answered_at: datetime | None
    trace_id: str
    run_state: str
    answers: list[dict[str, Any]]
    edits: list[dict[str, Any]] = Field(description="each argument edited, with what it was before and after")
    questions: list[dict[str, Any]]
    missing_roles: list[str] = Field(description="the roles of which nobody has approved it")
    missing_people: int = Field(description="how many more people at least")
    can_answer: list[dict[str, Any]] = Field(description="who can answer now, as which role, and for whom")
    excluded: dict[str, str] = Field(description="who may not, and why")
    precedents: list[dict[str, Any]] = Field(description="the last decisions on the same worker and operation")
    told: list[str] = Field(description="who was told of it by name, in order")
    paused_until: datetime | None = Field(description="until when its first question put its end off")


class AnswerBody(BaseModel):
    """What a person says."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["approve", "reject"]
    digest: str = Field(
        min_length=1,
        max_length=200,
        description="the `digest` of the review as the person saw it: what is approved is what runs",
    )
    reason: str = Field(default="", max_length=4000, description="needed for a reject")
    code: RejectCode = Field(default=RejectCode.OTHER, description="of a reject: why, in a word that can be counted")
    signed: dict[str, Any] | None = Field(default=None, description="what the person's passkey signed, as JSON")
    arguments: dict[str, Any] | None = Field(default=None, description="the arguments as edited, when they were")


class QuestionBody(BaseModel):
    """What a person wants to know first."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(max_length=4000)
    of: str = Field(default="", max_length=200, description="a person's id; empty asks the worker's business owner")


class ReplyBody(BaseModel):
    """What a person replies."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(max_length=4000)


class HandOnBody(BaseModel):
    """To whom a review is handed on."""

    model_config = ConfigDict(extra="forbid")

    to: str = Field(max_length=200, description="a person who can answer it, or one of the roles asked")
    reason: str = Field(max_length=4000)


class Answered(BaseModel):
    """What became of a review."""

    state: ReviewState


class Counted(BaseModel):
    """How many there are."""

    count: int


class Numbered(BaseModel):
    """What was made."""

    id: UUID


class AskedQuestion(BaseModel):
    """What a person is asked about a review."""

    id: UUID
    review: UUID
    asked_by: str
    words: str
    asked_at: datetime
    worker: str
    operation: str


class Correction(BaseModel):
    """What a person corrected in what a worker proposed."""

    id: UUID
    review: UUID
    run: UUID
    worker: str
    operation: str
    about: str
    kind: Literal["edit", "reject"]
    person: str
    code: str = Field(description="of a reject: why, in a word")
    reason: str
    changes: dict[str, Any] = Field(description="of an edit: each argument with what it was before and after")
    given_at: datetime


class Overridden(BaseModel):
    """How often people overrode what a worker proposed."""

    worker: str
    operation: str
    decided: int
    edited: int
    rejected: int


@router.get("", summary="List reviews, oldest first", response_model=list[ListedReview])
async def reviews(  # noqa: PLR0913  # each a filter
    house: AskedHouse,
    person: AskedPerson,
    *,
    state: ReviewState = "open",
    worker: Word = "",
    domain: Word = "",
    operation: Word = "",
    role: Word = "",
    for_me: bool = False,
    after: UUID | None = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List reviews in one state; the next page begins `after` the last of this one."""
    find = ReviewFilter(
        state=state,
        worker=worker,
        domain=domain,
        operation=operation,
        role=role,
        person=person if for_me else "",
        moment=house.clock.now(),
        after=after,
    )
    return [dict(row) for row in await list_reviews(house.database, find=find, limit=limit)]


@router.get("/count", summary="Count the reviews you can answer now")
async def count_mine(house: AskedHouse, person: AskedPerson) -> Counted:
    """Count the open reviews the person can answer now, under their own roles or one somebody lets them use."""
    find = ReviewFilter(person=person, moment=house.clock.now())
    return Counted(count=await count_reviews(house.database, find))


@router.get("/questions", summary="List what you are asked about reviews", response_model=list[AskedQuestion])
async def questions(house: AskedHouse, person: AskedPerson, limit: Limit = 50) -> list[dict[str, Any]]:
    """List what the person is asked about open reviews, oldest first."""
    return [dict(row) for row in await list_questions(house.database, person, limit=limit)]


@router.get("/feedback", summary="List what people corrected", response_model=list[Correction])
async def feedback(
    house: AskedHouse,
    _: AskedPerson,
    worker: Word = "",
    operation: Word = "",
    after: UUID | None = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List edits and rejects, newest first."""
    given = {"worker": worker, "operation": operation}
    return [dict(row) for row in await list_feedback(house.database, after=after, limit=limit, **given)]


@router.get("/overrides", summary="Count what people overrode", response_model=list[Overridden])
async def overrides(
    house: AskedHouse, _: AskedPerson, worker: Word = "", since: Moment | None = None
) -> list[dict[str, Any]]:
    """Count for each worker and operation what people decided in the last 30 days, and edited or rejected of it."""
    rows = await count_overrides(house.database, since or house.clock.now() - _MONTH, worker=worker)
    return [dict(row) for row in rows]


@router.get("/{review}", summary="Show a review", response_model=ShownReview)
async def review(review: UUID, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show everything needed to decide."""
    return await show_review(house.database, review, house.clock.now())


@router.post("/{review}/answer", summary="Answer a review", response_model=Answered)
async def answer_review(review: UUID, body: AnswerBody, house: AskedHouse, person: AskedPerson) -> dict[str, str]:
    """Approve, with or without edited arguments, or reject; gives the state of the review after it."""
    given = Answer(
        review=review,
        person=person,
        verdict=body.verdict,
        reason=body.reason,
        code=body.code,
        arguments=body.arguments,
        digest=body.digest,
        signed=body.signed,
    )
    return {"state": await answer(house.database, given, house.clock.now())}


@router.post("/{review}/questions", status_code=201, summary="Ask something about a review")
async def ask_about(review: UUID, body: QuestionBody, house: AskedHouse, person: AskedPerson) -> Numbered:
    """Ask the worker's business owner, or another person; the review stays open."""
    asked = Question(review=review, by=person, words=body.words, of=body.of)
    return Numbered(id=await ask(house.database, asked, house.clock.now()))


@router.post("/questions/{question}/reply", status_code=204, summary="Reply to a question")
async def reply_to(question: UUID, body: ReplyBody, house: AskedHouse, person: AskedPerson) -> None:
    """Reply to what the person was asked; whoever asked is told."""
    await reply(house.database, question, person, body.words, house.clock.now())


@router.post("/{review}/hand-on", status_code=204, summary="Hand a review on")
async def hand_review_on(review: UUID, body: HandOnBody, house: AskedHouse, person: AskedPerson) -> None:
    """Hand a review on to another person who can answer it, or to one of the roles asked."""
    given = HandOn(review=review, by=person, to=body.to, reason=body.reason)
    await hand_on(house.database, given, house.clock.now())
