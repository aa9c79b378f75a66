"""Measure the small run: every contestant in turn, against one PostgreSQL and one business system, on this machine.

    python bench/small_run/run.py --n 500 --rounds 3 --only bare,procrastinate --json small_run.json

A play counts only if exactly n tasks were written and exactly n runs are on record; anything else is void.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, cast

import asyncpg

from bench.small_run.match import CONTESTANTS, FRAMEWORKS, ROOT, Ground, Play, measure
from remit.store import embedded

_MISSING = (
    "`bench/.venv` is missing. Make it with `.venv/bin/uv venv --python .venv/bin/python bench/.venv` and "
    "`.venv/bin/uv pip install --python bench/.venv/bin/python -r bench/small_run/requirements.txt`"
)


def read_command_line() -> argparse.Namespace:
    """Read what to measure."""
    parser = argparse.ArgumentParser(description="Measure the small run.")
    parser.add_argument("--n", type=int, default=1000, help="runs a play")
    parser.add_argument("--rounds", type=int, default=3, help="plays a contestant")
    parser.add_argument("--only", default="", help=f"some of {','.join(CONTESTANTS)}; all that are written by default")
    parser.add_argument("--json", type=Path, help="where to write every play")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a play is void")
    given = parser.parse_args()
    given.names = [name for name in given.only.split(",") if name] or _list_written()
    if unknown := set(given.names) - CONTESTANTS.keys():
        parser.error(f"unknown contestant `{unknown.pop()}`. There are {', '.join(CONTESTANTS)}")
    if given.n < 1 or given.rounds < 1:
        parser.error("`--n` and `--rounds` begin at 1")
    if any(CONTESTANTS[name] == FRAMEWORKS for name in given.names) and not FRAMEWORKS.exists():
        parser.error(_MISSING)
    return given


def _list_written() -> list[str]:
    here = Path(__file__).parent / "contestants"
    return [name for name in CONTESTANTS if (here / f"{name}_run.py").exists()]


async def main(given: argparse.Namespace) -> int:
    """Start what is needed, measure, stop what was started, and print."""
    task = cast("asyncio.Task[int]", asyncio.current_task())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with _embedded_server() as server_url, _business_system() as http_url:
        ground = Ground(server_url=server_url, http_url=http_url, count=given.n, limit=given.limit)
        machine = await _describe(server_url)
        plays = await measure(ground, given.names, given.rounds)
    print(" ".join(f"{name}={value}" for name, value in machine.items()))
    _print_table(plays, given.names)
    if given.json:
        report = {"machine": machine, "plays": [asdict(play) | {"void": play.void} for play in plays]}
        given.json.write_text(json.dumps(report, indent=2) + "\n")
    return int(any(play.void for play in plays))


@asynccontextmanager
async def _embedded_server() -> AsyncGenerator[str]:
    directory = Path(tempfile.mkdtemp(prefix="small-run-"))
    server = embedded.start(directory)
    try:
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@asynccontextmanager
async def _business_system() -> AsyncGenerator[str]:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "bench.small_run.server"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        port = int(await cast("asyncio.StreamReader", process.stdout).readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        cast("asyncio.StreamWriter", process.stdin).close()
        await process.wait()


async def _describe(server_url: str) -> dict[str, str]:
    connection = cast("asyncpg.Connection[Any]", await asyncpg.connect(server_url))
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    settings = {name: str(await connection.fetchval(f"SHOW {name}")) for name in names}
    await connection.close()
    return {"cores": str(os.cpu_count()), "python": platform.python_version(), **settings}


def _print_table(plays: list[Play], names: list[str]) -> None:
    valid = [play for play in plays if not play.void]
    bare = {play.round: play.processed for play in valid if play.contestant == "bare"}
    print(
        f"{'contestant':15}{'runs/s':>8}{'min':>8}{'max':>8}{'of bare':>9}{'end to end':>12}{'received':>10}  exactly n"
    )
    for name in names:
        own = [play for play in valid if play.contestant == name]
        voids = [play.void for play in plays if play.contestant == name and play.void]
        if not own:
            print(f"{name:15}  void: {voids[0]}")
            continue
        speeds = [play.processed for play in own]
        shares = [play.processed / bare[play.round] for play in own if play.round in bare]
        print(
            f"{name:15}{median(speeds):8.0f}{min(speeds):8.0f}{max(speeds):8.0f}"
            f"{f'{median(shares):.2f}' if shares else '-':>9}"
            f"{median(play.end_to_end for play in own):12.0f}{median(play.received for play in own):10.0f}"
            f"  {f'void {len(voids)} times: {voids[0]}' if voids else 'yes'}"
        )


if __name__ == "__main__":
    sys.exit(asyncio.run(main(read_command_line())))
