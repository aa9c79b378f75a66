"""`/v1/drills`: drills of the kill switch, planned and held."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import drills
from remit.web.asked import AskedHouse, AskedPerson, Limit

router = APIRouter(prefix="/v1/drills", tags=["drills"])


class ListedDrill(BaseModel):
    """A drill, and what it measured."""

    id: UUID
    due_at: datetime | None = Field(description="the moment of the plan it stood for; none when a person began it")
    began_by: str
    began_at: datetime
    ended_at: datetime | None
    has_passed: bool | None
    result: dict[str, Any]


class Drills(BaseModel):
    """The drills held, newest first, and when the next one is due."""

    next_at: datetime | None
    held: list[ListedDrill]


class PlanBody(BaseModel):
    """When drills are held."""

    model_config = ConfigDict(extra="forbid")

    cron: str = Field(max_length=100, description="five fields, in UTC, as in `0 9 1 * *`")


class Planned(BaseModel):
    """When the next drill is due."""

    next_at: datetime


@router.get("", summary="List the drills of the kill switch")
async def list_drills(house: AskedHouse, _: AskedPerson, limit: Limit = 20) -> Drills:
    """List the drills held, newest first, and when the next one is due."""
    held = [ListedDrill.model_validate(dict(row)) for row in await drills.list_drills(house.database, limit=limit)]
    return Drills(next_at=await drills.next_drill(house.database, house.clock.now()), held=held)


@router.post("/plan", summary="Plan when drills are held")
async def plan(body: PlanBody, house: AskedHouse, person: AskedPerson) -> Planned:
    """Plan drills, in place of an older plan."""
    return Planned(next_at=await drills.plan_drills(house.database, body.cron, person, house.clock.now()))
