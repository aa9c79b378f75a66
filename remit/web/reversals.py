"""`/v1/actions/{key}/reversal`: what a worker did is taken back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from remit.runtime.reversals import Request, request_reversal
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/actions", tags=["halts"])


class ReversalBody(BaseModel):
    """Why an action is to be taken back, and what it does not tell itself."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000, description="what went wrong, in a few words")
    arguments: dict[str, Any] = Field(
        default_factory=dict[str, Any], description="of the reversing operation, which the action itself does not tell"
    )


class Requested(BaseModel):
    """What takes an action back."""

    run: UUID = Field(description="the run that does, once a second person approves")


@router.post("/{key}/reversal", status_code=202, summary="Request that an action is taken back")
async def reverse(
    key: Annotated[str, Path(max_length=100, description="of the action: its run and its step")],
    body: ReversalBody,
    house: AskedHouse,
    person: AskedPerson,
) -> Requested:
    """Have what a worker did taken back, stopped or not: a second person is asked. Requested twice, it is one run."""
    request = Request(key=key, who=person, reason=body.reason, arguments=body.arguments)
    operations = house.connections.operations
    return Requested(run=await request_reversal(house.database, operations, request, house.clock.now()))
