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
from tests.houses import (
    done_of,
    notify,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    tell,
    until,
    work,
    work_at_once,
)

WAITS_FOR_INTENTS = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def _stop(house: House, scope: str = "everything", who: str = "you") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", who, house.clock.now())


async def _lift(house: House, scope: str = "everything", who: str = "ken.ito") -> int:
    return await lift(house.database, scope, "it is mended", who, house.clock.now())


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

    [job] = await rows_of(house, "DELETE FROM pgqueuer RETURNING payload")
    await find_forgotten(house, house.clock.now())
    again = await _jobs(house)

    assert (at_once, again) == (0, 0)
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


async def test_a_halt_waits_for_an_intent_that_is_being_written(opened: tuple[House, Company]) -> None:
    """An intent that read the halts before this one was set is committed first, and listed: it never slips through."""
    house, company = opened
    run = await tell(house, score())
    async with house.database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE action IN SHARE ROW EXCLUSIVE MODE")
        working = asyncio.create_task(execute(house, run))
        await until(lambda: rows_of(house, "SELECT 1 FROM pg_locks WHERE NOT granted"))

        stopping = asyncio.create_task(_stop(house))

        async def is_decided() -> object:
            return stopping.done() or await rows_of(house, WAITS_FOR_INTENTS)

        await until(is_decided)
        answered_early = stopping.done()
        await transaction.commit()

    report = await stopping
    await working
    assert not answered_early
    assert {*report.in_flight, *report.settled} == {f"{run}:1"}
    assert await done_of(company) == ["crm.set_health_score 1"]
