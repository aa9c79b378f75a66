"""`/v1/runs` and `/v1/handoffs`: what workers did and do."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from remit.runtime import runs
from remit.runtime.handoffs import list_handoffs
from remit.runtime.run import RunState
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1", tags=["runs"])


@router.get("/runs", summary="List runs, last changed first")
async def list_runs(  # each is a filter in the query
    house: AskedHouse,
    _: AskedPerson,
    state: RunState | None = None,
    worker: str = "",
    trace_id: str = "",
    before: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[dict[str, Any]]:
    """List runs; `before` is the `changed_at` of the last one on the page before."""
    which = runs.RunFilter(state=state or "", worker=worker, trace_id=trace_id, before=before, limit=limit)
    return [dict(row) for row in await runs.list_runs(house.database, which)]


@router.get("/runs/{run}", summary="Show a run")
async def show_run(run: UUID, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show a run with its signal, steps, actions and reviews."""
    return dict(await runs.show_run(house.database, run))


@router.get("/handoffs", summary="List handoffs, newest first")
async def handoffs(
    house: AskedHouse, _: AskedPerson, state: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[dict[str, Any]]:
    """List handoffs, in one state or in any."""
    return [dict(row) for row in await list_handoffs(house.database, state=state, limit=limit)]
