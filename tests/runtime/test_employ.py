"""Workers of a directory come into the registry, all or none."""

import asyncio
from pathlib import Path

import pytest

from remit import clock
from remit.charters.registry import list_current
from remit.errors import CharterInvalid
from remit.ledger.read import Search, find_entries
from remit.runtime.employ import employ_all
from remit.store.database import Database
from tests.houses import copy_worker


async def test_a_directory_that_is_not_there_is_told(database: Database, tmp_path: Path) -> None:
    """Where there is no directory, or a file, nobody takes it for a house without workers."""
    (tmp_path / "file").write_text("")

    for missing in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(CharterInvalid, match=r"there is no folder `.*`. Name the one that holds the workers"):
            await employ_all(database, missing, clock.now())

    assert await employ_all(database, tmp_path, clock.now()) == []


async def test_workers_are_registered_in_the_order_of_their_names(database: Database, tmp_path: Path) -> None:
    """Whatever their folders are called, the order of names is the order of locks and of the ledger."""
    _department(tmp_path, "a", "takes_over")
    _department(tmp_path, "z", "as_told")

    changed = await employ_all(database, tmp_path, clock.now())

    assert changed == ["as-told", "takes-over"]
    entries = await find_entries(database, Search(kind="charter.registered"), limit=10)
    assert [entry.worker for entry in reversed(entries)] == changed


async def test_two_processes_that_register_at_once_never_wait_in_a_circle(database: Database, tmp_path: Path) -> None:
    """The same workers in folders of opposite order, at the same moment and again and again: each ends."""
    first, second = tmp_path / "first", tmp_path / "second"
    for place, (early, late) in ((first, ("as_told", "takes_over")), (second, ("takes_over", "as_told"))):
        _department(place, "a", early)
        _department(place, "z", late)

    for number in range(5):
        for playbook in (first / "a" / "as_told", second / "z" / "as_told", first / "z" / "takes_over"):
            with (playbook / "playbook.py").open("a") as file:
                file.write(f"# {playbook.parent.parent.name} {number}\n")
        async with asyncio.timeout(30):
            await asyncio.gather(*(employ_all(database, place, clock.now()) for place in (first, second)))

    assert [record.worker for record in await list_current(database)] == ["as-told", "takes-over"]


async def test_one_charter_that_is_wrong_registers_nothing(database: Database, tmp_path: Path) -> None:
    """All workers of a directory come in, or none."""
    copy_worker(tmp_path, "as_told")
    copy_worker(tmp_path, "takes_over", changes={"domain: finance": "domain: finances"})

    with pytest.raises(CharterInvalid, match="Did you mean `finance`"):
        await employ_all(database, tmp_path, clock.now())

    assert await list_current(database) == []


def _department(place: Path, department: str, worker: str) -> None:
    (place / department).mkdir(parents=True)
    copy_worker(place / department, worker)
