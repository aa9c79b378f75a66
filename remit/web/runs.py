"""`/v1/runs` and `/v1/handoffs`: what workers did and do."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from remit.charters.charter import Domain
from remit.runtime import runs
from remit.runtime.handoffs import list_handoffs
from remit.runtime.run import RunState
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment, Word

router = APIRouter(prefix="/v1", tags=["runs"])


class ListedRun(BaseModel):
    """A run in a list."""

    id: UUID
    worker: str
    state: RunState
    waits_for: str = Field(description="while it waits: `review`, `halt`, `system` or `time`")
    reason: str = Field(description="how it ended, or why it waits, in one sentence")
    trace_id: str = Field(description="the trace that all that followed one signal belongs to")
    opened_at: datetime
    changed_at: datetime
    handoff: UUID | None = Field(description="the handoff that began it")
    type: str = Field(description="of the signal it began with")
    subject: str
    source: str
    reverses: str = Field(description="the key of the action it takes back, empty when it does the worker's own work")
    overrides: list[str] = Field(description="what people overrode in it: `edited`, `rejected`, `stopped`, `reversed`")


class ShownRun(ListedRun):
    """A run with everything it rests on."""

    version: str = Field(description="the charter and playbook it began with, and ends with")
    trigger: str
    signal: UUID
    signal_id: str
    occurred_at: datetime
    received_at: datetime
    requested_by: str = Field(description="the person who sent the signal, empty when a system did")
    data: dict[str, Any] = Field(description="of the signal")
    wake_at: datetime | None
    attempts: int
    tries: int
    steps: list[dict[str, Any]] = Field(description="recorded: number, kind, name, asked, result, recorded_at")
    actions: list[dict[str, Any]] = Field(description="with arguments, decision, state and result")
    reviews: list[dict[str, Any]] = Field(description="asked about its actions")


class ListedHandoff(BaseModel):
    """Work that crossed into another domain."""

    id: UUID
    path: str
    run: UUID
    from_worker: str
    receiving_domain: str
    owner: str
    failure_owner: str
    context: dict[str, Any]
    terms: dict[str, Any]
    state: str
    reason: str
    trace_id: str
    opened_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    settled_at: datetime | None


@router.get("/runs", summary="List runs, last changed first", response_model=list[ListedRun])
async def list_runs(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    house: AskedHouse,
    _: AskedPerson,
    state: RunState | None = None,
    worker: Word = "",
    domain: Domain | None = None,
    trace_id: Word = "",
    before: Annotated[Moment | None, Query(description="the `changed_at` of the last run of the page before")] = None,
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List runs; all filters given must hold."""
    which = runs.RunFilter(
        state=state or "", worker=worker, domain=domain or "", trace_id=trace_id, before=before, limit=limit
    )
    return [dict(row) for row in await runs.list_runs(house.database, which)]


@router.get("/runs/{run}", summary="Show a run", response_model=ShownRun)
async def show_run(run: UUID, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show a run with its signal, steps, actions and reviews."""
    return dict(await runs.show_run(house.database, run))


@router.get("/handoffs", summary="List handoffs, newest first", response_model=list[ListedHandoff])
async def handoffs(
    house: AskedHouse,
    _: AskedPerson,
    state: Literal["", "open", "acknowledged", "completed", "failed"] = "",
    limit: Limit = 50,
) -> list[dict[str, Any]]:
    """List handoffs, in one state or in any."""
    return [dict(row) for row in await list_handoffs(house.database, state=state, limit=limit)]
