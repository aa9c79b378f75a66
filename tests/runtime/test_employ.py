"""Workers of a directory come into the registry, all or none."""

import asyncio
from pathlib import Path

import pytest

from remit import clock
from remit.charters.registry import list_current
from remit.errors import CharterInvalid
from remit.governance.changes import Changes, list_changes
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.employ import employ_all, propose_changed
from remit.runtime.house import House
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


async def test_a_changed_folder_of_a_house_at_work_only_proposes(opened: tuple[House, Company], tmp_path: Path) -> None:
    """The worker goes on as it was; the change waits as a draft, once, however often the house starts."""
    house, _ = opened
    changes = Changes(house.database, house.connections.operations, house.roster.shipped)
    folder = copy_worker(tmp_path, changes={"title: As": "title: Renewed As"})
    before = await list_current(house.database)

    first = await propose_changed(house.database, changes, folder, author="you", now=clock.now())
    again = await propose_changed(house.database, changes, folder, author="you", now=clock.now())

    assert (first, again) == (["as-told"], [])
    assert await list_current(house.database) == before
    [row] = await list_changes(house.database)
    assert (row["kind"], row["name"], row["author"], row["state"]) == ("charter", "as-told", "you", "draft")


async def test_a_changed_folder_is_in_force_once_a_second_person_approved(
    opened: tuple[House, Company], tmp_path: Path
) -> None:
    """The playbook of the folder is the worker's from the approval on, and the folder is no change any more."""
    house, _ = opened
    changes = Changes(house.database, house.connections.operations, house.roster.shipped)
    playbook = "from remit.playbook import Done\n\n\nasync def run(context):\n    return Done('new')\n"
    folder = copy_worker(tmp_path, playbook=playbook)
    await propose_changed(house.database, changes, folder, author="you", now=clock.now())
    [row] = await list_changes(house.database)

    shown = await changes.replay(row["id"], "ruth.adler", clock.now())
    await changes.approve(row["id"], shown.stamp, "ruth.adler", clock.now())

    [current] = [each for each in await list_current(house.database) if each.worker == "as-told"]
    assert current.playbook == playbook
    assert await propose_changed(house.database, changes, folder, author="you", now=clock.now()) == []


async def test_a_new_folder_is_proposed_and_a_faulty_one_keeps_nobody_else_out(
    opened: tuple[House, Company], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker nobody knew waits for approval too; a folder that cannot be used is told of in the log."""
    house, _ = opened
    changes = Changes(house.database, house.connections.operations, house.roster.shipped)
    copy_worker(tmp_path, changes={"domain: customer_experience": "domain: nowhere"})
    (tmp_path / "as_told").rename(tmp_path / "broken")
    copy_worker(tmp_path, changes={"name: as-told": "name: brand-new"})
    (tmp_path / "as_told").rename(tmp_path / "brand_new")

    drafted = await propose_changed(house.database, changes, tmp_path, author="you", now=clock.now())

    assert drafted == ["brand-new"]
    assert "the folder `broken` cannot be used" in caplog.text
    assert "brand-new" not in {record.worker for record in await list_current(house.database)}


def _department(place: Path, department: str, worker: str) -> None:
    (place / department).mkdir(parents=True)
    copy_worker(place / department, worker)
