"""A storm: processes work on runs while others kill them with -9 at random moments, and people answer twice."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from remit.clock import now
from remit.errors import RemitError
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.run import RunState
from remit.runtime.runs import RunFilter, list_runs
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.crash import children

PROCESSES = 2
_LONGEST = 300.0  # seconds until a storm counts as hung


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How hard it blows."""

    runs: int
    reviews: int
    """of the runs, how many ask a person first"""
    kills: int
    calm: tuple[float, float] = (0.3, 1.5)
    """seconds between two kills, at least and at most"""
    seed: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What the storm left."""

    doubles: list[UUID]
    """runs of two writes"""
    asked: list[UUID]
    """runs of one reviewed write"""
    kills: int
    recovery: float
    """seconds from a kill until every run that was worked on then was taken up again or settled; the longest"""


async def blow(house: House, url: str, weather: Weather) -> After:
    """Send the signals, blow, and wait until every run is settled."""
    doubles = await _send(house, "test.double_write", weather.runs - weather.reviews)
    asked = await _send(house, "test.asks_before", weather.reviews)
    processes = [children.start_child(children.keep_working, url) for _ in range(PROCESSES)]
    answering = asyncio.create_task(_answer_twice(house.database, weather.reviews))
    try:
        recoveries = await _kill(house.database, processes, url, weather)
        await _until_settled(house.database, weather.runs)
        longest = max(await asyncio.gather(*recoveries), default=0.0)
        return After(doubles=doubles, asked=asked, kills=len(recoveries), recovery=longest)
    finally:
        answering.cancel()
        for process in processes:
            process.kill()
            process.join()


async def _send(house: House, type_: str, count: int) -> list[UUID]:
    runs: list[UUID] = []
    for number in range(count):
        signal = Signal(source="storm", signal_id=f"{type_}-{number}", type=type_, data={"account": "A-101"})
        runs += (await receive(house.database, house.roster, signal, house.clock.now())).runs
    return runs


async def _kill(database: Database, processes: list[Any], url: str, weather: Weather) -> list[asyncio.Task[float]]:
    """Kill a process at random and start another, until enough were killed or nothing is left to work on."""
    dice = random.Random(weather.seed)
    recoveries: list[asyncio.Task[float]] = []
    for _ in range(weather.kills):
        await asyncio.sleep(dice.uniform(*weather.calm))
        if await _left(database, weather.runs) == 0:
            break
        victim = dice.randrange(len(processes))
        processes[victim].kill()
        processes[victim].join()
        recoveries.append(asyncio.create_task(_recovery(database)))
        processes[victim] = children.start_child(children.keep_working, url)
    return recoveries


async def _recovery(database: Database) -> float:
    """Measure until every run that is being worked on now was claimed anew, or came to its end."""
    begun = time.monotonic()
    at_work = await _at_work(database)
    while at_work and time.monotonic() - begun < _LONGEST:
        await asyncio.sleep(0.05)
        at_work &= await _at_work(database)
    return time.monotonic() - begun


async def _at_work(database: Database) -> set[tuple[UUID, datetime]]:
    rows = await list_runs(database, RunFilter(state=RunState.RUNNING, limit=500))
    return {(row["id"], row["changed_at"]) for row in rows}


async def _answer_twice(database: Database, count: int) -> None:
    """Let two people answer every review at the same time, as it comes up."""
    answered: set[UUID] = set()
    while len(answered) < count:
        rows = [row["id"] for row in await list_reviews(database, limit=500) if row["id"] not in answered]
        for review in rows:
            await asyncio.gather(*(_answer(database, review, person) for person in ("you", "nina.kowalski", "you")))
            answered.add(review)
        await asyncio.sleep(0.1)


async def _answer(database: Database, review: UUID, person: str) -> None:
    try:
        await answer(database, Answer(review=review, person=person, verdict="approve"), now())
    except RemitError:
        return  # the other one was first


async def _until_settled(database: Database, runs: int) -> None:
    until = time.monotonic() + _LONGEST
    while await _left(database, runs):
        if time.monotonic() > until:
            raise AssertionError(f"not settled after {_LONGEST} s: {await _states(database)}")
        await asyncio.sleep(0.05)


async def _left(database: Database, runs: int) -> int:
    over = {"done", "exception", "stopped"}
    return runs - sum(row["runs"] for row in await _states(database) if row["state"] in over)


async def _states(database: Database) -> Sequence[Any]:
    return await database.fetch("count_runs")
