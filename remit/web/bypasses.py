"""`/v1/bypasses`: two people let a review rule rest for some time."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.bypasses import Bypass, ask_bypass, end_bypass, grant_bypass, list_bypasses
from remit.web.asked import AskedHouse, AskedPerson, Limit

router = APIRouter(prefix="/v1/bypasses", tags=["bypasses"])

Name = Annotated[str, Field(max_length=200)]
_MOST_MINUTES = 240


class BypassBody(BaseModel):
    """What is to rest, for how long, and why."""

    model_config = ConfigDict(extra="forbid")

    domain: Name
    rule: Name = Field(
        default="", description="a review rule; empty means all that ask about one operation of a worker"
    )
    worker: Name = Field(default="", description="only for this worker")
    operation: Name = Field(default="", description="only for this operation")
    minutes: int = Field(ge=1, le=_MOST_MINUTES)
    reason: str = Field(max_length=4000)


class ListedBypass(BaseModel):
    """A bypass asked for or in force."""

    id: UUID
    domain: str
    rule: str
    worker: str
    operation: str
    reason: str
    asked_by: str
    asked_at: datetime
    until: datetime
    granted_by: str | None
    granted_at: datetime | None
    ended_by: str | None = Field(description="empty when its time was over")
    ended_at: datetime | None


class AskedBypass(BaseModel):
    """What was asked for."""

    id: UUID


@router.get("", summary="List bypasses, newest first", response_model=list[ListedBypass])
async def bypasses(
    house: AskedHouse, _: AskedPerson, *, everything: bool = False, limit: Limit = 50
) -> list[dict[str, Any]]:
    """List what is asked for or in force, or everything there ever was."""
    rows = await list_bypasses(house.database, house.clock.now(), is_running=not everything, limit=limit)
    return [dict(row) for row in rows]


@router.post("", status_code=201, summary="Ask for a bypass")
async def post_bypass(body: BypassBody, house: AskedHouse, person: AskedPerson) -> AskedBypass:
    """Ask for a review rule to rest; a second person grants it."""
    fields = body.model_dump()
    asked = Bypass(lasts=timedelta(minutes=fields.pop("minutes")), **fields)
    return AskedBypass(id=await ask_bypass(house.database, house.roster.shipped, asked, person, house.clock.now()))


@router.post("/{bypass}/grant", status_code=204, summary="Grant a bypass another person asked for")
async def post_grant(bypass: UUID, house: AskedHouse, person: AskedPerson) -> None:
    """Grant it: until its end nobody is asked by that rule."""
    await grant_bypass(house.database, bypass, person, house.clock.now())


@router.post("/{bypass}/end", status_code=204, summary="End or refuse a bypass")
async def post_end(bypass: UUID, house: AskedHouse, person: AskedPerson) -> None:
    """End a bypass before its time, or refuse one that is asked for."""
    await end_bypass(house.database, bypass, person, house.clock.now())
