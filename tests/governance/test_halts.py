import asyncio

import pytest

from remit.governance.halts import HaltReport, lift, stop
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    done_of,
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
    work_at_once,
)

SCOPES = [
    "everything",
    "domain:customer_experience",
    "workflow:tests-of-the-gateway",
    "worker:as-told",
    "connection:crm",
]


async def _stop(house: House, scope: str = "everything", who: str = "you") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", who, house.clock.now())


async def _lift(house: House, scope: str = "everything", who: str = "ken.ito") -> int:
    return await lift(house.database, scope, "it is mended", who, house.clock.now())


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_halted_run_waits_and_goes_on_after_the_lift(opened: tuple[House, Company], scope: str) -> None:
    """A run claimed under a halt waits without having done anything, and goes on by itself once it is lifted."""
    house, company = opened
    await _stop(house, scope)
    run = await tell(house, score())

    await work(house)
    halted = await state_of(house, run)
    before = await done_of(company)
    opened_again = await _lift(house, scope)
    await work(house)

    assert (halted["state"], halted["waits_for"], before) == ("waiting", "halt", [])
    assert opened_again == 1
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]


@pytest.mark.parametrize(
    "scope", ["domain:finance", "worker:takes-over", "workflow:tests-of-handoffs", "connection:mail"]
)
async def test_a_halt_elsewhere_stops_nothing_here(opened: tuple[House, Company], scope: str) -> None:
    """A halt of another worker or domain leaves this one alone."""
    house, company = opened
    await _stop(house, scope)

    await tell(house, score())
    await work(house)

    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_two_halts_over_one_worker_are_both_lifted_first(opened: tuple[House, Company]) -> None:
    """A run under two halts goes on only when neither is in force."""
    house, company = opened
    run = await tell(house, score())
    for scope in SCOPES:
        await _stop(house, scope)
    await work(house)

    goes_on = [await _lift(house, scope) for scope in SCOPES]
    await work(house)

    assert goes_on == [0, 0, 0, 1, 0]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_halt_between_two_writes_stops_the_second(opened: tuple[House, Company]) -> None:
    """A run that is already working is stopped at its next write, and finishes it after the lift."""
    house, company = opened
    await company.fail("crm", "set_health_score", "late", seconds=0.4)
    run = await tell(house, score(), task())

    working = asyncio.create_task(execute(house, run))
    await _until_in_flight(house, 1)
    report = await _stop(house)
    await working
    halted = await states_of(house, run)
    await _lift(house)
    await work(house)

    assert report.settled == (f"{run}:1",)
    assert halted == ["waiting", "performed", "waiting"]
    assert await states_of(house, run) == ["done", "performed", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1", "tasks.create_task 1"]


async def _until_in_flight(house: House, count: int) -> None:
    async def is_in_flight() -> bool:
        return len(await rows_of(house, "SELECT run FROM action WHERE state = 'performing'")) >= count

    await until(is_in_flight)


@pytest.mark.parametrize("begun", [0, 1, 30, 70])
async def test_nothing_begins_after_the_answer(opened: tuple[House, Company], begun: int) -> None:
    """Under load, in the middle of 120 writes, no write is asked of a system after a halt has answered."""
    house, company = opened
    for number in range(60):
        await tell(house, score(), task(), number=number)
    working = asyncio.create_task(work_at_once(house))

    async def is_under_way() -> bool:
        return len(await company.effects()) >= begun

    await until(is_under_way)

    report = await _stop(house)
    answered = house.clock.now()
    await working

    late = [effect.key for effect in await company.effects() if effect.asked_at > answered]
    assert [key for key in late if key not in report.in_flight] == []
    in_force = await done_of(company)
    await _lift(house)
    await settle(house)
    done = await done_of(company)
    assert len(in_force) < 120
    assert sorted(done) == ["crm.set_health_score 1"] * 60 + ["tasks.create_task 1"] * 60


@pytest.mark.parametrize("fault", ["timeout", "late"])
async def test_what_is_in_flight_is_listed(database: Database, fault: str) -> None:
    """A write whose system has not answered yet is listed with the answer, and is counted once after the lift."""
    async with opened_house(database, time_limit=1.5) as (house, company):
        await company.fail("crm", "set_health_score", fault, seconds=3)
        run = await tell(house, score())
        working = asyncio.create_task(execute(house, run))
        await _until_in_flight(house, 1)

        report = await _stop(house)
        await working
        halted = await state_of(house, run)
        await _lift(house)
        await settle(house)

        assert (report.in_flight, report.settled) == ((f"{run}:1",), ())
        assert halted["state"] in {"done", "waiting"}
        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_lost_write_is_not_repeated_under_a_halt(opened: tuple[House, Company]) -> None:
    """A write that was not done when its process died is looked up under a halt, and not done before the lift."""
    house, company = opened
    await company.fail("tasks", "create_task", "late", seconds=30)
    run = await tell(house, task())
    working = asyncio.create_task(execute(house, run))
    await _until_in_flight(house, 1)
    working.cancel()
    await asyncio.wait([working])

    report = await _stop(house)
    house.clock.advance(minutes=1)
    await execute(house, run)
    halted = await state_of(house, run)
    await _lift(house)
    await settle(house)

    assert report.in_flight == (f"{run}:1",)
    assert (halted["state"], halted["waits_for"]) == ("waiting", "halt")
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1"]
