"""Searching finds what matches, newest first, each entry on exactly one page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from remit.errors import NotFound
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.note import Signer
from remit.ledger.read import Search, find_entries, read_entry
from remit.ledger.sequencer import drain
from remit.store.database import Database
from tests.ledger.conftest import Fill

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_an_entry_is_read_as_it_was_written(database: Database, signer: Signer, fill: Fill) -> None:
    """Every field comes back, with the index once there is one."""
    entries = await fill(2)
    waiting = await read_entry(database, entries[1].id)
    await drain(database, signer)

    read = await read_entry(database, entries[1].id)

    assert (waiting.index, read.index) == (None, 1)
    assert (read.id, read.at, read.kind) == (entries[1].id, entries[1].at, "action.performed")
    assert (read.worker, read.run, read.about) == (entries[1].worker, entries[1].run, entries[1].about)
    assert (read.trace_id, read.body) == (entries[1].trace_id, entries[1].body)


async def test_an_entry_that_is_not_there_is_not_found(database: Database) -> None:
    """An unknown id is said to be unknown."""
    with pytest.raises(NotFound):
        await read_entry(database, uuid4())


async def test_each_filter_finds_what_matches(database: Database) -> None:
    """Each field searched by finds the entries with that value, and filters add up."""
    run = uuid4()
    async with database.transaction() as transaction:
        await append(
            transaction,
            Entry(kind=EntryKind.HALT_SET, body={"n": 0}, worker="a", run=run, about="x:1", trace_id="t", at=NOON),
            Entry(kind=EntryKind.HALT_SET, body={"n": 1}, worker="b", at=NOON + timedelta(hours=1)),
            Entry(kind=EntryKind.HALT_LIFTED, body={"n": 2}, worker="b", at=NOON + timedelta(hours=2)),
        )
    searches = {
        Search(): [2, 1, 0],
        Search(run=run): [0],
        Search(run=uuid4()): [],
        Search(worker="b"): [2, 1],
        Search(about="x:1"): [0],
        Search(trace_id="t"): [0],
        Search(kind=EntryKind.HALT_SET): [1, 0],
        Search(since=NOON + timedelta(hours=1)): [2, 1],
        Search(until=NOON + timedelta(hours=1)): [0],
        Search(since=NOON, until=NOON): [],
        Search(worker="b", kind=EntryKind.HALT_LIFTED): [2],
        Search(worker="a", kind=EntryKind.HALT_LIFTED): [],
        Search(worker="' OR true --"): [],
    }

    for search, expected in searches.items():
        found = await find_entries(database, search)
        assert expected == [entry.body["n"] for entry in found]


async def test_pages_hold_every_entry_once(database: Database, signer: Signer, fill: Fill) -> None:
    """Turning pages while new entries come in shows each entry that was there once, newest first."""
    await fill(25)
    await drain(database, signer)
    numbers: list[int] = []

    page = await find_entries(database, Search(), limit=7)
    while page:
        numbers += [entry.body["number"] for entry in page]
        await fill(1)
        page = await find_entries(database, Search(), before=page[-1].serial, limit=7)

    assert numbers == list(range(24, -1, -1))


async def test_entries_of_one_run_are_found_among_many(database: Database, fill: Fill) -> None:
    """A search by run does not show the entries of others."""
    await fill(40)

    found = await find_entries(database, Search(run=UUID(int=3)))

    assert {entry.run for entry in found} == {UUID(int=3)}
    assert len(found) == 6
