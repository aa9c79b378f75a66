"""Takes the record out of the house: only for whoever may, never half, and never without an entry that says so.

The export is made beside the folder it is meant for, then its entry is written, then it is moved there. Whoever dies in
between leaves no export, and at most an entry of one that nobody got.
"""

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from remit.errors import Conflict, InputInvalid
from remit.governance.authority import Permission
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.export import Export, export
from remit.ledger.note import Signer
from remit.ledger.record_export import RecordExport, Wanted, export_records
from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Who takes what out, and where to."""

    directory: Path
    """a folder that is empty or not there yet"""
    who: str
    now: datetime


async def take_records(database: Database, signer: Signer, wanted: Wanted, taking: Taking) -> RecordExport:
    """Export records that match a search, with the proofs of their entries.

    Raises:
        NotAllowed: This person may not.
        Conflict: The folder is not empty.
        InputInvalid: The search makes no sense, or the folder cannot be written.
        LedgerBroken: The stored ledger is not what was signed.
    """
    async with _making(database, taking) as folder:
        done = await export_records(database, signer, wanted, folder)
        said = {"format": wanted.form.value, "search": wanted.as_json(), "records": done.records}
        await _record(database, taking, said | {"entries": done.entries}, folder / "manifest")
    return replace(done, directory=taking.directory)


async def take_ledger(database: Database, signer: Signer, taking: Taking) -> Export:
    """Export the whole ledger.

    Raises:
        NotAllowed: This person may not.
        Conflict: The folder is not empty.
        InputInvalid: The folder cannot be written.
        LedgerBroken: The stored ledger is not what was signed.
    """
    async with _making(database, taking) as folder:
        done = await export(database, signer, folder)
        said: dict[str, Any] = {"format": "ledger", "search": {}, "records": done.size, "entries": done.size}
        await _record(database, taking, said, folder / "checkpoint")
    return replace(done, directory=taking.directory)


@asynccontextmanager
async def _making(database: Database, taking: Taking) -> AsyncGenerator[Path]:
    """Make a folder beside the one that is meant, and move it there when the block ends well."""
    (await person(database, taking.who)).check(Permission.LEDGER_EXPORT)
    folder = taking.directory.with_name(f".{taking.directory.name}.{secrets.token_hex(4)}")
    try:
        await asyncio.to_thread(_prepare, taking.directory, folder)
        try:
            yield folder
            await asyncio.to_thread(folder.replace, taking.directory)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    except OSError as error:
        raise InputInvalid(f"`{taking.directory}` cannot be written: {error.strerror}. Choose another folder") from None


def _prepare(directory: Path, folder: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Conflict(f"`{directory}` is not empty. Choose another folder")
    folder.mkdir(parents=True)


async def _record(database: Database, taking: Taking, said: dict[str, Any], signed: Path) -> None:
    """Write that it was taken out, while whoever takes it still may."""
    digest = hashlib.sha256(await asyncio.to_thread(signed.read_bytes)).hexdigest()
    body = {**said, "person": taking.who, "digest": digest}
    async with database.transaction() as transaction:
        (await person(transaction, taking.who)).check(Permission.LEDGER_EXPORT)
        await append(transaction, Entry(kind=EntryKind.LEDGER_EXPORTED, body=body, at=taking.now))
