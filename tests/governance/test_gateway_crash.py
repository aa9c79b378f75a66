import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.connections.connections import Connections
from remit.governance.gateway import Gateway
from remit.practice.company import Company
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    mail,
    notify,
    opened_house,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    task,
    tell,
    until,
    work,
)

LOOKED_UP = [(score(), "crm", "set_health_score"), (task(), "tasks", "create_task")]


BUDGET = "escalation_contacts: [sara.lind]\n"


async def _left_in_the_middle(house: House, company: Company, run: Any, system: str, operation: str) -> None:
    """Let a process end while it waits for an answer to a write that was done."""
    await company.fail(system, operation, "timeout", seconds=30)
    process = asyncio.create_task(execute(house, run))
    await until(company.effects)
    process.cancel()
    await asyncio.wait([process])
    await company.heal()


@pytest.mark.parametrize(("step", "system", "operation"), LOOKED_UP)
async def test_what_a_dead_process_did_is_found(
    opened: tuple[House, Company], step: dict[str, Any], system: str, operation: str
) -> None:
    """Whoever takes a run over finds what was done, and does not do it again."""
    house, company = opened
    run = await tell(house, step)
    await _left_in_the_middle(house, company, run, system, operation)

    await execute(house, run)

    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == [f"{system}.{operation} 1"]


async def test_a_request_that_may_still_arrive_is_not_made_twice(opened: tuple[House, Company]) -> None:
    """While a request of another process may be on its way, a system that would do it twice is not asked again."""
    house, company = opened
    await company.fail("tasks", "create_task", "late", seconds=0.7)
    run = await tell(house, task())
    slow = asyncio.create_task(execute(house, run))
    await until(lambda: rows_of(house, "SELECT 1 FROM action WHERE state = 'performing'"))

    await execute(house, run)
    taken_over = await state_of(house, run)
    await slow
    await settle(house)

    assert (taken_over["state"], taken_over["waits_for"]) == ("waiting", "system")
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_what_a_dead_process_did_blindly_goes_to_a_person(opened: tuple[House, Company]) -> None:
    """Whoever takes over a run that was sending something nobody can look up asks a person."""
    house, company = opened
    run = await tell(house, mail())
    await work(house)
    await answer_review(house, run)
    await _left_in_the_middle(house, company, run, "mail", "send_message")

    await execute(house, run)

    assert await states_of(house, run) == ["waiting", "unknown"]
    assert await done_of(company) == ["mail.send_message 1"]


async def test_the_last_one_of_a_day_is_finished_after_a_crash(database: Database, tmp_path: Path) -> None:
    """What a run reserved itself does not stand in its own way when it takes its action up again."""
    changes = {"per_day: 5": "per_day: 1", BUDGET: BUDGET + "budget: {actions: 1}\n"}
    async with opened_house(database, workers=copy_worker(tmp_path, changes=changes), time_limit=0.3) as (
        house,
        company,
    ):
        await company.fail("crm", "log_activity", "drop", times=3)
        await company.fail("crm", "look_up", "drop", times=9)
        run = await tell(house, act("crm.log_activity", account="A-101", kind="call", summary="called"))

        await settle(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["crm.log_activity 1"]
        assert await budgets_of(house) == {"actions": (0, 1), "operation:crm.log_activity": (0, 1)}


async def test_what_was_sent_is_what_is_recorded_when_the_charter_changes_meanwhile(
    database: Database, tmp_path: Path
) -> None:
    """An edited write found after a crash is recorded as it was sent, though its approval is of an older charter."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, company):
        run = await tell(house, notify("usage is down"))
        await work(house)
        await answer_review(house, run, arguments={"account": "A-101", "message": "edited"})
        await _left_in_the_middle(house, company, run, "crm", "notify_owner")
        await _new_charter(house, workers)

        await execute(house, run)

        [step] = (await state_of(house, run))["steps"]
        assert await states_of(house, run) == ["done", "performed"]
        assert step["result"]["arguments"]["message"] == "edited"
        assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_approval_does_not_outlive_its_charter_through_a_crash(database: Database, tmp_path: Path) -> None:
    """When nothing had happened and the charter has changed, the approval is void and a person is asked again."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers, time_limit=0.3) as (house, company):
        run = await tell(house, notify("usage is down"))
        await work(house)
        await answer_review(house, run)
        await company.fail("crm", "notify_owner", "drop", times=3)
        await company.fail("crm", "look_up", "drop", times=3)
        await work(house)
        in_between = await states_of(house, run)
        await _new_charter(house, workers)

        await settle(house)

        assert in_between == ["waiting", "performing"]
        assert await states_of(house, run) == ["waiting", "waiting"]
        assert (await state_of(house, run))["waits_for"] == "review"
        assert await done_of(company) == []


async def test_a_system_that_is_disconnected_meanwhile_leaves_it_unknown(opened: tuple[House, Company]) -> None:
    """An action of a system that is not connected any more ends as unknown, and is not in flight for ever."""
    house, company = opened
    run = await tell(house, score())
    await _left_in_the_middle(house, company, run, "crm", "set_health_score")
    none = Connections()
    bare = replace(house, connections=none, gateway=Gateway(house.database, none, house.clock))

    await execute(bare, run)

    assert await states_of(house, run) == ["exception", "unknown"]


async def _new_charter(house: House, workers: Path) -> None:
    copy_worker(workers, changes={"it is prohibited": "it is prohibited still"})
    assert await employ_all(house.database, workers, house.clock.now()) == ["as-told"]
    await house.roster.refresh()
