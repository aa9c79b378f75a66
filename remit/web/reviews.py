"""`/v1/reviews`: what people are asked, and their answers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews, show_review
from remit.web.asked import AskedHouse, AskedPerson, Limit

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

ReviewState = Literal["open", "approved", "rejected", "expired", "used", "superseded"]


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
    packet: dict[str, Any] = Field(description="everything needed to decide: question, purpose, why, evidence")
    arguments: dict[str, Any]
    roles: list[str] = Field(description="each of these has to approve")
    approvals: int = Field(description="by how many people altogether")
    risk: str
    state: ReviewState
    opened_at: datetime
    expires_at: datetime = Field(description="from then on it counts as rejected")


class ShownReview(ListedReview):
    """What a person is asked, and what was answered."""

    requested_by: str = Field(description="the person whose signal began the run, who may not answer")
    answered_at: datetime | None
    trace_id: str
    run_state: str
    answers: list[dict[str, Any]]


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
    signed: dict[str, Any] | None = Field(default=None, description="what the person's passkey signed, as JSON")
    arguments: dict[str, Any] | None = Field(default=None, description="the arguments as edited, when they were")


class Answered(BaseModel):
    """What became of a review."""

    state: ReviewState


@router.get("", summary="List reviews, oldest first", response_model=list[ListedReview])
async def reviews(
    house: AskedHouse, _: AskedPerson, state: ReviewState = "open", limit: Limit = 50
) -> list[dict[str, Any]]:
    """List reviews in one state."""
    return [dict(row) for row in await list_reviews(house.database, state=state, limit=limit)]


@router.get("/{review}", summary="Show a review", response_model=ShownReview)
async def review(review: UUID, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show everything needed to decide."""
    return dict(await show_review(house.database, review))


@router.post("/{review}/answer", summary="Answer a review", response_model=Answered)
async def answer_review(review: UUID, body: AnswerBody, house: AskedHouse, person: AskedPerson) -> dict[str, str]:
    """Approve, with or without edited arguments, or reject; gives the state of the review after it."""
    given = Answer(
        review=review,
        person=person,
        verdict=body.verdict,
        reason=body.reason,
        arguments=body.arguments,
        digest=body.digest,
        signed=body.signed,
    )
    return {"state": await answer(house.database, given, house.clock.now())}
