"""What runs in processes that are killed: started by a fork server, so that each costs milliseconds."""

import asyncio
import multiprocessing
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from remit.clock import now
from remit.governance.approvals import Answer, answer
from remit.governance.halts import stop as set_halt
from remit.runtime.dispatcher import dispatch
from remit.runtime.executor import execute
from remit.runtime.inbox import receive
from remit.runtime.reversals import Request, request_reversal
from remit.runtime.schedule import keep_time
from remit.runtime.signal import Signal
from tests.crash.crashing import CrashingDatabase, Places
from tests.houses import opened_house

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.crash.children"])

KILLED = -9


def run_child(work: Callable[..., None], *arguments: object) -> int:
    """Run a function in a process of its own; give its exit code, -9 when it was killed."""
    process = _context.Process(target=work, args=arguments)
    process.start()
    process.join(60)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
        raise AssertionError("the process hung")
    return code


def start_child(work: Callable[..., None], *arguments: object) -> Any:
    """Start a function in a process of its own."""
    process = _context.Process(target=work, args=arguments)
    process.start()
    return process


def _with_house(url: str, crash_at: int, work: Callable[[Any], Coroutine[Any, Any, object]]) -> None:
    async def go() -> None:
        database = await CrashingDatabase.open(url)
        database.places = Places(0)
        async with opened_house(database) as (house, _):
            database.places = Places(crash_at)
            await work(house)
        await database.close()

    asyncio.run(go())


def execute_run(url: str, crash_at: int, run: UUID) -> None:
    """Go on with a run, and die at a place."""
    _with_house(url, crash_at, lambda house: execute(house, run))


def receive_signal(url: str, crash_at: int, signal: Signal) -> None:
    """Take a signal in, and die at a place."""
    _with_house(url, crash_at, lambda house: receive(house.database, house.roster, signal, house.clock.now()))


def answer_review(url: str, crash_at: int, given: Answer) -> None:
    """Answer a review, and die at a place."""
    _with_house(url, crash_at, lambda house: answer(house.database, given, house.clock.now()))


def halt_everything(url: str, crash_at: int) -> None:
    """Set a halt, and die at a place."""
    _with_house(url, crash_at, lambda house: set_halt(house.database, "everything", "a drill", "you", now()))


def take_back(url: str, crash_at: int, request: Request) -> None:
    """Request that an action is taken back, and die at a place."""
    _with_house(
        url, crash_at, lambda house: request_reversal(house.database, house.connections.operations, request, now())
    )


def keep_working(url: str) -> None:
    """Work as a process of the house does, until killed."""
    _with_house(url, 0, _work_forever)


async def _work_forever(house: Any) -> None:
    stop = asyncio.Event()
    await asyncio.gather(dispatch(house, concurrency=8, stop=stop), keep_time(house, stop=stop))
