"""`/v1/rotas`, `/v1/absences`, `/v1/delegations`: who is told of reviews, who is away, and who answers for whom."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.review_rota import Rota, Turn, list_rotas, set_rota
from remit.governance.stand_ins import (
    Absence,
    Delegation,
    end_absence,
    end_delegation,
    give_delegation,
    list_absences,
    list_delegations,
    note_absence,
)
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment, Word

router = APIRouter(tags=["stand-ins"])

Name = Annotated[str, Field(max_length=200)]


class TurnBody(BaseModel):
    """One place of a rota."""

    model_config = ConfigDict(extra="forbid")

    person: Name
    since: Moment | None = Field(default=None, description="from when on; at once when left out")
    until: Moment | None = Field(default=None, description="until when; without end when left out")


class RotaBody(BaseModel):
    """In which order the people of a role are told."""

    model_config = ConfigDict(extra="forbid")

    role: Name
    domain: Name = Field(default="", description="empty for every domain")
    turns: list[TurnBody] = Field(max_length=100)


class ListedTurn(BaseModel):
    """One place of a rota."""

    role: str
    domain: str
    place: int
    person: str
    since: datetime | None
    until: datetime | None
    is_away: bool


class AbsenceBody(BaseModel):
    """Who is away."""

    model_config = ConfigDict(extra="forbid")

    person: Name = Field(default="", description="empty for oneself")
    since: Moment | None = Field(default=None, description="at once when left out")
    until: Moment


class ListedAbsence(BaseModel):
    """Who is away."""

    id: UUID
    person: str
    since: datetime
    until: datetime
    noted_by: str


class DelegationBody(BaseModel):
    """Who answers reviews under an own role meanwhile."""

    model_config = ConfigDict(extra="forbid")

    delegate: Name
    role: Name
    domain: Name = Field(default="", description="empty: wherever one holds the role")
    until: Moment
    reason: str = Field(default="", max_length=4000)


class ListedDelegation(BaseModel):
    """Who answers reviews under whose role."""

    id: UUID
    delegator: str
    delegate: str
    role: str
    domain: str
    reason: str
    given_at: datetime
    until: datetime


class Noted(BaseModel):
    """What was made."""

    id: UUID


@router.get("/v1/rotas", summary="List who is told of reviews, in which order", response_model=list[ListedTurn])
async def rotas(house: AskedHouse, _: AskedPerson) -> list[dict[str, Any]]:
    """List the rotas, each in its order, and who of them is away."""
    return [dict(row) for row in await list_rotas(house.database, house.clock.now())]


@router.put("/v1/rotas", status_code=204, summary="Say in which order the people of a role are told")
async def put_rota(body: RotaBody, house: AskedHouse, person: AskedPerson) -> None:
    """Put a rota in the place of the one before; without turns everybody who holds the role is told."""
    turns = tuple(Turn(person=turn.person, since=turn.since, until=turn.until) for turn in body.turns)
    rota = Rota(role=body.role, domain=body.domain, turns=turns)
    await set_rota(house.database, rota, person, house.clock.now())


@router.get("/v1/absences", summary="List who is away", response_model=list[ListedAbsence])
async def absences(house: AskedHouse, _: AskedPerson, limit: Limit = 50) -> list[dict[str, Any]]:
    """List who is away now or will be."""
    return [dict(row) for row in await list_absences(house.database, house.clock.now(), limit=limit)]


@router.post("/v1/absences", status_code=201, summary="Note that somebody is away")
async def post_absence(body: AbsenceBody, house: AskedHouse, person: AskedPerson) -> Noted:
    """Note that somebody is away: oneself, or for an administrator anybody."""
    now = house.clock.now()
    absence = Absence(person=body.person or person, since=body.since or now, until=body.until)
    return Noted(id=await note_absence(house.database, absence, person, now))


@router.post("/v1/absences/{absence}/end", status_code=204, summary="Note that somebody is back")
async def post_return(absence: UUID, house: AskedHouse, person: AskedPerson) -> None:
    """Note that somebody is back before."""
    await end_absence(house.database, absence, person, house.clock.now())


@router.get("/v1/delegations", summary="List who answers for whom", response_model=list[ListedDelegation])
async def delegations(house: AskedHouse, _: AskedPerson, who: Word = "", limit: Limit = 50) -> list[dict[str, Any]]:
    """List the delegations in force, of everybody or given by or to one person."""
    return [dict(row) for row in await list_delegations(house.database, house.clock.now(), who=who, limit=limit)]


@router.post("/v1/delegations", status_code=201, summary="Let another person answer under an own role")
async def post_delegation(body: DelegationBody, house: AskedHouse, person: AskedPerson) -> Noted:
    """Let another person answer reviews under an own role, for 90 days at most."""
    given = Delegation(delegator=person, **body.model_dump())
    return Noted(id=await give_delegation(house.database, given, house.clock.now()))


@router.post("/v1/delegations/{delegation}/end", status_code=204, summary="Take a delegation back")
async def post_delegation_end(delegation: UUID, house: AskedHouse, person: AskedPerson) -> None:
    """Take a delegation back, or give it back; what was approved under it and not done yet counts no more."""
    await end_delegation(house.database, delegation, person, house.clock.now())
