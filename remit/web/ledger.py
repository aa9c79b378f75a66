"""`/v1/ledger`: the record, its checkpoint, its proofs, and what is taken out of it."""

import asyncio
import tarfile
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from remit.errors import Conflict, NotFound
from remit.governance.exports import Taking, take_records
from remit.ledger.note import Signer
from remit.ledger.proof import prove_inclusion
from remit.ledger.read import RecordedEntry, find_entries, read_entry
from remit.ledger.record_export import Wanted
from remit.ledger.records import Format
from remit.web.asked import AskedHouse, AskedPerson, Limit, Serial
from remit.web.ledger_filters import AskedSearch

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])

_CHUNK = 1 << 18


@router.get("/entries", summary="Find entries, newest first")
async def entries(
    house: AskedHouse, _: AskedPerson, search: AskedSearch, before: Serial = None, limit: Limit = 50
) -> list[RecordedEntry]:
    """Find entries; all filters given must hold."""
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


@router.get(
    "/export",
    summary="Export records with their proofs",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-tar": {}}, "description": "a tar with the files of the export"}},
)
async def export(
    request: Request,
    house: AskedHouse,
    person: AskedPerson,
    search: AskedSearch,
    form: Annotated[Format, Query(alias="format", description="what the records are written as")],
) -> StreamingResponse:
    """Give a tar of the records that match, as of the newest checkpoint; it stands in the ledger who took them."""
    signer: Signer | None = request.app.state.signer
    if signer is None:
        raise Conflict("this process does not hold the ledger's key. Ask the one that sequences")
    room = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="remit-export-")
    try:
        taking = Taking(directory=Path(room.name) / "export", who=person, now=house.clock.now())
        done = await take_records(house.database, signer, Wanted(form=form, search=search), taking)
        packed = await asyncio.to_thread(_pack, done.directory)
    except BaseException:
        await asyncio.to_thread(room.cleanup)
        raise
    headers = {"Content-Disposition": f'attachment; filename="remit-{form.value}.tar"'}
    return StreamingResponse(_stream(packed, room), media_type="application/x-tar", headers=headers)


def _pack(directory: Path) -> Path:
    """Put the files into one, and let go of each once it is in: the room is needed once and not twice."""
    packed = directory.with_suffix(".tar")
    with tarfile.open(packed, "x") as tar:
        for path in sorted(directory.iterdir()):
            tar.add(path, f"export/{path.name}")
            path.unlink()
    return packed


async def _stream(packed: Path, room: "tempfile.TemporaryDirectory[str]") -> AsyncGenerator[bytes]:
    try:
        with packed.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk
    finally:  # also when the client has gone
        room.cleanup()
