"""`/v1/notices`: what a person is told."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from remit.runtime.notifying import list_notices
from remit.web.asked import AskedHouse, AskedPerson, Limit

router = APIRouter(prefix="/v1/notices", tags=["people"])


class ShownNotice(BaseModel):
    """One thing a person is told."""

    id: UUID
    kind: str
    recipient: str = Field(description="a person's id, or a role with its domain")
    title: str
    body: str
    link: str = Field(description="the path of the page that shows it; it decides nothing")
    made_at: datetime
    deliveries: list[dict[str, Any]] = Field(description="what became of it on each channel")


@router.get("", summary="List what you are told", response_model=list[ShownNotice])
async def notices(
    house: AskedHouse,
    person: AskedPerson,
    before: Annotated[UUID | None, Query(description="the `id` of the last one of the page before")] = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List the notices for the person who asks, newest first."""
    return [dict(row) for row in await list_notices(house.database, person, before=before, limit=limit)]
