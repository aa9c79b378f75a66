"""`/v1/review-batches`: many reviews of one action type answered at once, each for itself."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from remit.governance.batches import MOST, BatchAnswer, Preview, Result, answer_batch, preview
from remit.governance.feedback import RejectCode
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/review-batches", tags=["reviews"])

Digest = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class BatchBody(BaseModel):
    """Which reviews, as they were seen."""

    model_config = ConfigDict(extra="forbid")

    items: dict[UUID, Digest] = Field(
        min_length=1, max_length=MOST, description="each review with its `digest` as the person saw it"
    )


class BatchAnswerBody(BatchBody):
    """What a person says to all of them."""

    seal: str = Field(max_length=64, description="of the preview: it is answered as it was shown")
    verdict: Literal["approve", "reject"]
    reason: str = Field(default="", max_length=4000, description="needed for a reject")
    code: RejectCode = Field(default=RejectCode.OTHER, description="of a reject: why, in a word")


@router.post("/preview", summary="Say what answering many reviews would be")
async def show_batch(body: BatchBody, house: AskedHouse, person: AskedPerson) -> Preview:
    """Count them, add up their money by currency, and name the highest risk and those that have changed."""
    return await preview(house.database, body.items, person)


@router.post("/answer", summary="Answer many reviews, each for itself")
async def answer_reviews(body: BatchAnswerBody, house: AskedHouse, person: AskedPerson) -> list[Result]:
    """Approve or reject each through the same guards as alone; one that is refused holds up none of the others."""
    given = BatchAnswer(
        items=body.items, seal=body.seal, person=person, verdict=body.verdict, reason=body.reason, code=body.code
    )
    return await answer_batch(house.database, given, house.clock.now())
