"""The sequencer: every committed entry gets one index, without gaps, whoever dies or races."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from remit.errors import LedgerBroken
from remit.ledger import sequencer
from remit.ledger.checkpoint import open_checkpoint
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.key import load_signer
from remit.ledger.log import extend
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain, run_sequencer, sequence_once
from remit.ledger.tree import leaf_hash, root_of
from remit.ledger.verify import verify
from remit.store.database import Database, Transaction
from tests.ledger.conftest import Fill

_STATEMENTS = 6  # what one batch runs: lock, head, tiles, take, store, record


class Killed(BaseException):
    """The process died here."""


class Dying(Transaction):
    """A transaction whose process dies at one of its statements, before or after the statement ran."""

    def __init__(self, transaction: Transaction, *, at: int, when: str) -> None:
        super().__init__(transaction.connection)
        self._left = at
        self._after = when == "after"

    async def fetch(self, name: str, *arguments: object) -> list[Any]:
        """Die, or pass on."""
        return await self._run(super().fetch(name, *arguments))

    async def fetch_row(self, name: str, *arguments: object) -> Any:
        """Die, or pass on."""
        return await self._run(super().fetch_row(name, *arguments))

    async def fetch_value(self, name: str, *arguments: object) -> Any:
        """Die, or pass on."""
        return await self._run(super().fetch_value(name, *arguments))

    async def execute(self, name: str, *arguments: object) -> None:
        """Die, or pass on."""
        await self._run(super().execute(name, *arguments))

    async def _run(self, statement: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            statement.close()
            raise Killed
        result = await statement
        if self._left == 0:
            raise Killed
        return result


async def _die_in_batch(database: Database, signer: Signer, *, at: int, when: str) -> None:
    async with database.transaction() as transaction:
        await extend(Dying(transaction, at=at, when=when), signer)


async def _bodies(database: Database) -> list[bytes]:
    rows = await database.fetch("list_bodies", 0, 1 << 40)
    assert [row["index"] for row in rows] == list(range(len(rows)))
    return [row["body"] for row in rows]


async def test_entries_are_sequenced_in_order_and_signed(database: Database, signer: Signer, fill: Fill) -> None:
    """Indices follow the order of writing, and the newest checkpoint signs the root over all."""
    entries = await fill(700)

    taken = await sequence_once(database, signer)

    checkpoint = open_checkpoint(signer.verifier, await database.fetch_value("find_checkpoint"))
    assert taken == checkpoint.size == 700
    assert [entry.as_bytes() for entry in entries] == await _bodies(database)
    assert root_of([leaf_hash(entry.as_bytes()) for entry in entries]) == checkpoint.root


async def test_nothing_to_do_signs_nothing(database: Database, signer: Signer) -> None:
    """An empty ledger stays empty, and a drained one keeps its checkpoint."""
    assert await sequence_once(database, signer) == 0
    assert await database.fetch_value("find_checkpoint") is None


async def test_batches_of_any_size_end_in_one_tree(database: Database, signer: Signer, fill: Fill) -> None:
    """However the entries are cut into batches, over the edges of tiles, the ledger is whole."""
    await fill(1100)

    for batch in (1, 255, 1, 3, 252, 256, 300):
        async with database.transaction() as transaction:
            assert await extend(transaction, signer, batch=batch) == batch
    await drain(database, signer)

    found = await verify(database, signer.verifier)
    assert (found.is_whole, found.size, found.unsequenced) == (True, 1100, 0)


async def test_an_entry_committed_late_is_sequenced_late(database: Database, signer: Signer) -> None:
    """A smaller serial that commits after a larger one is not lost."""
    slow = Entry(kind=EntryKind.HALT_SET, body={"is": "slow"})
    fast = Entry(kind=EntryKind.HALT_SET, body={"is": "fast"})

    async with database.transaction() as waiting:
        await append(waiting, slow)
        async with database.transaction() as transaction:
            await append(transaction, fast)
        await drain(database, signer)
    await drain(database, signer)

    assert await _bodies(database) == [fast.as_bytes(), slow.as_bytes()]
    assert (await verify(database, signer.verifier)).is_whole


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, _STATEMENTS + 1))
async def test_a_batch_that_dies_at_any_statement_is_done_by_the_next(
    database: Database, signer: Signer, fill: Fill, at: int, when: str
) -> None:
    """Wherever a batch dies, nothing of it stays, and the same function goes on."""
    first = await fill(300)
    await drain(database, signer)
    second = await fill(300)

    with pytest.raises(Killed):
        await _die_in_batch(database, signer, at=at, when=when)
    assert (await verify(database, signer.verifier)).unsequenced == 300
    await drain(database, signer)

    assert [entry.as_bytes() for entry in first + second] == await _bodies(database)
    assert (await verify(database, signer.verifier)).is_whole


async def test_a_batch_runs_no_more_statements_than_those_we_die_at(
    database: Database, signer: Signer, fill: Fill
) -> None:
    """The test above covers every statement: one that would die at the next does not die."""
    await fill(300)
    await drain(database, signer)
    await fill(1)

    await _die_in_batch(database, signer, at=_STATEMENTS + 1, when="before")

    assert len(await _bodies(database)) == 301


async def test_sequencers_at_once_give_each_entry_one_index(database: Database, signer: Signer, fill: Fill) -> None:
    """Several processes that sequence at once while others write give each entry one index, without a gap."""

    async def sequence() -> None:
        for _ in range(8):
            async with database.transaction() as transaction:
                await extend(transaction, signer, batch=17)

    written = asyncio.gather(fill(100), fill(50), fill(50), fill(50))
    await asyncio.gather(sequence(), sequence(), sequence())
    writers = await written
    await drain(database, signer)

    bodies = await _bodies(database)
    assert len(bodies) == 250
    assert {entry.as_bytes() for entries in writers for entry in entries} == set(bodies)
    assert (await verify(database, signer.verifier)).is_whole


async def test_a_running_sequencer_is_taken_over(
    database: Database, signer: Signer, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two only one leads; when its connection is cut in the middle, one of them leads again."""
    monkeypatch.setattr(sequencer, "PAUSE", 0.01)
    monkeypatch.setattr(sequencer, "TAKEOVER", 0.01)
    stop = asyncio.Event()
    running = [asyncio.create_task(run_sequencer(database, signer, stop=stop)) for _ in range(2)]

    await fill(10)
    await _until_size(database, 10)
    async with database.session() as session:
        cut = await session.connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE datname = current_database() AND locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
    await fill(10)
    await _until_size(database, 20)
    stop.set()
    await asyncio.gather(*running)

    assert cut == 1
    assert (await verify(database, signer.verifier)).is_whole


