from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    answer_review,
    copy_worker,
    done_of,
    kinds_of,
    opened_house,
    rows_of,
    settle,
    state_of,
    states_of,
    tell,
    work,
)

HEAD = (
    "from remit.playbook import Context, Done, Escalate, Outcome, Stop\n\nasync def run(context: Context) -> Outcome:\n"
)


SCORE = 'context.act("crm.set_health_score", {"account": "A-101", "score": 1, "reason": "x"}, purpose="x")'


ASK = 'context.act("crm.notify_owner", {"account": "A-101", "message": "x"}, purpose="x")'


READ_IT = 'context.read("crm.get_account", account="A-101")'


def playbook(*lines: str) -> str:
    """Write a playbook from the lines of its body."""
    return HEAD + "".join(f"    {line}\n" for line in lines)


async def _run(house: House, **more: Any) -> UUID:
    run = await tell(house, **more)
    await settle(house)
    return run


@pytest.mark.parametrize("what", ["Exception", "BaseException"])
@pytest.mark.parametrize(
    ("step", "state"),
    [
        (ASK, "waiting"),
        ("context.wait(days=1)", "waiting"),
        ("context.act('desk.reply_ticket', {'ticket': 'T', 'text': 'x'}, purpose='x')", "exception"),
        ("context.read('crm.list_contacts', account='A')", "exception"),
        ("context.hand_over('nowhere')", "exception"),
    ],
)
async def test_a_way_out_cannot_be_swallowed(
    database: Database, tmp_path: Path, what: str, step: str, state: str
) -> None:
    """A playbook that catches everything still waits or ends where its step said, and does nothing after it."""
    lines = ["try:", f"    await {step}", f"except {what}:", "    pass", f"await {SCORE}", "return Done('went on')"]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await tell(house)
        await work(house)

        assert (await state_of(house, run))["state"] == state
        assert await done_of(company) == []


async def test_a_lost_database_cannot_be_swallowed(database: Database, tmp_path: Path) -> None:
    """When the record cannot be written, a playbook that catches everything does not end its run as done."""
    lines = ["try:", f"    await {SCORE}", "except BaseException:", "    pass", "return Done('went on')"]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await tell(house)
        await rows_of(house, "ALTER TABLE step RENAME TO step_gone")
        await work_through_failures(house)
        await rows_of(house, "ALTER TABLE step_gone RENAME TO step")
        broken = await state_of(house, run)

        assert broken["state"] != "done"
        assert await done_of(company) == []


async def work_through_failures(house: House) -> None:
    """Work once, whatever comes of it."""
    try:
        await work(house)
    except Exception:  # noqa: BLE001  # what it is does not matter here
        return


async def test_a_playbook_that_stops_waiting_for_a_write_does_not_end_as_if_nothing_were(
    database: Database, tmp_path: Path
) -> None:
    """A time limit around a write does not hide what perhaps happened: a person is asked, the write is unknown."""
    lines = [
        "import asyncio",
        "try:",
        "    async with asyncio.timeout(0.2):",
        f"        await {SCORE}",
        "except TimeoutError:",
        "    return Done('too slow for me')",
        "return Done('in time')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        await company.fail("crm", "set_health_score", "timeout", seconds=1)
        run = await _run(house)

        assert await states_of(house, run) == ["exception", "unknown"]
        assert "did not wait for the end" in (await state_of(house, run))["reason"]
        assert "action.doubted" in await kinds_of(house, run)
        assert await rows_of(house, "SELECT 1 FROM action WHERE state = 'performing'") == []


async def test_writes_at_the_same_time_are_done_one_after_the_other(database: Database, tmp_path: Path) -> None:
    """A playbook that begins several steps at once gets each done once, in the order it began them."""
    lines = [
        "import asyncio",
        f"await asyncio.gather({READ_IT}, {SCORE}, {READ_IT}, {SCORE})",
        "return Done('all')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)

        assert await states_of(house, run) == ["done", "performed", "performed"]
        assert await done_of(company) == ["crm.set_health_score 1"] * 2


async def test_a_step_nobody_waits_for_is_recorded_before_the_run_ends(database: Database, tmp_path: Path) -> None:
    """A write begun in the background is either recorded as performed, or not begun at all, when the run ends."""
    lines = [
        "import asyncio",
        f"background = asyncio.create_task({SCORE})",
        "await asyncio.sleep(0.05)",
        f"later = asyncio.create_task({SCORE})",
        "return Done('left')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        await company.fail("crm", "set_health_score", "late", seconds=0.3)
        run = await _run(house)

        states = await states_of(house, run)
        assert states[0] == "done"
        assert set(states[1:]) <= {"performed"}
        assert len(await company.effects()) == len(states) - 1


async def test_a_group_of_tasks_that_waits_for_a_person_waits(database: Database, tmp_path: Path) -> None:
    """A review asked inside a group of tasks leads out of the playbook like any other."""
    lines = [
        "import asyncio",
        "async with asyncio.TaskGroup() as group:",
        f"    group.create_task({ASK})",
        f"    group.create_task({SCORE})",
        "return Done('both')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)
        waiting = await states_of(house, run)
        before = await done_of(company)
        await answer_review(house, run)
        await work(house)

        assert (waiting, before) == (["waiting", "waiting"], [])
        assert await states_of(house, run) == ["done", "performed", "performed"]
