"""Play one contestant once, in a process of its own, and print what came of it as one line of JSON."""

import asyncio
import importlib
import json
import sys
import time
from typing import Any

import uvloop

from bench.small_run.workload import Arena, Contestant, Event, spread

WARM_UP = 48
"""How many runs go before the measured ones, so that pools are open and code is loaded."""


async def play(name: str, arena: Arena, *, count: int, prefix: str) -> dict[str, Any]:
    """Warm up, then receive and process the measured events."""
    module = importlib.import_module(f"bench.small_run.contestants.{name}_run")
    async with module.enter(arena) as contestant:
        await _measure(contestant, count=WARM_UP, prefix=f"{prefix}-warm")
        received, processed = await _measure(contestant, count=count, prefix=f"{prefix}-run")
        recorded = await contestant.count_recorded()
    return {
        "receive_seconds": received,
        "process_seconds": processed,
        "recorded": recorded - WARM_UP,
        "warm_up": WARM_UP,
    }


async def _measure(contestant: Contestant, *, count: int, prefix: str) -> tuple[float, float]:
    events = [Event(key=f"{prefix}-{number}", account=number % 1000) for number in range(count)]
    begun = time.perf_counter()
    await spread(events, contestant.receive)
    received = time.perf_counter() - begun
    return received, await contestant.process(count)


def main() -> None:
    """Read the command line, which only the driver writes: who, business system, count, database, prefix of keys."""
    name, http_url, count, database_url, prefix = sys.argv[1:]
    arena = Arena(database_url=database_url, http_url=http_url)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(play(name, arena, count=int(count), prefix=prefix))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
