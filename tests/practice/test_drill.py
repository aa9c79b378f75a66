import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from remit.connections.connections import Connections
from remit.errors import Conflict, InputInvalid, NotAllowed, SettingsInvalid
from remit.governance import drills
from remit.governance.gateway import Gateway
from remit.governance.halts import list_halts, stop
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.practice import drill
from remit.practice.company import Company
from remit.practice.drill import SCOPE, hold_drill, keep_drills
from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from tests.houses import rows_of, until

WHO = "ken.ito"


@asynccontextmanager
async def _at_work(house: House) -> AsyncGenerator[None]:
    stopped = asyncio.Event()
    working = asyncio.create_task(dispatch(house, concurrency=4, stop=stopped))
    try:
        yield
    finally:
        stopped.set()
        await working


async def test_a_drill_passes_when_nothing_begins_after_the_answer(opened: tuple[House, Company]) -> None:
    """A drill stops a worker under load, sees that nothing begins any more, lets it go on, and is recorded."""
    house, company = opened
    async with _at_work(house):
        result = await hold_drill(house, WHO, watch_for=0.5)

    assert result is not None
    assert (result.faults, result.late_effects, len(result.confirmed)) == ((), 0, 1)
    assert result.has_passed
    [row] = await drills.list_drills(house.database)
    [entry] = await find_entries(house.database, Search(kind="drill.performed"))
    assert (row["has_passed"], entry.body["answered_in"]) == (True, result.answered_in)
    assert len(await company.effects()) == 60
    assert await list_halts(house.database) == []


async def test_a_drill_stops_nothing_else_and_alarms_nobody(opened: tuple[House, Company]) -> None:
    """The halt of a drill covers its own worker, opens no incident and tells no owner."""
    house, _ = opened
    async with _at_work(house):
        await hold_drill(house, WHO, watch_for=0.1)

    scopes = [row["scope"] for row in await rows_of(house, "SELECT scope FROM halt")]
    assert scopes == [SCOPE]
    assert await rows_of(house, "SELECT id FROM incident") == []
    assert await rows_of(house, "SELECT id FROM notice WHERE kind LIKE 'halt.%'") == []


