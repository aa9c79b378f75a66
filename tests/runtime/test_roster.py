"""Who is on duty, although a version cannot be read any more or does not fit the house."""

import logging
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.registry import WorkerFiles, list_workers, register, show_worker
from remit.errors import CharterInvalid
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import SAMPLE_WORKERS, copy_worker, opened_house, rows_of, score, send, state_of, told, work

NEWER_RULE = "once_allowed: 1\n"


async def _store(house: House, name: str, *, charter: str = "", playbook: str = "") -> WorkerFiles:
    """Store a version of a worker with something added, as it could be stored before a rule came."""
    files = registry.read_folder(SAMPLE_WORKERS / name)
    looser = replace(files, charter=files.charter + charter, playbook=files.playbook + playbook)
    async with house.database.transaction() as transaction:
        await register(transaction, looser, parse_charter(files.charter, file="f"), house.clock.now())
    return looser


def _on_duty(house: House) -> list[str]:
    return [worker.name for worker in house.roster.on_duty]


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ({"charter": NEWER_RULE}, "unknown word `once_allowed`"),
        ({"playbook": "\nraise ValueError('gone')\n"}, "cannot be loaded: gone"),
    ],
    ids=["charter", "playbook"],
)
async def test_a_version_nobody_can_read_keeps_only_its_worker_from_duty(
    opened: tuple[House, Company], caplog: pytest.LogCaptureFixture, added: dict[str, str], fault: str
) -> None:
    """The others stay on duty, and the fault is logged in one line, once however often the roster is refreshed."""
    house, _ = opened
    before = _on_duty(house)
    await _store(house, "as_told", **added)

    with caplog.at_level(logging.ERROR):
        await house.roster.refresh()
        await house.roster.refresh()

    assert [name for name in before if name != "as-told"] == _on_duty(house)
    [logged] = [record.getMessage() for record in caplog.records if record.name == "remit.runtime.roster"]
    assert logged.startswith("`as-told` is not on duty: ")
    assert fault in logged
    assert "\n" not in logged


async def test_a_worker_is_on_duty_again_once_it_can_be_read(opened: tuple[House, Company]) -> None:
    """A version that can be read takes over at the next refresh."""
    house, _ = opened
    before = _on_duty(house)
    await _store(house, "as_told", charter=NEWER_RULE)
    await house.roster.refresh()

    await _store(house, "as_told")
    await house.roster.refresh()

    assert _on_duty(house) == before


async def test_a_worker_nobody_can_read_is_shown_with_its_fault(opened: tuple[House, Company]) -> None:
    """The registry lists every worker; the one that cannot be read says why, and nothing of its charter."""
    house, _ = opened
    files = await _store(house, "as_told", charter=NEWER_RULE)

    listed = {record.name: record for record in await list_workers(house.database)}

    shown = listed["as-told"]
    assert len(listed) == len(list(SAMPLE_WORKERS.iterdir()))
    assert "unknown word `once_allowed`" in shown.fault
    assert (shown.version, shown.status.value, shown.domain.value) == (files.digest, "live", "customer_experience")
    assert (shown.purpose, shown.action_permissions, shown.action_boundaries) == ("", (), ())
    assert [record.fault for name, record in listed.items() if name != "as-told"] == [""] * (len(listed) - 1)
    assert await show_worker(house.database, "as-told") == shown


async def test_a_run_of_a_version_nobody_can_read_goes_to_a_person(opened: tuple[House, Company]) -> None:
    """A run pinned to such a version ends in exception with the fault, and nothing is done."""
    house, company = opened
    [run] = await send(house, told(score()))
    files = await _store(house, "as_told", charter=NEWER_RULE)
    await _pin(house, run, files.digest)

    await work(house)

    row = await state_of(house, run)
    assert row["state"] == "exception"
    assert "unknown word `once_allowed`" in row["reason"]
    assert await company.effects() == []


async def _pin(house: House, run: UUID, digest: str) -> None:
    await rows_of(house, "UPDATE run SET version = $2 WHERE id = $1", run, digest)


async def test_a_charter_that_does_not_fit_the_systems_does_nothing(
    opened: tuple[House, Company], tmp_path: Path
) -> None:
    """All that does not fit is told at once, to whoever asks for the mandate and in the reason of the run."""
    house, company = opened
    changes = {"  - {system: mail, reads: []}\n": "", "crm.get_account]": "crm.get_acount]"}
    async with opened_house(house.database, workers=copy_worker(tmp_path, changes=changes)) as (other, _):
        with pytest.raises(CharterInvalid) as caught:
            await other.roster.mandate("as-told")
        [run] = await send(other, told(score()))
        await work(other)
        row = await state_of(other, run)

    assert str(caught.value) == (
        "the charter of `as-told` cannot be used: unknown operation `crm.get_acount`. Did you mean `crm.get_account`?; "
        "something is granted in `mail`, which is not among `systems`. Add `mail` there"
    )
    assert (row["state"], row["reason"]) == ("exception", str(caught.value))
    assert await company.effects() == []
