"""`/v1/changes`: how rules, charters and stages become others, by two people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from remit.governance.change import Change, ChangeKind, Proposal
from remit.governance.changes import MOST_REPLAYED, Changes, list_changes
from remit.runtime.house import House
from remit.web.asked import AskedHouse, AskedPerson, Limit, Word

router = APIRouter(prefix="/v1/changes", tags=["changes"])

_REPLAYED = 1000
_LONGEST = 1_000_000


class DraftBody(BaseModel):
    """What is to be changed."""

    model_config = ConfigDict(extra="forbid")

    kind: ChangeKind
    name: str = Field(max_length=200, description="the rule file, the worker, or `worker/operation`")
    text: str | None = Field(
        max_length=_LONGEST, description="of the rules or the charter, or the stage; null takes a rule file away"
    )
    playbook: str = Field(default="", max_length=_LONGEST, description="beside a charter; empty keeps the one there is")
    why: str = Field(max_length=4000)


class ReplayBody(BaseModel):
    """Over how many decisions."""

    model_config = ConfigDict(extra="forbid")

    last: int = Field(default=_REPLAYED, ge=1, le=MOST_REPLAYED)


class ApproveBody(BaseModel):
    """What was read."""

    model_config = ConfigDict(extra="forbid")

    stamp: str = Field(max_length=64, description="as the change was shown; its first twelve letters suffice")


class RejectBody(BaseModel):
    """Why not."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=4000)


class ListedChange(BaseModel):
    """A change in a list."""

    id: UUID
    kind: str
    name: str
    domain: str
    why: str
    digest: str
    state: str
    author: str
    drafted_at: datetime
    stamp: str
    replayed_at: datetime | None
    settled_by: str
    settled_at: datetime | None
    reason: str


class ShownChange(ListedChange):
    """A change with its text, and with what would have come out differently."""

    text: str | None
    playbook: str
    base: str = Field(description="the digest of all that was in force when it was replayed")
    replay: dict[str, Any] | None = Field(description="how many decisions come out how, and those that differ")


@router.get("", summary="List changes", response_model=list[ListedChange])
async def listed(
    house: AskedHouse,
    _: AskedPerson,
    state: Word = "",
    limit: Limit = 100,
) -> list[dict[str, Any]]:
    """List changes, newest first."""
    return [dict(row) for row in await list_changes(house.database, state, limit=limit)]


@router.post("", status_code=201, summary="Draft a change")
async def draft(body: DraftBody, house: AskedHouse, person: AskedPerson) -> ShownChange:
    """Draft a change that can be used; it changes nothing yet."""
    proposal = Proposal(**body.model_dump(), author=person)
    return shown(await changes_of(house).draft(proposal, house.clock.now()))


@router.get("/{change}", summary="Show a change")
async def show(change: UUID, house: AskedHouse, _: AskedPerson) -> ShownChange:
    """Show a change: its text, and what would have come out differently."""
    return shown(await changes_of(house).show(change))


@router.post("/{change}/replay", summary="Replay a change over the last decisions")
async def replay(change: UUID, body: ReplayBody, house: AskedHouse, person: AskedPerson) -> ShownChange:
    """Decide the last decisions again, as it is and as it would be."""
    return shown(await changes_of(house).replay(change, person, house.clock.now(), last=body.last))


@router.post("/{change}/approve", summary="Approve a change")
async def approve(change: UUID, body: ApproveBody, house: AskedHouse, person: AskedPerson) -> ShownChange:
    """Put a change in force: every process decides by it from the answer on. Not by its author."""
    return shown(await changes_of(house).approve(change, body.stamp, person, house.clock.now()))


@router.post("/{change}/reject", summary="Reject a change")
async def reject(change: UUID, body: RejectBody, house: AskedHouse, person: AskedPerson) -> ShownChange:
    """Say no to a change, with a reason. Not by its author."""
    return shown(await changes_of(house).reject(change, body.reason, person, house.clock.now()))


@router.post("/{change}/withdraw", summary="Withdraw a change")
async def withdraw(change: UUID, house: AskedHouse, person: AskedPerson) -> ShownChange:
    """Take one's own change back."""
    return shown(await changes_of(house).withdraw(change, person, house.clock.now()))


def changes_of(house: House) -> Changes:
    """Give the changes of a house."""
    return Changes(house.database, house.connections.operations, house.roster.shipped)


def shown(change: Change) -> ShownChange:
    """Show a change as programs read it."""
    said = change.proposal
    return ShownChange(
        id=change.id,
        kind=said.kind.value,
        name=said.name,
        domain=change.domain,
        text=said.text,
        playbook=said.playbook,
        why=said.why,
        digest=change.digest,
        state=change.state.value,
        author=said.author,
        drafted_at=change.drafted_at,
        base=change.base,
        replay=dict(change.replay) if change.replay is not None else None,
        stamp=change.stamp,
        replayed_at=change.replayed_at,
        settled_by=change.settled_by,
        settled_at=change.settled_at,
        reason=change.reason,
    )
