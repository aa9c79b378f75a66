"""`/v1/incidents`: what halts opened, and the reviews people write of it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import incidents
from remit.governance.incident_review import write_review
from remit.governance.incidents import Section, Writing
from remit.web.asked import AskedHouse, AskedPerson, Limit

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])

IncidentState = Literal["open", "reviewed", "closed"]


class ListedIncident(BaseModel):
    """An incident, and the halt that opened it."""

    id: UUID
    halt: UUID
    state: IncidentState
    scope: str
    reason: str
    set_by: str
    opened_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None


class SectionBody(BaseModel):
    """What a person writes into the review of an incident."""

    model_config = ConfigDict(extra="forbid")

    section: Section
    words: str = Field(min_length=1, max_length=20_000)
    owner: str = Field(default="", max_length=200, description="for a fix: the person who sees to it")
    due: date | None = Field(default=None, description="for a fix: by when")


class Written(BaseModel):
    """What became of an incident."""

    state: IncidentState


@router.get("", summary="List incidents, what is not closed first", response_model=list[ListedIncident])
async def list_incidents(
    house: AskedHouse, _: AskedPerson, state: Literal["", "open", "reviewed", "closed"] = "", limit: Limit = 50
) -> list[dict[str, Any]]:
    """List incidents in one state, or all: what is not closed first, the worst first; then what is, newest first."""
    return [dict(row) for row in await incidents.list_incidents(house.database, state=state, limit=limit)]


@router.get("/{incident}", summary="Show the review of an incident", response_class=PlainTextResponse)
async def show(incident: UUID, house: AskedHouse, _: AskedPerson) -> PlainTextResponse:
    """Show it as Markdown: what the ledger knows is filled in, what only people know is asked."""
    return PlainTextResponse(await write_review(house.database, incident), media_type="text/markdown")


@router.post("/{incident}/sections", summary="Write into the review of an incident")
async def write(incident: UUID, body: SectionBody, house: AskedHouse, person: AskedPerson) -> Written:
    """Write a section; a fix is added, with who sees to it. Once all are written, the incident counts as reviewed."""
    given = Writing(incident=incident, who=person, **body.model_dump())
    return Written.model_validate({"state": await incidents.write_section(house.database, given, house.clock.now())})


@router.post("/{incident}/close", summary="Close an incident")
async def close(incident: UUID, house: AskedHouse, person: AskedPerson) -> Written:
    """Close it, once its review is whole and its halt lifted."""
    await incidents.close_incident(house.database, incident, person, house.clock.now())
    return Written(state="closed")
