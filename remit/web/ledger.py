"""`/v1/ledger`: the record, its checkpoint and its proofs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from remit.ledger.proof import prove_inclusion
from remit.ledger.read import RecordedEntry, Search, find_entries, read_entry
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])


@router.get("/entries", summary="Find entries, newest first")
async def entries(  # noqa: PLR0913  # each is a filter in the query
    house: AskedHouse,
    _: AskedPerson,
    run: UUID | None = None,
    worker: str = "",
    about: str = "",
    trace_id: str = "",
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: Annotated[int | None, Query(description="the `serial` of the last entry of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[RecordedEntry]:
    """Find entries; all filters given must hold."""
    search = Search(run=run, worker=worker, about=about, trace_id=trace_id, kind=kind, since=since, until=until)
    return list(await find_entries(house.database, search, before=before, limit=limit))


@router.get("/entries/{entry}", summary="Show an entry")
async def entry(entry: UUID, house: AskedHouse, _: AskedPerson) -> RecordedEntry:
    """Show one entry."""
    return await read_entry(house.database, entry)


@router.get("/entries/{entry}/proof", summary="Prove that an entry is in the ledger", response_class=Response)
async def proof(entry: UUID, house: AskedHouse, _: AskedPerson) -> Response:
    """Give the proof as text in the format https://c2sp.org/tlog-proof, with the checkpoint it leads to."""
    return Response((await prove_inclusion(house.database, entry)).as_text(), media_type="text/plain")


@router.get("/checkpoint", summary="The newest signed checkpoint", response_class=Response)
async def checkpoint(house: AskedHouse) -> Response:
    """Give the newest checkpoint in the format https://c2sp.org/tlog-checkpoint; it needs no token."""
    note: Any = await house.database.fetch_value("find_checkpoint")
    return Response(note or "", media_type="text/plain", status_code=200 if note else 404)
