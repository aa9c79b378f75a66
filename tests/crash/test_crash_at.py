"""Every place that writes is crashed at once: the process is killed there, and another goes on from the rows."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from remit.clock import now
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews
from remit.ledger.read import Search, find_entries
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.run import RunState
from remit.runtime.runs import RunFilter, list_runs
from remit.runtime.schedule import find_forgotten, wake_runs
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.crash import children
from tests.crash.judging import faults_found
from tests.houses import opened_house, send, state_of, work

_MOST_PLACES = 200


def _signal(type_: str, number: int) -> Signal:
    return Signal(source="test", signal_id=str(number), type=type_, data={"account": "A-101"})


async def _crash_everywhere(url: str, prepare: Callable[[int], tuple[Callable[..., None], object]]) -> int:
    """Kill a process at its first place, another at its second, and so on, until one comes to its end."""
    for crash_at in range(1, _MOST_PLACES):
        work_of_child, argument = prepare(crash_at)
        code = await asyncio.to_thread(children.run_child, work_of_child, url, crash_at, argument)
        if code == 0:
            return crash_at - 1
        assert code == children.KILLED, f"the process ended with {code} instead of being killed"
    raise AssertionError("there is no end of places")


async def test_a_run_killed_at_any_place_takes_effect_once(database: Database, database_url: str) -> None:
    """A run whose process is killed at any write or commit ends with each effect once and each entry once."""
    async with opened_house(database) as (house, _):
        runs = [(await send(house, _signal("test.double_write", number)))[0] for number in range(_MOST_PLACES)]

        places = await _crash_everywhere(database_url, lambda crash_at: (children.execute_run, runs[crash_at]))
        tried = runs[1 : places + 2]
        for run in tried:
            await _finish(house, run)

        assert places > 10
        assert [(await state_of(house, run))["state"] for run in tried] == ["done"] * len(tried)
        assert await faults_found(database, tried, effects_each=2) == []


async def _finish(house: House, run: UUID) -> None:
    """Go on with a run as the dispatcher and the clock would, moving the clock on while it waits for a system."""
    for _ in range(10):
        await execute(house, run)
        row = await state_of(house, run)
        if row["state"] != RunState.WAITING:
            return
        house.clock.advance(seconds=30)
        await wake_runs(house, house.clock.now())


async def test_a_signal_killed_at_any_place_opens_its_runs_once(database: Database, database_url: str) -> None:
    """A signal whose process is killed while it is taken in is taken in once when it is sent again."""
    async with opened_house(database) as (house, _):
        places = await _crash_everywhere(
            database_url, lambda crash_at: (children.receive_signal, _signal("test.double_write", crash_at))
        )
        for number in range(1, places + 2):
            await send(house, _signal("test.double_write", number))
        await work(house)

        rows = await list_runs(database, RunFilter(limit=500))
        received = await find_entries(database, Search(kind="signal.received"), limit=500)
        assert places > 3
        assert [row["state"] for row in rows] == ["done"] * (places + 1)
        assert len(received) == places + 1
        assert await faults_found(database, [row["id"] for row in rows], effects_each=2) == []


async def test_an_answer_killed_at_any_place_counts_once(database: Database, database_url: str) -> None:
    """An answer whose process is killed is given again, by a second person at the same time too, and counts once."""
    async with opened_house(database) as (house, _):
        for number in range(40):
            await send(house, _signal("test.asks_before", number))
        await work(house)
        reviews = [row["id"] for row in await list_reviews(database, limit=500)]

        def given(crash_at: int) -> Answer:
            return Answer(review=reviews[crash_at], person="you", verdict="approve")

        places = await _crash_everywhere(database_url, lambda crash_at: (children.answer_review, given(crash_at)))
        for review in reviews[1 : places + 2]:
            twice = [
                answer(database, Answer(review=review, person=person, verdict="approve"), now())
                for person in ("you", "nina.kowalski")
            ]
            await asyncio.gather(*twice, return_exceptions=True)
        await find_forgotten(house, now() + timedelta(minutes=5))
        await work(house)

        answered = [row["run"] for row in await list_reviews(database, state="used", limit=500)]
        assert places > 3
        assert len(answered) == places + 1
        assert await faults_found(database, answered, effects_each=1) == []


async def test_a_halt_killed_at_any_place_is_set_whole_or_not_at_all(database: Database, database_url: str) -> None:
    """A halt whose process is killed stands in the ledger exactly if it is in force."""
    in_force = 0
    async with opened_house(database):
        for crash_at in range(1, _MOST_PLACES):
            code = await asyncio.to_thread(children.run_child, children.halt_everything, database_url, crash_at)
            in_force = len(await database.fetch("list_halts"))
            entries = len(await find_entries(database, Search(kind="halt.set")))
            assert entries == in_force
            if in_force:
                break
            assert code == children.KILLED

        assert in_force == 1


@pytest.mark.parametrize("kind", ["timeout", "error_after", "drop"])
async def test_a_run_killed_while_a_system_fails_takes_effect_once(
    database: Database, database_url: str, kind: str
) -> None:
    """When the system fails and then the process is killed, the effects are still each there once."""
    async with opened_house(database, time_limit=0.5) as (house, company):
        runs = [(await send(house, _signal("test.double_write", number)))[0] for number in range(8)]
        for place, run in enumerate(runs):
            await company.fail("tasks", "create_task", kind, times=1, seconds=0.6)
            await asyncio.to_thread(children.run_child, children.execute_run, database_url, 12 + place, run)
            await company.heal()
            await _finish(house, run)

        assert await faults_found(database, runs, effects_each=2) == []