async def _until_size(database: Database, size: int) -> None:
    async with asyncio.timeout(30):
        while (await database.fetch_row("find_head") or {})["leaves"] < size:
            pass


_SEQUENCE = """
import asyncio, sys
from pathlib import Path
from remit.ledger import sequencer
from remit.ledger.key import load_signer
from remit.store.database import Database

async def main():
    sequencer.PAUSE = sequencer.TAKEOVER = 0
    database = await Database.open(sys.argv[1])
    print("up", flush=True)
    await sequencer.run_sequencer(database, load_signer(Path(sys.argv[2])), stop=asyncio.Event())

asyncio.run(main())
"""


async def test_killed_processes_lose_and_double_nothing(database: Database, fill: Fill, tmp_path: Path) -> None:
    """Sequencing processes killed while entries come in leave a ledger that is whole and complete."""
    signer = load_signer(tmp_path)

    written = 0
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _SEQUENCE, database.url, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        for _ in range(20):
            written += len(await fill(25))
        os.kill(process.pid, signal.SIGKILL)
        await process.communicate()
    await drain(database, signer)

    bodies = await _bodies(database)
    assert len(bodies) == len(set(bodies)) == written
    assert (await verify(database, signer.verifier)).is_whole


async def test_another_key_signs_nothing(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> None:
    """A process with another key does not sign on top of our checkpoints."""
    await fill(2)
    await drain(database, signer)
    await fill(2)

    with pytest.raises(LedgerBroken, match="is not signed by"):
        await sequence_once(database, load_signer(tmp_path / "other"))

    assert (await verify(database, signer.verifier)).unsequenced == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE tile SET hashes = overlay(hashes PLACING '\\xff' FROM 1) WHERE index = 1 AND level = 0", "tiles"),
        ("DELETE FROM tile WHERE level = 1", "lacks hash"),
        ("DELETE FROM leaf WHERE index = 299", "leaves"),
        ("DELETE FROM checkpoint", "leaves"),
        ("UPDATE checkpoint SET note = replace(note, E'\\n300\\n', E'\\n301\\n')", "does not fit"),
    ],
)
async def test_nothing_is_signed_on_top_of_a_broken_tree(
    database: Database, signer: Signer, fill: Fill, change: str, message: str
) -> None:
    """Where the stored head is not what was signed, sequencing stops and the entries keep waiting."""
    await fill(300)
    await drain(database, signer)
    await fill(1)
    async with database.session() as session:
        await session.connection.execute(f"SET session_replication_role = replica; {change}")

    with pytest.raises(LedgerBroken, match=message):
        await run_sequencer(database, signer, stop=asyncio.Event())

    assert await database.fetch_value("has_unsequenced")
