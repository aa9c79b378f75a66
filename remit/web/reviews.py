"""`/v1/reviews`: what people are asked, and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews, show_review
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

ReviewState = Literal["open", "approved", "rejected", "expired", "used", "superseded"]


class AnswerBody(BaseModel):
    """What a person says."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["approve", "reject"]
    digest: str = Field(description="the `digest` of the review as the person saw it: what is approved is what runs")
    reason: str = Field(default="", max_length=4000, description="needed for a reject")
    arguments: dict[str, Any] | None = Field(default=None, description="the arguments as edited, when they were")


@router.get("", summary="List reviews, oldest first")
async def reviews(
    house: AskedHouse,
    _: AskedPerson,
    state: ReviewState = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[dict[str, Any]]:
    """List reviews in one state."""
    return [dict(row) for row in await list_reviews(house.database, state=state, limit=limit)]


@router.get("/{review}", summary="Show a review")
async def review(review: UUID, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show everything needed to decide."""
    return dict(await show_review(house.database, review))


@router.post("/{review}/answer", summary="Answer a review")
async def answer_review(review: UUID, body: AnswerBody, house: AskedHouse, person: AskedPerson) -> dict[str, str]:
    """Approve, with or without edited arguments, or reject; gives the state of the review after it."""
    given = Answer(
        review=review,
        person=person,
        verdict=body.verdict,
        reason=body.reason,
        arguments=body.arguments,
        digest=body.digest,
    )
    return {"state": await answer(house.database, given, house.clock.now())}
