from pathlib import Path
from typing import Any

import pytest

from remit.connections.connection import WhenUnavailable
from remit.errors import NotAllowed
from remit.governance.approvals import expire_reviews
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    kinds_of,
    mail,
    opened_house,
    review_of,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    task,
    tell,
    work,
)

FAULTS = ["timeout", "late", "busy", "error_before", "error_after", "drop"]


LOOKED_UP = [(score(), "crm", "set_health_score"), (task(), "tasks", "create_task")]


BUDGET = "escalation_contacts: [sara.lind]\n"


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("step", "system", "operation"), LOOKED_UP)
async def test_a_write_that_can_be_looked_up_takes_effect_once(
    database: Database, fault: str, times: int, step: dict[str, Any], system: str, operation: str
) -> None:
    """Whatever goes wrong and however often, a write that can be looked up is done exactly once in the end."""
    async with opened_house(database, time_limit=0.3) as (house, company):
        await company.fail(system, operation, fault, times=times, seconds=0.5)
        run = await tell(house, step)

        await settle(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == [f"{system}.{operation} 1"]
        assert (await kinds_of(house, run)).count("action.performed") == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_nobody_can_look_up_is_never_tried_again(database: Database, fault: str) -> None:
    """After a lost answer a blind write is `unknown` and a person is asked; only `busy` is sure to be nothing."""
    async with opened_house(database, time_limit=0.3) as (house, company):
        await company.fail("mail", "send_message", fault, seconds=0.5)
        run = await tell(house, mail())
        await settle(house)
        await answer_review(house, run)

        await settle(house)

        done = await done_of(company)
        if fault == "busy":
            assert await states_of(house, run) == ["done", "performed"]
            assert done == ["mail.send_message 1"]
        else:
            assert await states_of(house, run) == ["waiting", "unknown"]
            assert (await review_of(house, run))["kind"] == "outcome"
            assert "action.doubted" in await kinds_of(house, run)
            assert done == (["mail.send_message 1"] if fault in {"timeout", "error_after"} else [])


async def test_a_busy_system_is_asked_again_when_it_said(opened: tuple[House, Company]) -> None:
    """A run waits as long as a busy system asked it to, holding nothing but its row."""
    house, company = opened
    await company.fail("crm", "set_health_score", "busy", seconds=120)
    run = await tell(house, score())

    await work(house)

    row = await state_of(house, run)
    assert (row["state"], row["waits_for"]) == ("waiting", "system")
    assert (row["wake_at"] - house.clock.now()).total_seconds() == pytest.approx(120, abs=5)
    assert await done_of(company) == []


async def test_a_look_up_that_fails_too_is_no_reason_to_repeat(database: Database) -> None:
    """When the system cannot be asked what happened, the write is not repeated until it can."""
    async with opened_house(database, time_limit=0.3) as (house, company):
        await company.fail("tasks", "create_task", "error_after")
        await company.fail("tasks", "look_up", "error_before", times=12)
        run = await tell(house, task())

        await settle(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["tasks.create_task 1"]


async def _doubted(house: House, company: Company, fault: str = "error_after") -> Any:
    await company.fail("mail", "send_message", fault)
    run = await tell(house, mail())
    await settle(house)
    await answer_review(house, run)
    await settle(house)
    return run


async def test_a_person_finds_that_it_happened(opened: tuple[House, Company]) -> None:
    """When a person says it happened, it counts as performed, and nothing is sent again."""
    house, company = opened
    run = await _doubted(house, company)

    await answer_review(house, run, person="ken.ito")
    await settle(house)

    [action] = (await state_of(house, run))["actions"]
    assert await states_of(house, run) == ["done", "performed"]
    assert action["result"] == {"confirmed_by": "ken.ito"}
    assert await done_of(company) == ["mail.send_message 1"]


async def test_a_person_finds_that_it_did_not_happen(opened: tuple[House, Company]) -> None:
    """When a person says it did not happen, it counts as failed, and nothing is sent again."""
    house, company = opened
    run = await _doubted(house, company, "drop")

    await answer_review(house, run, "reject", person="ken.ito", reason="there is no such mail")
    await settle(house)

    assert await states_of(house, run) == ["exception", "failed"]
    assert "ken.ito found that it did not happen" in (await state_of(house, run))["reason"]
    assert await done_of(company) == []


async def test_nobody_can_tell_in_time(database: Database, tmp_path: Path) -> None:
    """A doubt nobody settles stays unknown, ends in the exception queue, and counts against the budget."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {actions: 5}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        run = await _doubted(house, company)

        house.clock.advance(days=2)
        await expire_reviews(house.database, house.clock.now())
        await settle(house)

        assert await states_of(house, run) == ["exception", "unknown"]
        assert await budgets_of(house) == {"actions": (0, 1)}
        assert await done_of(company) == ["mail.send_message 1"]


async def test_what_perhaps_happened_cannot_be_edited(opened: tuple[House, Company]) -> None:
    """The question whether something happened takes no other arguments."""
    house, company = opened
    run = await _doubted(house, company)

    with pytest.raises(NotAllowed, match="cannot be edited"):
        await answer_review(house, run, person="ken.ito", arguments={"to": "me@example.com"})

    assert await states_of(house, run) == ["waiting", "unknown"]


async def test_a_system_that_stays_busy_ends_before_a_person(opened: tuple[House, Company]) -> None:
    """After ten tries a run goes to a person, nothing has happened, and nothing stays reserved."""
    house, company = opened
    await company.fail("crm", "set_health_score", "busy", times=10_000, seconds=30)
    run = await tell(house, score())

    await settle(house)

    assert await states_of(house, run) == ["exception", "failed"]
    assert await done_of(company) == []


async def test_a_system_that_stays_dumb_ends_before_a_person(database: Database) -> None:
    """When for ten tries nobody can tell what happened, a person is asked whether it did."""
    async with opened_house(database, time_limit=0.3) as (house, company):
        await company.fail("tasks", "create_task", "error_after")
        await company.fail("tasks", "look_up", "drop", times=10_000)
        run = await tell(house, task())

        await settle(house)

        assert await states_of(house, run) == ["waiting", "unknown"]
        assert (await review_of(house, run))["kind"] == "outcome"
        assert await done_of(company) == ["tasks.create_task 1"]


async def test_a_connection_that_escalates_goes_to_a_person_at_once(database: Database) -> None:
    """With `escalate` a run does not wait for a system."""
    async with opened_house(database, when_unavailable=WhenUnavailable.ESCALATE) as (house, company):
        await company.fail("crm", "set_health_score", "busy", times=3, seconds=30)
        run = await tell(house, score())

        await work(house)

        assert await states_of(house, run) == ["exception", "failed"]
        assert await done_of(company) == []


async def test_a_connection_that_pauses_waits_as_long_as_it_takes(database: Database) -> None:
    """With `pause` a run waits, however often it was sent away before."""
    async with opened_house(database, when_unavailable=WhenUnavailable.PAUSE) as (house, company):
        run = await tell(house, {"read": "crm.get_account", "arguments": {"account": "A-101"}}, score())
        await rows_of(house, "UPDATE run SET tries = 5000")
        await company.fail("crm", "*", "busy", times=1, seconds=30)

        await work(house)
        row = await state_of(house, run)
        await rows_of(house, "UPDATE run SET tries = 5000")
        await company.fail("crm", "set_health_score", "busy", times=1, seconds=30)
        await settle(house)

        assert (row["state"], row["waits_for"]) == ("waiting", "system")
        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["crm.set_health_score 1"]
