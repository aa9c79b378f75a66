"""`/v1/passkeys`: what people approve high-impact actions with. Browsers do this on `https://` or `localhost` only."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from webauthn.helpers import bytes_to_base64url

from remit.errors import NotAllowed
from remit.governance import passkeys
from remit.governance.passkeys import Party
from remit.governance.reviews import show_review
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1", tags=["people"])


def _party(request: Request) -> Party:
    """Tell how the browser knows the house; the door has checked the host."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    origin = request.headers.get("origin") or f"{request.url.scheme}://{request.headers.get('host', '')}"
    if urlsplit(origin).hostname != host:
        raise NotAllowed("a page of another site asked for this. Open Remit itself")
    return Party(id=host, origin=origin)


AskedParty = Annotated[Party, Depends(_party)]


class ShownPasskey(BaseModel):
    """A passkey of the person who asks."""

    id: str
    name: str
    made_at: datetime


class NewPasskey(BaseModel):
    """What the browser made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, description="what the person calls it")
    credential: dict[str, Any] = Field(description="what `navigator.credentials.create` gave, as JSON")


class ToSign(BaseModel):
    """What is going to be approved."""

    model_config = ConfigDict(extra="forbid")

    arguments: dict[str, Any] | None = Field(default=None, description="the arguments as edited, when they were")


@router.get("/passkeys", summary="List your passkeys")
async def list_passkeys(house: AskedHouse, person: AskedPerson) -> list[ShownPasskey]:
    """List the passkeys of the person who asks."""
    rows = await house.database.fetch("list_passkeys", person)
    return [ShownPasskey(id=bytes_to_base64url(row["id"]), name=row["name"], made_at=row["made_at"]) for row in rows]


@router.post("/passkeys/begin", summary="Begin to add a passkey")
async def begin(house: AskedHouse, person: AskedPerson, party: AskedParty) -> dict[str, Any]:
    """Give what `navigator.credentials.create` takes; the answer has five minutes."""
    return await passkeys.begin(house.database, person, party, house.clock.now())


@router.post("/passkeys", status_code=201, summary="Add a passkey")
async def add(body: NewPasskey, house: AskedHouse, person: AskedPerson, party: AskedParty) -> dict[str, str]:
    """Keep what the browser made; gives its id."""
    answer = (body.name, body.credential)
    return {"id": await passkeys.register(house.database, person, party, answer, house.clock.now())}


@router.delete("/passkeys/{passkey}", status_code=204, summary="Remove one of your passkeys")
async def remove(passkey: str, house: AskedHouse, person: AskedPerson) -> None:
    """Remove it; what it signed stays valid in the ledger."""
    await passkeys.remove(house.database, person, passkey, person, house.clock.now())


@router.post("/reviews/{review}/to-sign", summary="What a passkey has to sign to approve a review")
async def to_sign(
    review: UUID, body: ToSign, house: AskedHouse, person: AskedPerson, party: AskedParty
) -> dict[str, Any]:
    """Give what `navigator.credentials.get` takes: the challenge is the digest of exactly what is approved."""
    row = await show_review(house.database, review)
    digest = passkeys.digest_to_sign(row, body.arguments)
    return await passkeys.options_for(house.database, review, digest, person, party)
