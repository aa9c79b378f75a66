import asyncio
from datetime import timedelta
from typing import Any

import pytest

from remit.clock import Clock
from remit.errors import InputInvalid, NotFound, OutcomeUnknown, SystemBusy
from remit.practice.company import Company, open_company
from remit.store.database import Database

SCORE = ("crm.set_health_score", {"account": "A-101", "score": 40, "reason": "usage fell"})


async def outcome(asked: Any) -> Any:
    """Await something; give the error instead when it fails as systems fail."""
    try:
        return await asked
    except (SystemBusy, OutcomeUnknown) as error:
        return error


async def test_faults_are_met_as_often_as_planned(company: Company, database: Database) -> None:
    """Of thirty questions asked at once through two companies on one database, exactly seven meet a fault."""
    other = await open_company(database)
    await company.fail("crm", "get_account", "busy", times=4)
    await company.fail("crm", "get_account", "drop", times=3)

    connectors = [one.connectors["crm"] for one in (company, other)] * 15
    asked = [outcome(connector.read("crm.get_account", {"account": "A-101"})) for connector in connectors]
    answers = await asyncio.gather(*asked)
    await other.close()

    assert sum(isinstance(answer, SystemBusy) for answer in answers) == 4
    assert sum(isinstance(answer, OutcomeUnknown) for answer in answers) == 3


async def test_a_fault_meets_only_its_operation(company: Company) -> None:
    """A fault planned for one operation leaves the others and the look-up alone, and heals on demand."""
    crm = company.connectors["crm"]
    await company.fail("crm", "crm.set_health_score", "error_before", times=9)

    assert await crm.read("crm.get_account", {"account": "A-101"})
    assert await crm.look_up(SCORE[0], {}, "key") is None
    await company.heal()

    assert (await crm.perform(*SCORE, "key"))["health_score"] == 40


async def test_a_look_up_can_fail(company: Company) -> None:
    """A look-up fails by a name of its own, and tells the truth the next time."""
    crm = company.connectors["crm"]
    done = await crm.perform(*SCORE, "key")
    await company.fail("crm", "look_up", "error_before")

    assert isinstance(await outcome(crm.look_up(SCORE[0], {}, "key")), OutcomeUnknown)
    assert await crm.look_up(SCORE[0], {}, "key") == done


async def test_a_late_system_does_it_after_all(company: Company) -> None:
    """A late write is done and answered, only later; a caller in the same process who gives up stops it."""
    crm = company.connectors["crm"]
    await company.fail("crm", "set_health_score", "late", times=1, seconds=0.01)
    await company.fail("crm", "set_health_score", "late", times=1, seconds=60)

    assert (await crm.perform(*SCORE, "key-1"))["health_score"] == 40
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(crm.perform(*SCORE, "key-2"), 0.05)

    assert [effect.key for effect in await company.effects()] == ["key-1"]


async def test_a_busy_system_says_when(company: Company) -> None:
    """A busy system says after how many seconds to ask again."""
    await company.fail("erp", "*", "busy", seconds=17)

    error = await outcome(company.connectors["erp"].read("erp.get_order", {"order": "PO-4501"}))

    assert isinstance(error, SystemBusy)
    assert error.retry_after == 17


@pytest.mark.parametrize(
    ("system", "operation", "kind", "times", "error"),
    [
        ("erp", "hold_invoice", "explode", 1, InputInvalid),
        ("erp", "hold_invoice", "busy", -1, InputInvalid),
        ("erp", "hold_invoce", "busy", 1, NotFound),
        ("abc", "hold_invoice", "busy", 1, NotFound),
    ],
)
async def test_a_fault_nobody_could_meet_is_refused(
    company: Company, system: str, operation: str, kind: str, times: int, error: type[Exception]
) -> None:
    """A fault of an unknown kind, system or operation is refused when it is planned, not silently never met."""
    with pytest.raises(error):
        await company.fail(system, operation, kind, times)


async def test_the_company_lives_by_its_own_clock(database: Database) -> None:
    """What is done after the clock was moved on is logged, and dated, at the later time."""
    clock = Clock()
    company = await open_company(database, clock=clock)
    tasks = company.connectors["tasks"]

    await tasks.perform("tasks.create_task", {"title": "Call them"}, "key-1")
    clock.advance(days=40)
    await tasks.perform("tasks.create_task", {"title": "Call them"}, "key-2")
    first, second = await company.effects()
    days = {task["created_on"] for task in await tasks.read("tasks.find_tasks", {})}
    await company.close()

    assert second.asked_at - first.performed_at > timedelta(days=39)
    assert second.asked_at <= second.performed_at
    assert len(days) == 2
