"""Fixtures: a signing key, and entries to fill a ledger with."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from uuid import UUID

import pytest

from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.key import load_signer
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.store.database import Database

Fill = Callable[[int], Coroutine[None, None, list[Entry]]]


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """A key of its own for each test."""
    return load_signer(tmp_path / "keys")


@pytest.fixture
def fill(database: Database) -> Fill:
    """A function that appends so many entries in one transaction."""

    async def append_entries(count: int) -> list[Entry]:
        entries = [
            Entry(
                kind=EntryKind.ACTION_PERFORMED,
                body={"number": number, "text": 'größer "als" \\ gedacht\n', "ratio": 0.5},
                worker=f"worker-{number % 3}",
                run=UUID(int=number % 5 + 1) if number % 4 else None,
                about=f"invoice:{number}",
                trace_id=f"{number:032x}",
            )
            for number in range(count)
        ]
        async with database.transaction() as transaction:
            await append(transaction, *entries)
        return entries

    return append_entries


@pytest.fixture
async def filled(database: Database, signer: Signer, fill: Fill) -> None:
    """Three sequenced entries."""
    await fill(3)
    await drain(database, signer)
