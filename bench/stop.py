"""How fast the kill switch answers while two processes work, and what begins after it has.

python bench/stop.py [ROUNDS]
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from remit.clock import now
from remit.governance.halts import lift, stop
from remit.practice.effects import effects
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate
from tests.crash import children
from tests.crash.storm import PROCESSES
from tests.houses import opened_house

_RUNS = 300  # a round: enough that both processes are busy when the halt comes


async def main(url: str, rounds: int) -> int:
    """Halt everything under load, again and again."""
    await migrate(url)
    database = await Database.open(url)
    answers: list[float] = []
    late = listed = 0
    async with opened_house(database) as (house, company):
        processes = [children.start_child(children.keep_working, url) for _ in range(PROCESSES)]
        for turn in range(rounds):
            done = len(await company.effects())
            for number in range(_RUNS):
                data = {"account": "A-101"}
                signal = Signal(source="load", signal_id=f"{turn}-{number}", type="test.double_write", data=data)
                await receive(database, house.roster, signal, now())
            while len(await effects(database)) < done + 40:  # noqa: ASYNC110  # other processes do it
                await asyncio.sleep(0.02)
            begun = time.perf_counter()
            report = await stop(database, "everything", "a drill", "you", now())
            answers.append(time.perf_counter() - begun)
            answered = now()
            await asyncio.sleep(1.5)
            after = [each for each in await effects(database) if each.asked_at > answered]
            late += len([each for each in after if each.key not in report.in_flight])
            listed += len(report.in_flight) + len(report.settled)
            await lift(database, "everything", "the drill is over", "ken.ito", now())
        for process in processes:
            process.kill()
            process.join()
    await database.close()
    print(f"{rounds} halts under load on {PROCESSES} processes; answered in {median(answers) * 1000:.0f} ms at the")
    print(
        f"median, {max(answers) * 1000:.0f} ms at most; {listed} in flight and listed; begun after the answer: {late}"
    )
    return 1 if late else 0


if __name__ == "__main__":
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    server = embedded.start(directory)
    try:
        sys.exit(asyncio.run(main(server.url, int(sys.argv[1]) if len(sys.argv) > 1 else 10)))
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
