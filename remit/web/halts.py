"""`/v1/halts`: the kill switch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import blast_report, halts
from remit.governance.blast_report import BlastReport
from remit.governance.halts import HaltReport
from remit.governance.scopes import KINDS
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/halts", tags=["halts"])


class HaltBody(BaseModel):
    """What to stop or let go on."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(max_length=200, description=KINDS)
    reason: str = Field(max_length=4000, description="why, in a few words")


class ListedHalt(BaseModel):
    """A halt in force."""

    id: UUID
    scope: str
    reason: str
    set_by: str
    set_at: datetime
    is_drill: bool
    incident: UUID | None = Field(description="the incident it opened; none for a drill")


class Lifted(BaseModel):
    """What goes on."""

    runs: int = Field(description="how many runs waited for the halt and go on")


@router.get("", summary="List the halts in force", response_model=list[ListedHalt])
async def list_halts(house: AskedHouse, _: AskedPerson) -> list[dict[str, Any]]:
    """List the halts in force, oldest first."""
    return [dict(row) for row in await halts.list_halts(house.database)]


@router.post("", status_code=201, summary="Stop a worker, a workflow, a domain, a connection or everything")
async def stop(body: HaltBody, house: AskedHouse, person: AskedPerson) -> HaltReport:
    """Stop; from the answer on, no new effect begins in the scope. What was in flight is listed."""
    return await halts.stop(house.database, body.scope, body.reason, person, house.clock.now())


@router.post("/lift", summary="Lift a halt")
async def lift(body: HaltBody, house: AskedHouse, person: AskedPerson) -> Lifted:
    """Let the scope go on; a second person lifts what the first one set."""
    return Lifted(runs=await halts.lift(house.database, body.scope, body.reason, person, house.clock.now()))


@router.get("/{halt}/report", summary="Show what a halt touches")
async def report(halt: UUID, house: AskedHouse, _: AskedPerson) -> BlastReport:
    """Show what was done before it and how it is taken back, what is in flight, what waits, and what hangs on it."""
    return await blast_report.report(house.database, halt, house.connections.operations)
