import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from remit.errors import InputInvalid, NotAllowed, NotFound
from remit.governance.halts import HaltReport, lift, list_halts, stop
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.schedule import find_forgotten, open_unhalted
from remit.store.database import Database
from tests.houses import (
    answer_review,
    done_of,
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
    work_at_once,
)

SCOPES = ["everything", "domain:customer_experience", "worker:as-told"]


async def _stop(house: House, scope: str = "everything", who: str = "you") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", who, house.clock.now())


async def _lift(house: House, scope: str = "everything", who: str = "ken.ito") -> int:
    return await lift(house.database, scope, "it is mended", who, house.clock.now())


# ── before it begins ───────────────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("scope", ["domain:finance", "worker:takes-over"])
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

    assert goes_on == [0, 0, 1]
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


# ── under load ─────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── reviews under a halt ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_review_is_answered_under_a_halt_and_takes_effect_after_it(opened: tuple[House, Company]) -> None:
    """People can answer while everything is halted; what they approved happens once it is lifted, asked once."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)

    report = await _stop(house)
    await answer_review(house, run)
    await work(house)
    halted, before = await state_of(house, run), await done_of(company)
    await _lift(house)
    await work(house)

    assert (report.waiting_reviews, report.open_runs) == (1, 1)
    assert (halted["waits_for"], before) == ("halt", [])
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_a_reject_under_a_halt_stays_one(opened: tuple[House, Company]) -> None:
    """What was rejected under a halt is not done after it."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)

    await _stop(house)
    await answer_review(house, run, "reject")
    await work(house)
    await _lift(house)
    await work(house)

    assert await states_of(house, run) == ["stopped", "rejected"]
    assert await done_of(company) == []


# ── who may, and what ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "all",
        "Everything",
        "domain:",
        "domain:nowhere",
        "worker:",
        "worker:nobody",
        "worker:as-told' OR '1'='1",
        "a\x00b",
    ],
)
async def test_an_unknown_scope_is_refused(opened: tuple[House, Company], scope: str) -> None:
    """Whoever mistypes what is to be stopped hears it at once, instead of believing that it stopped."""
    house, _ = opened

    with pytest.raises(InputInvalid):
        await _stop(house, scope)

    assert await list_halts(house.database) == []


@pytest.mark.parametrize("reason", ["", "  ", "a\x00b"])
async def test_a_halt_needs_a_reason(opened: tuple[House, Company], reason: str) -> None:
    """A halt without a reason that can be read is not set."""
    house, _ = opened

    with pytest.raises(InputInvalid):
        await stop(house.database, "everything", reason, "you", house.clock.now())

    assert await list_halts(house.database) == []


@pytest.mark.parametrize("who", ["jonas.weber", "nobody.here"])
async def test_not_everybody_may_stop(opened: tuple[House, Company], who: str) -> None:
    """Who holds none of the roles that stop, or is unknown, stops nothing."""
    house, _ = opened

    with pytest.raises(NotAllowed):
        await _stop(house, who=who)

    assert await list_halts(house.database) == []


async def test_a_halt_is_set_once(opened: tuple[House, Company]) -> None:
    """Of ten people who stop the same thing at the same moment one sets the halt; the others hear that it is set."""
    house, _ = opened

    said = await asyncio.gather(*(_stop(house) for _ in range(10)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in said) == ["Conflict"] * 9 + ["HaltReport"]
    assert len(await list_halts(house.database)) == 1


async def test_a_second_person_lifts(opened: tuple[House, Company]) -> None:
    """Who set a halt cannot lift it, nor can somebody without a role; a second person can, once."""
    house, _ = opened
    await _stop(house, who="you")

    for who in ("you", "jonas.weber", "nobody.here"):
        with pytest.raises(NotAllowed):
            await _lift(house, who=who)
    await _lift(house, who="ken.ito")
    with pytest.raises(NotFound):
        await _lift(house, who="ken.ito")
    with pytest.raises(NotFound):
        await _lift(house, "worker:as-told")

    assert await list_halts(house.database) == []


async def test_a_halt_and_its_lift_stand_in_the_ledger(opened: tuple[House, Company]) -> None:
    """The record says who stopped what and why, and who let it go on."""
    house, _ = opened

    await _stop(house, "worker:as-told")
    await _lift(house, "worker:as-told")

    entries = [entry for kind in ("halt.set", "halt.lifted") for entry in await _entries(house, kind)]
    assert [(entry.worker, entry.body["person"], entry.body["reason"]) for entry in entries] == [
        ("as-told", "you", "something is wrong"),
        ("as-told", "ken.ito", "it is mended"),
    ]


async def _entries(house: House, kind: str) -> Sequence[RecordedEntry]:
    return await find_entries(house.database, Search(kind=kind))


# ── races ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_run_stays_behind_when_halts_come_and_go(opened: tuple[House, Company]) -> None:
    """Runs that are claimed while halts are set and lifted all end, with each effect once."""
    house, company = opened
    runs = [await tell(house, score(), number=number) for number in range(40)]

    async def come_and_go() -> None:
        for _ in range(3):
            await _stop(house, "worker:as-told")
            await _lift(house, "worker:as-told")

    await asyncio.gather(come_and_go(), work_at_once(house))
    await open_unhalted(house, house.clock.now())
    await settle(house)

    assert [await states_of(house, run) for run in runs] == [["done", "performed"]] * 40
    assert len(await company.effects()) == 40


async def test_a_run_that_began_to_wait_as_the_halt_was_lifted_is_found(opened: tuple[House, Company]) -> None:
    """A run that waits for a halt that is gone is opened by the schedule, once, however many processes look."""
    house, company = opened
    run = await tell(house, score())
    await _stop(house)
    await work(house)
    await rows_of(house, "UPDATE halt SET lifted_at = now()")
    before = await _jobs(house)

    await asyncio.gather(*(open_unhalted(house, house.clock.now()) for _ in range(5)))
    made = await _jobs(house) - before
    await work(house)

    assert made == 1
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_run_under_a_halt_is_not_opened_by_the_schedule(opened: tuple[House, Company]) -> None:
    """While a halt is in force, looking for runs that no halt holds opens nothing."""
    house, _ = opened
    run = await tell(house, score())
    await _stop(house)
    await work(house)

    await open_unhalted(house, house.clock.now())

    assert (await state_of(house, run))["waits_for"] == "halt"


async def _jobs(house: House) -> int:
    [row] = await rows_of(house, "SELECT count(*) FROM pgqueuer")
    return row["count"]


async def test_a_forgotten_run_is_enqueued_once(opened: tuple[House, Company]) -> None:
    """A run that no queue holds is found after a while, and by one of several processes only."""
    house, _ = opened
    run = await tell(house, score())
    await rows_of(house, "DELETE FROM pgqueuer")

    await find_forgotten(house, house.clock.now())
    at_once = await _jobs(house)
    house.clock.advance(minutes=1)
    await asyncio.gather(*(find_forgotten(house, house.clock.now()) for _ in range(8)))

    assert at_once == 0
    [job] = await rows_of(house, "SELECT payload FROM pgqueuer")
    assert UUID(bytes=job["payload"]) == run


async def test_a_waiting_run_is_not_forgotten(opened: tuple[House, Company]) -> None:
    """A run that waits for a person is left alone, however long it waits."""
    house, _ = opened
    await tell(house, notify())
    await work(house)
    await rows_of(house, "DELETE FROM pgqueuer")
    house.clock.advance(days=30)

    await find_forgotten(house, house.clock.now())

    assert await _jobs(house) == 0