async def test_a_drill_in_an_idle_house_fails(opened: tuple[House, Company], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process is at work there is nothing to stop: the drill says so, and technical owners are told."""
    house, _ = opened
    monkeypatch.setattr(drill, "_PATIENCE", 0.1)

    result = await hold_drill(house, WHO, watch_for=0.1)

    assert result is not None
    assert not result.has_passed
    assert "Start `remit up`" in result.faults[0]
    told = await rows_of(house, "SELECT recipient FROM notice WHERE kind = 'drill.failed'")
    assert "role:technical-owner@finance" in {row["recipient"] for row in told}


async def test_a_guilty_house_fails_its_drill(opened: tuple[House, Company], monkeypatch: pytest.MonkeyPatch) -> None:
    """A house in which writes begin after the answer does not pass."""
    house, _ = opened
    told = drill.carry_out

    async def answer_and_go_on(database: object, order: object, now: object) -> object:
        report = await told(database, order, now)  # type: ignore[arg-type]  # handed on as it came
        await drill.lift_drill(house.database, SCOPE, house.clock.now())
        return report

    monkeypatch.setattr(drill, "carry_out", answer_and_go_on)
    monkeypatch.setattr(drill, "_PATIENCE", 5)  # who met the halt while it was lifted is woken by the clock, not here
    async with _at_work(house):
        result = await hold_drill(house, WHO, watch_for=1)

    assert result is not None
    assert not result.has_passed
    assert result.late_effects > 0


async def test_a_drill_under_a_halt_of_people_is_no_drill(opened: tuple[House, Company]) -> None:
    """Whoever stopped the worker of the drill for a reason is not overruled by a drill."""
    house, _ = opened
    async with _at_work(house):
        await hold_drill(house, WHO, watch_for=0.1)
        await stop(house.database, SCOPE, "it gets in the way", "you", house.clock.now())
        result = await _held_with_little_patience(house)

    assert result is not None
    assert not result.has_passed
    assert [row["scope"] for row in await list_halts(house.database)] == [SCOPE]


async def _held_with_little_patience(house: House) -> drills.Drilled | None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drill, "_PATIENCE", 0.2)
        return await hold_drill(house, WHO, watch_for=0.1)


async def test_not_everybody_drills(opened: tuple[House, Company]) -> None:
    """Holding and planning drills is for technical owners."""
    house, _ = opened

    with pytest.raises(NotAllowed):
        await hold_drill(house, "jonas.weber")
    with pytest.raises(NotAllowed):
        await drills.plan_drills(house.database, "0 9 1 * *", "jonas.weber", house.clock.now())

    assert await drills.list_drills(house.database) == []


async def test_a_drill_needs_practice_systems_and_people(opened: tuple[House, Company]) -> None:
    """Without the practice company, or without somebody who answers for the worker, no drill begins."""
    house, _ = opened
    none = Connections()
    bare = replace(house, connections=none, gateway=Gateway(house.database, none, house.clock))

    with pytest.raises(SettingsInvalid, match="practice systems"):
        await hold_drill(bare, WHO)
    await rows_of(house, "UPDATE person SET roles = array_remove(roles, 'risk-owner')")
    with pytest.raises(SettingsInvalid, match="risk-owner"):
        await hold_drill(house, WHO)


@pytest.mark.parametrize("cron", ["", "never", "* * * * *", "*/10 * * * *", "0 0 31 2 *", "a\x00b", "1" * 1000])
async def test_a_plan_that_means_nothing_is_refused(opened: tuple[House, Company], cron: str) -> None:
    """A plan is five fields that come round, and not more than once an hour."""
    house, _ = opened

    with pytest.raises(InputInvalid):
        await drills.plan_drills(house.database, cron, WHO, house.clock.now())


async def test_a_planned_drill_is_held_once(opened: tuple[House, Company]) -> None:
    """When the moment has come the drill is held, by one of several processes, and not again before the next."""
    house, _ = opened
    await drills.plan_drills(house.database, "0 9 1 * *", WHO, house.clock.now())
    early = await drills.find_due(house.database, house.clock.now())
    house.clock.advance(days=32)
    stopped = asyncio.Event()

    async with _at_work(house):
        keeping = [asyncio.create_task(keep_drills(house, stop=stopped)) for _ in range(2)]

        async def is_held() -> bool:
            return any(row["ended_at"] for row in await drills.list_drills(house.database))

        await until(is_held)
        stopped.set()
        await asyncio.gather(*keeping)

    assert early is None
    [row] = await drills.list_drills(house.database)
    assert row["has_passed"]
    assert await drills.find_due(house.database, house.clock.now()) is None


async def test_two_people_hold_one_drill_at_a_time(opened: tuple[House, Company]) -> None:
    """Whoever begins a drill while another is under way hears so; one that died is not waited for."""
    house, _ = opened
    now = house.clock.now()
    await drills.begin_drill(house.database, WHO, now, due_at=None)

    with pytest.raises(Conflict):
        await drills.begin_drill(house.database, WHO, now, due_at=None)

    assert await drills.begin_drill(house.database, WHO, now + timedelta(minutes=6), due_at=None) is not None


async def test_an_overdue_drill_is_told_once(opened: tuple[House, Company]) -> None:
    """A day after a drill was due and not held, technical owners hear of it, once."""
    house, _ = opened
    await save_person(house.database, Person(id="tess", name="Tess", roles=("technical-owner",)))
    await drills.plan_drills(house.database, "0 9 * * *", "tess", house.clock.now())
    await drills.tell_overdue(house.database, house.clock.now() + timedelta(hours=23))
    early = await rows_of(house, "SELECT id FROM notice WHERE kind = 'drill.missed'")

    for _ in range(3):
        await drills.tell_overdue(house.database, house.clock.now() + timedelta(hours=49))

    told = await rows_of(house, "SELECT recipient FROM notice WHERE kind = 'drill.missed'")
    assert early == []
    assert len(told) == len({row["recipient"] for row in told}) == 6
