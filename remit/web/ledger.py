"""`/v1/ledger`: the record, its checkpoint and its proofs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from remit.errors import NotFound
from remit.ledger.proof import prove_inclusion
from remit.ledger.read import RecordedEntry, Search, find_entries, read_entry
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment, Serial, Word

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])


@router.get("/entries", summary="Find entries, newest first")
async def entries(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    house: AskedHouse,
    _: AskedPerson,
    run: UUID | None = None,
    worker: Word = "",
    about: Word = "",
    trace_id: Word = "",
    kind: Word = "",
    since: Annotated[Moment | None, Query(description="entries of this moment and later")] = None,
    until: Annotated[Moment | None, Query(description="entries before this moment")] = None,
    before: Serial = None,
    limit: Limit = 50,
) -> list[RecordedEntry]:
    """Find entries; all filters given must hold."""
    search = Search(run=run, worker=worker, about=about, trace_id=trace_id, kind=kind, since=since, until=until)
    return list(await find_entries(house.database, search, before=before, limit=limit))


@router.get("/entries/{entry}", summary="Show an entry")
async def entry(entry: UUID, house: AskedHouse, _: AskedPerson) -> RecordedEntry:
    """Show one entry."""
    return await read_entry(house.database, entry)


@router.get("/entries/{entry}/proof", summary="Prove that an entry is in the ledger", response_class=PlainTextResponse)
async def proof(entry: UUID, house: AskedHouse, _: AskedPerson) -> Response:
    """Give the proof as text in the format https://c2sp.org/tlog-proof, with the checkpoint it leads to."""
    return PlainTextResponse((await prove_inclusion(house.database, entry)).as_text())


@router.get("/checkpoint", summary="The newest signed checkpoint", response_class=PlainTextResponse)
async def checkpoint(house: AskedHouse) -> Response:
    """Give the newest checkpoint in the format https://c2sp.org/tlog-checkpoint; it needs no token."""
    note: str | None = await house.database.fetch_value("find_checkpoint")
    if note is None:
        raise NotFound("nothing is signed yet. The first checkpoint comes with the first entry")
    return PlainTextResponse(note)
