"""Play every contestant in turn on the same ground, each time in an empty database and a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx

ROOT = Path(__file__).parent.parent.parent
FRAMEWORKS = ROOT / "bench" / ".venv" / "bin" / "python"
CONTESTANTS = {
    "bare": FRAMEWORKS,
    "remit": Path(sys.executable),
    "dbos": FRAMEWORKS,
    "langgraph": FRAMEWORKS,
    "procrastinate": FRAMEWORKS,
}
"""Who plays, and the interpreter that has what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What came of one contestant in one round."""

    contestant: str
    round: int
    count: int
    receive_seconds: float = 0.0
    process_seconds: float = 0.0
    recorded: int = 0
    performed: int = 0
    repeated: int = 0
    failure: str = ""

    @property
    def void(self) -> str:
        """Why the play does not count, empty when it does."""
        if self.failure or self.performed == self.recorded == self.count:
            return self.failure
        return f"{self.performed} effects and {self.recorded} records for {self.count} runs"

    @property
    def processed(self) -> float:
        """Runs a second, from the first run's beginning to the last record."""
        return self.count / self.process_seconds

    @property
    def received(self) -> float:
        """Events a second taken in."""
        return self.count / self.receive_seconds

    @property
    def end_to_end(self) -> float:
        """Runs a second, receiving included."""
        return self.count / (self.receive_seconds + self.process_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every play stands on."""

    server_url: str
    http_url: str
    count: int
    limit: float
    """seconds after which a play is ended and void"""


async def measure(ground: Ground, names: list[str], rounds: int) -> list[Play]:
    """Play every contestant once a round, each round beginning with another one."""
    plays: list[Play] = []
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            play = await _play(ground, name, number)
            plays.append(play)
            print(f"round {number + 1} {name}: {play.void or f'{play.processed:.0f} runs/s'}", file=sys.stderr)
    return plays


async def _play(ground: Ground, name: str, number: int) -> Play:
    async with _fresh_database(ground.server_url, f"{name}_{number}") as database_url:
        before = await _count_effects(ground.http_url)
        result = await _run_process(ground, name, [database_url, f"{name}-{number}"])
        after = await _count_effects(ground.http_url)
    performed = after["performed"] - before["performed"] - result.pop("warm_up", 0)
    repeated = after["repeated"] - before["repeated"]
    counted = {"performed": performed, "repeated": repeated}
    return Play(contestant=name, round=number, count=ground.count, **counted, **result)


async def _run_process(ground: Ground, name: str, place: list[str]) -> dict[str, Any]:
    command = [str(CONTESTANTS[name]), "-m", "bench.small_run.play", name, ground.http_url, str(ground.count), *place]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), ground.limit)
    except TimeoutError:
        return {"failure": f"not done after {ground.limit:.0f} s"}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not output:
        return {"failure": (errors.decode().strip().splitlines() or ["it printed nothing"])[-1]}
    return cast("dict[str, Any]", json.loads(output.splitlines()[-1]))


async def _count_effects(http_url: str) -> dict[str, int]:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{http_url}/effects")).raise_for_status().json()


@asynccontextmanager
async def _fresh_database(server_url: str, name: str) -> AsyncGenerator[str]:
    connection = cast("asyncpg.Connection[Any]", await asyncpg.connect(server_url))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.execute("CHECKPOINT")  # what the last play left to write is not this one's burden
        yield server_url.replace("/postgres?", f"/{name}?")
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
