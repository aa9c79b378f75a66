"""A storm of thousands: processes killed with -9 at random while they work; judged by the systems' own logs.

python bench/crash.py --runs 3000 --reviews 500 --kills 60
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from remit.runtime.runs import RunFilter, list_runs
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate
from tests.crash.judging import faults_found
from tests.crash.storm import PROCESSES, Weather, blow
from tests.houses import opened_house


async def main(weather: Weather, url: str) -> int:
    """Blow once; print what was found; give 1 when anything was lost, doubled or not recorded."""
    await migrate(url)
    database = await Database.open(url)
    begun = time.monotonic()
    async with opened_house(database) as (house, _):
        after = await blow(house, url, weather)
        took = time.monotonic() - begun
        faults = await faults_found(database, after.doubles, effects_each=2)
        faults += await faults_found(database, after.asked, effects_each=1)
        exceptions = await list_runs(database, RunFilter(state="exception", limit=500))
    await database.close()
    print(f"{weather.runs} runs, {weather.reviews} of them reviewed and answered three times, {PROCESSES} processes")
    print(f"{after.kills} processes killed in {took:.0f} s; the longest recovery took {after.recovery:.1f} s")
    print(f"lost, doubled or not recorded: {len(faults)}; ended as exception: {len(exceptions)}")
    for line in (*faults[:20], *(row["reason"] for row in exceptions[:20])):
        print(f"  {line}")
    return 1 if faults or exceptions else 0


def read_command_line() -> Weather:
    """Read how hard to blow."""
    parser = argparse.ArgumentParser(description="Kill processes at random and judge what is left.")
    parser.add_argument("--runs", type=int, default=3000)
    parser.add_argument("--reviews", type=int, default=500)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    return Weather(runs=given.runs, reviews=given.reviews, kills=given.kills, seed=given.seed)


if __name__ == "__main__":
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    server = embedded.start(directory)
    try:
        sys.exit(asyncio.run(main(read_command_line(), server.url)))
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
