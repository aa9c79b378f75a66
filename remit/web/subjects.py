"""`/v1/subjects` and `/v1/holds`: what is held about people, erased or kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import holds
from remit.governance.erasure import Erasure, erase
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1", tags=["subjects"])


class ScopeBody(BaseModel):
    """What is meant, and why."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(
        max_length=500, description="a subject `kind:id`; for a hold also `worker:<name>` or `everything`"
    )
    reason: str = Field(max_length=4000, description="why, in a few words")


class ShownHold(BaseModel):
    """A hold in force."""

    id: UUID
    scope: str
    reason: str
    set_by: str
    set_at: datetime


class Held(BaseModel):
    """A hold that was set."""

    id: UUID


@router.post("/subjects/erase", summary="Erase what is held about a person")
async def erase_subject(body: ScopeBody, house: AskedHouse, person: AskedPerson) -> Erasure:
    """Make it unreadable; it cannot be taken back, and the ledger's proofs go on holding."""
    return await erase(house.database, body.scope, body.reason, person, house.clock.now())


@router.get("/holds", summary="List the holds in force", response_model=list[ShownHold])
async def list_holds(house: AskedHouse, _: AskedPerson) -> list[dict[str, Any]]:
    """List what is kept from being erased, oldest first."""
    return [dict(row) for row in await holds.list_holds(house.database)]


@router.post("/holds", status_code=201, summary="Keep records from being erased")
async def hold(body: ScopeBody, house: AskedHouse, person: AskedPerson) -> Held:
    """Hold a subject, a worker's records, or everything."""
    return Held(id=await holds.hold(house.database, body.scope, body.reason, person, house.clock.now()))


@router.post("/holds/release", summary="Lift a hold", status_code=204)
async def release(body: ScopeBody, house: AskedHouse, person: AskedPerson) -> None:
    """Keep them no longer; a second person lifts what the first one set."""
    await holds.release(house.database, body.scope, body.reason, person, house.clock.now())
