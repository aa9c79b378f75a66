import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from remit.errors import DataDirectoryForeign, DataDirectoryHeld, DiskFull, NotFound
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate


@pytest.fixture
def directory() -> Generator[Path]:
    """A data directory outside of pytest's own folder, which each starting pytest closes to PostgreSQL's user."""
    made = Path(tempfile.mkdtemp(prefix="remit-test-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


_KILLED_OWNER = """
import os, signal
from pathlib import Path
from remit.store import embedded
embedded.start(Path({directory!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_data_directory_has_one_owner_at_a_time(directory: Path) -> None:
    """A second owner is refused while the first runs, and can join by its URL; afterwards it is free."""
    first = embedded.start(directory)
    with pytest.raises(DataDirectoryHeld, match=str(os.getpid())):
        embedded.start(directory)
    assert embedded.find_running(directory) == first.url
    first.stop()

    with pytest.raises(NotFound, match="remit up"):
        embedded.find_running(directory)
    second = embedded.start(directory)
    second.stop()


async def test_what_was_written_is_there_after_a_restart(directory: Path) -> None:
    """The second start finds the state of the first, and nothing is left to migrate."""
    server = await asyncio.to_thread(embedded.start, directory)
    applied = await migrate(server.url)
    await asyncio.to_thread(server.stop)

    server = await asyncio.to_thread(embedded.start, directory)
    again = await migrate(server.url)
    await asyncio.to_thread(server.stop)

    assert len(applied) > 3
    assert again == []


def test_a_directory_of_another_version_is_refused(directory: Path) -> None:
    """A cluster made by another PostgreSQL is left alone, and the message says what to do."""
    (directory / "postgres").mkdir()
    (directory / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(DataDirectoryForeign, match="PostgreSQL 15"):
        embedded.start(directory)

    with pytest.raises(DataDirectoryForeign):  # and not `held`: the refusal gave the directory up
        embedded.start(directory)


def test_a_full_disk_is_told_before_anything_is_written(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for a cluster nothing is created, and the message says so."""
    monkeypatch.setattr(embedded, "_ROOM", 1 << 60)

    with pytest.raises(DiskFull, match="Free some room"):
        embedded.start(directory)

    assert not (directory / "postgres").exists()


async def test_a_killed_owner_leaves_a_directory_that_can_be_taken_over(directory: Path) -> None:
    """When the owner is killed with -9 the server may still run; the next owner takes it over."""
    text = _KILLED_OWNER.format(directory=str(directory))

    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", text], check=False)

    server = await asyncio.to_thread(embedded.start, directory)
    await migrate(server.url)
    database = await Database.open(server.url)
    people = await database.fetch("list_people")
    await database.close()
    await asyncio.to_thread(server.stop)

    assert killed.returncode == -9
    assert people == []


def test_a_long_path_is_no_obstacle(directory: Path) -> None:
    """A data directory whose path is longer than a socket's name may be still starts."""
    deep = directory / ("long-" * 20) / ("deep-" * 20)

    server = embedded.start(deep)
    server.stop()

    assert (deep / "postgres" / "PG_VERSION").exists()
