import asyncio
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

LONGEST_STOP = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Running:
    """A house that runs as its own process, as `make up` starts it."""

    process: asyncio.subprocess.Process
    address: str
    code: str
    """of the link that signs in whoever started it"""


async def start(home: Path) -> Running:
    """Start a house and read where it is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REMIT_")}
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("remit")),
        *("up", "--port", "0", "--no-practice"),
        env=environment | {"REMIT_DATA_DIRECTORY": str(home)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(90):
        while line := (await process.stdout.readline()).decode():
            if found := re.search(r"Open (http\S+?)/sign-in\?code=(\S+)", line):
                return Running(process, found[1], found[2])
    raise AssertionError("it never said where it is")


async def stop(running: Running) -> float:
    """Tell it to stop; give how many seconds it took."""
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.wait(), 60)
    return time.monotonic() - began


async def test_open_streams_do_not_keep_it_from_stopping(home: Path) -> None:
    """SIGTERM ends a house with twenty open streams of news at once, and each stream ends as it should."""
    running = await start(home)
    ended: list[str] = []

    async def read(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/live") as stream:
            async for line in stream.aiter_lines():
                ended.append(line)  # noqa: PERF401  # each as it comes
        ended.append("end")

    async with httpx.AsyncClient(base_url=running.address, timeout=60) as client:
        await client.post("/sign-in/link", data={"code": running.code})
        readers = [asyncio.create_task(read(client)) for _ in range(20)]
        while ended.count("retry: 2000") < len(readers):  # noqa: ASYNC110  # each has begun
            await asyncio.sleep(0.01)
        took = await stop(running)
        await asyncio.gather(*readers)

    assert running.process.returncode == 0
    assert ended.count("end") == len(readers)
    assert took < LONGEST_STOP


async def test_a_session_outlives_a_restart(home: Path) -> None:
    """After a restart the same browser is still signed in."""
    running = await start(home)
    async with httpx.AsyncClient() as browser:
        await browser.post(f"{running.address}/sign-in/link", data={"code": running.code})
        await stop(running)
        again = await start(home)
        page = await browser.get(f"{again.address}/reviews")
        await stop(again)

    assert page.status_code in {200, 303}
    assert "/sign-in" not in page.headers.get("location", "")
