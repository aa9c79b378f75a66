"""`/v1/identities`: who each worker is, and whether its tokens count."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance import identity
from remit.governance.identity import Change, WorkerIdentity
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/identities", tags=["identities"])


class ChangeBody(BaseModel):
    """Why an identity is changed."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000, description="why, in a few words")


class Changed(BaseModel):
    """The identity after a change."""

    generation: int = Field(description="tokens of an earlier one count no more")


class Restored(BaseModel):
    """What goes on."""

    runs: int = Field(description="how many runs waited for the identity and go on")


@router.get("", summary="List the identities of the workers")
async def list_identities(house: AskedHouse, _: AskedPerson) -> list[WorkerIdentity]:
    """List who each worker is, by name."""
    return list(await identity.list_identities(house.database, house.gateway.issuer.trust))


@router.get("/{worker}", summary="Show the identity of a worker")
async def show_identity(worker: str, house: AskedHouse, _: AskedPerson) -> WorkerIdentity:
    """Show who a worker is: its ids, its domain and process, its owners, its systems."""
    [found] = await identity.list_identities(house.database, house.gateway.issuer.trust, worker)
    return found


@router.post("/{worker}/rotate", summary="Refuse every token a worker has")
async def rotate(worker: str, body: ChangeBody, house: AskedHouse, person: AskedPerson) -> Changed:
    """Refuse every token minted until now; runs under way get new ones and go on."""
    change = Change(worker=worker, reason=body.reason, who=person)
    return Changed(generation=await identity.rotate(house.database, change, house.clock.now()))


@router.post("/{worker}/revoke", summary="Take a worker's identity away")
async def revoke(worker: str, body: ChangeBody, house: AskedHouse, person: AskedPerson) -> Changed:
    """Refuse every token; the worker's runs wait before their next write or read."""
    change = Change(worker=worker, reason=body.reason, who=person)
    return Changed(generation=await identity.revoke(house.database, change, house.clock.now()))


@router.post("/{worker}/restore", summary="Give a worker its identity back")
async def restore(worker: str, body: ChangeBody, house: AskedHouse, person: AskedPerson) -> Restored:
    """Let what waited go on; a second person restores what the first one revoked."""
    change = Change(worker=worker, reason=body.reason, who=person)
    return Restored(runs=await identity.restore(house.database, change, house.clock.now()))
