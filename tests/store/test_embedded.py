import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from remit.errors import DataDirectoryForeign, DataDirectoryHeld, DiskFull, NotFound
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate

_KILLED_OWNER = """
import os, signal
from pathlib import Path
from remit.store import embedded
embedded.start(Path({directory!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_data_directory_has_one_owner_at_a_time(home: Path) -> None:
    """A second owner is refused while the first runs, and can join by its URL; afterwards it is free."""
    first = embedded.start(home)
    with pytest.raises(DataDirectoryHeld, match=str(os.getpid())):
        embedded.start(home)
    assert embedded.find_running(home) == first.url
    first.stop()

    with pytest.raises(NotFound, match="remit up"):
        embedded.find_running(home)
    second = embedded.start(home)
    second.stop()


async def test_what_was_written_is_there_after_a_restart(home: Path) -> None:
    """The second start finds the state of the first, and nothing is left to migrate."""
    server = await asyncio.to_thread(embedded.start, home)
    applied = await migrate(server.url)
    await asyncio.to_thread(server.stop)

    server = await asyncio.to_thread(embedded.start, home)
    again = await migrate(server.url)
    await asyncio.to_thread(server.stop)

    assert len(applied) > 3
    assert again == []


def test_a_directory_of_another_version_is_refused(home: Path) -> None:
    """A cluster made by another PostgreSQL is left alone, and the message says what to do."""
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(DataDirectoryForeign, match="PostgreSQL 15"):
        embedded.start(home)

    with pytest.raises(DataDirectoryForeign):  # and not `held`: the refusal gave the directory up
        embedded.start(home)


def test_a_full_disk_is_told_before_anything_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for a cluster nothing is created, and the message says so."""
    monkeypatch.setattr(embedded, "_ROOM", 1 << 60)

    with pytest.raises(DiskFull, match="Free some room"):
        embedded.start(home)

    assert not (home / "postgres").exists()


async def test_a_killed_owner_leaves_a_directory_that_can_be_taken_over(home: Path) -> None:
    """When the owner is killed with -9 the server may still run; the next owner takes it over."""
    text = _KILLED_OWNER.format(directory=str(home))

    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", text], check=False)

    server = await asyncio.to_thread(embedded.start, home)
    await migrate(server.url)
    database = await Database.open(server.url)
    people = await database.fetch("list_people")
    await database.close()
    await asyncio.to_thread(server.stop)

    assert killed.returncode == -9
    assert people == []


def test_a_long_path_is_no_obstacle(home: Path) -> None:
    """A data directory whose path is longer than a socket's name may be still starts."""
    deep = home / ("long-" * 20) / ("deep-" * 20)

    server = embedded.start(deep)
    server.stop()

    assert (deep / "postgres" / "PG_VERSION").exists()
