"""What waiting costs: one `remit up` with no run waiting for a review, and the same with 100,000.

python bench/waiting.py [N]
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from remit import clock
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews
from remit.runtime.executor import execute
from remit.runtime.inbox import receive
from remit.runtime.runs import show_run
from remit.runtime.signal import Signal
from remit.store import embedded
from remit.store.database import Database, connect
from remit.store.migrate import migrate
from tests.houses import SAMPLE_WORKERS, opened_house

_SECONDS = 20

_MULTIPLY = """
WITH signals AS (
    INSERT INTO signal SELECT gen_random_uuid(), source, 'copy-' || n, type, subject, occurred_at, received_at,
        trace_id, requested_by, data FROM signal, generate_series(1, $1::int) AS n RETURNING id
), runs AS (
    INSERT INTO run (id, worker, version, signal, trigger, state, waits_for, reason, trace_id, opened_at, changed_at)
    SELECT gen_random_uuid(), run.worker, run.version, signals.id, run.trigger, 'waiting', 'review', run.reason,
        run.trace_id, run.opened_at, run.changed_at FROM signals, run RETURNING id
), steps AS (
    INSERT INTO step SELECT runs.id, number, kind, name, asked, result, recorded_at FROM runs, step
), actions AS (
    INSERT INTO action (run, step, worker, operation, arguments, state, decision, reason, decided_at)
    SELECT runs.id, step, worker, operation, arguments, state, decision, reason, decided_at FROM runs, action
)
INSERT INTO review SELECT gen_random_uuid(), runs.id, step, worker, domain, operation, kind, digest, requested_by,
    packet, arguments, roles, approvals, risk, state, opened_at, expires_at, answered_at FROM runs, review
"""


async def prepare(url: str) -> None:
    """Let one run wait for a review."""
    await migrate(url)
    database = await Database.open(url)
    async with opened_house(database) as (house, _):
        signal_ = Signal(source="bench", signal_id="1", type="test.asks_before", data={"account": "A-101"})
        received = await receive(database, house.roster, signal_, house.clock.now())
        await execute(house, received.runs[0])
    await database.close()


async def multiply(url: str, count: int) -> None:
    """Make many of the one that waits."""
    connection = await connect(url)
    await connection.execute(_MULTIPLY, count, timeout=600)
    await connection.execute("ANALYZE")
    await connection.close()


async def approve_one(url: str) -> float:
    """Approve one of them; give the seconds until its effect is recorded."""
    database = await Database.open(url)
    [row] = await list_reviews(database, limit=1)
    begun = time.perf_counter()
    await answer(database, Answer(review=row["id"], person="you", verdict="approve"), clock.now())
    while (await show_run(database, row["run"]))["state"] != "done":  # noqa: ASYNC110  # another process does it
        await asyncio.sleep(0.01)
    took = time.perf_counter() - begun
    await database.close()
    return took


def measure(process: psutil.Process) -> str:
    """Measure a process while it has nothing to do."""
    before = process.cpu_times()
    time.sleep(_SECONDS)
    after = process.cpu_times()
    used = (after.user + after.system - before.user - before.system) / _SECONDS
    return f"{process.memory_info().rss / 1e6:.0f} MB, {process.num_threads()} threads, {used:.1%} of a core"


def main(count: int) -> None:
    """Measure without and with many."""
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    server = embedded.start(directory / "server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "REMIT_DATABASE_URL": server.url,
        "REMIT_DATA_DIRECTORY": str(directory / "data"),
        "REMIT_WORKERS_DIRECTORY": str(SAMPLE_WORKERS),
        "REMIT_PORT": str(port),
    }
    asyncio.run(prepare(server.url))
    command = [sys.executable, "-m", "remit", "up", "--no-practice"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        time.sleep(8)
        watched = psutil.Process(process.pid)
        print(f"1 waiting: {measure(watched)}")
        begun = time.perf_counter()
        asyncio.run(multiply(server.url, count))
        print(f"{count} more made in {time.perf_counter() - begun:.0f} s")
        print(f"{count + 1} waiting: {measure(watched)}")
        print(f"one of them approved and performed in {asyncio.run(approve_one(server.url)) * 1000:.0f} ms")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
