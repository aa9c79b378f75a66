"""A reversal is crashed at every place that writes: when it is requested, and when it is performed."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from remit.governance.approvals import Answer, answer
from remit.governance.halts import stop
from remit.governance.reviews import list_reviews
from remit.ledger.read import Search, find_entries
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.reversals import Request, request_reversal
from remit.store.database import Database
from tests.crash import children
from tests.crash.judging import faults_found
from tests.houses import opened_house, score, state_of, tell, work

_MANY = 60


async def _harm(house: House) -> list[str]:
    """Have a worker do many things, and stop it; give their keys."""
    runs = [await tell(house, score(), number=number) for number in range(_MANY)]
    await work(house)
    await stop(house.database, "worker:as-told", "all of it is wrong", "ken.ito", house.clock.now())
    return [f"{run}:1" for run in runs]


def _asked(key: str) -> Request:
    return Request(key=key, who="ken.ito", reason="it was wrong", arguments={"score": 72})


async def _request(house: House, key: str) -> UUID:
    return await request_reversal(house.database, house.connections.operations, _asked(key), house.clock.now())


async def _approve_all(house: House) -> None:
    for review in await list_reviews(house.database, limit=500):
        given = Answer(review=review["id"], person="nina.kowalski", verdict="approve")
        await answer(house.database, given, house.clock.now())


async def _crash_everywhere(url: str, child: Callable[..., None], arguments: list[Any]) -> int:
    """Kill a process at its first place, another at its second, and so on; give how many were, until one was not."""
    for crash_at, argument in enumerate(arguments, start=1):
        code = await asyncio.to_thread(children.run_child, child, url, crash_at, argument)
        if code == 0:
            return crash_at
        assert code == children.KILLED, f"the process ended with {code} instead of being killed"
    raise AssertionError("there is no end of places")


async def test_a_request_killed_at_any_place_is_made_once(database: Database, database_url: str) -> None:
    """A request whose process is killed is made again, and its action is taken back once."""
    async with opened_house(database) as (house, _):
        keys = await _harm(house)

        tried = await _crash_everywhere(database_url, children.take_back, [_asked(key) for key in keys])
        runs = [await _request(house, key) for key in keys[:tried]]
        await work(house)
        await _approve_all(house)
        await work(house)

        assert tried > 5
        assert [(await state_of(house, run))["state"] for run in runs] == ["done"] * tried
        assert len(await find_entries(database, Search(kind="reversal.requested"), limit=500)) == tried
        assert await faults_found(database, runs, effects_each=1) == []


async def test_a_reversal_killed_at_any_place_takes_effect_once(database: Database, database_url: str) -> None:
    """A reversal whose process is killed while it is performed under a halt ends with its effect and entry once."""
    async with opened_house(database) as (house, _):
        runs = [await _request(house, key) for key in await _harm(house)]
        await work(house)
        await _approve_all(house)

        tried = await _crash_everywhere(database_url, children.execute_run, list(runs))
        for run in runs[:tried]:
            await execute(house, run)

        assert tried > 5
        assert [(await state_of(house, run))["state"] for run in runs[:tried]] == ["done"] * tried
        assert await faults_found(database, runs[:tried], effects_each=1) == []
