"""`/v1/notices`: what a person is told."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.notices_seen import find_seen, mark_seen
from remit.governance.roles import person as find_person
from remit.runtime.notifying import list_notices
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment

router = APIRouter(prefix="/v1/notices", tags=["people"])


class ShownNotice(BaseModel):
    """One thing a person is told."""

    id: UUID
    kind: str
    recipient: str = Field(description="a person's id, or a role with its domain")
    recipients: list[str] = Field(
        description="those that mean you; what you are told under several roles is one notice"
    )
    title: str
    body: str
    link: str = Field(description="the path of the page that shows it; it decides nothing")
    made_at: datetime
    is_new: bool = Field(description="whether it was made after what you marked as read")
    deliveries: list[dict[str, Any]] = Field(description="what became of it on each channel")


@router.get("", summary="List what you are told", response_model=list[ShownNotice])
async def notices(
    house: AskedHouse,
    person: AskedPerson,
    before: Annotated[UUID | None, Query(description="the `id` of the last one of the page before")] = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List the notices for the person who asks, newest first."""
    seen = await find_seen(house.database, await find_person(house.database, person))
    rows = await list_notices(house.database, person, before=before, limit=limit)
    return [dict(row) | {"is_new": row["made_at"] > seen["until"]} for row in rows]


class ReadBody(BaseModel):
    """Up to where somebody has read."""

    model_config = ConfigDict(extra="forbid")

    until: Moment = Field(description="the `made_at` of the newest notice that was read")


@router.post("/read", status_code=204, summary="Mark what you were told as read")
async def post_read(body: ReadBody, house: AskedHouse, person: AskedPerson) -> None:
    """Mark every notice up to a moment as read; what is made later stays new."""
    await mark_seen(house.database, await find_person(house.database, person), body.until, house.clock.now())
