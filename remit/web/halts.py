"""`/v1/halts`: the kill switch."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import halts
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/halts", tags=["halts"])


class HaltBody(BaseModel):
    """What to stop or let go on."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(max_length=200, description="`everything`, `domain:<domain>` or `worker:<name>`")
    reason: str = Field(max_length=4000)


@router.get("", summary="List the halts in force")
async def list_halts(house: AskedHouse, _: AskedPerson) -> list[dict[str, Any]]:
    """List the halts in force."""
    return [dict(row) for row in await halts.list_halts(house.database)]


@router.post("", status_code=201, summary="Stop a worker, a domain or everything")
async def stop(body: HaltBody, house: AskedHouse, person: AskedPerson) -> dict[str, Any]:
    """Stop; from the answer on, no new effect begins in the scope. What was in flight is listed."""
    return asdict(await halts.stop(house.database, body.scope, body.reason, person, house.clock.now()))


@router.post("/lift", summary="Lift a halt")
async def lift(body: HaltBody, house: AskedHouse, person: AskedPerson) -> dict[str, int]:
    """Let the scope go on; a second person lifts what the first one set."""
    return {"runs": await halts.lift(house.database, body.scope, body.reason, person, house.clock.now())}
