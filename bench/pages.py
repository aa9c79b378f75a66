"""What the control plane costs with a large ledger and a full inbox. `python bench/pages.py [ENTRIES] [REVIEWS]`.

One `remit up` serves a house with that many entries and open reviews. Measured are the answers over HTTP, what a real
browser sees of them, and what idle browsers cost.
"""

import asyncio
import os
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import httpx
import psutil
from playwright.async_api import async_playwright

from bench.search import OF_STORY, fill, settle
from bench.waiting import multiply, prepare
from remit.ledger.key import load_signer
from remit.ledger.sequencer import drain
from remit.store import embedded
from remit.store.database import Database
from tests.houses import SAMPLE_WORKERS
from tests.pages.conftest import CHROMIUM, FLAGS
from tests.pages.test_every_page import PATHS

_TRIES = 40
_CLIENTS = 100
_SECONDS = 20
_GOAL = 100.0  # milliseconds
_FILTERED = (
    "/?from=30d&compare=previous",
    "/ledger?worker=worker-7",
    "/ledger?account=A-1",
    "/ledger?kind=review.answered",
    "/ledger?since=2025-01-01&until=2025-01-08",
    "/runs?state=waiting",
)


async def main(entries: int, reviews: int) -> None:
    """Fill a house, serve it, and measure."""
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    server = embedded.start(directory / "server")
    try:
        await prepare(server.url)
        await multiply(server.url, reviews)
        database = await Database.open(server.url)
        await fill(database, entries // OF_STORY)
        await drain(database, load_signer(directory / "data"))
        await settle(database)
        await database.close()
        await _served(server.url, directory / "data")
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


async def _served(url: str, data: Path) -> None:
    environment = os.environ | {
        "REMIT_DATABASE_URL": url,
        "REMIT_DATA_DIRECTORY": str(data),
        "REMIT_WORKERS_DIRECTORY": str(SAMPLE_WORKERS),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "remit", "up", "--no-practice", "--port", "0"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        address, code = await _way_in(process)
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            await client.post("/sign-in/link", data={"code": code})
            await _answers(client)
            await _idle(client, psutil.Process(process.pid))
            cookies = [{"name": name, "value": value, "url": address} for name, value in client.cookies.items()]
        await _browser(address, cookies)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _way_in(process: asyncio.subprocess.Process) -> tuple[str, str]:
    while line := (await cast("asyncio.StreamReader", process.stdout).readline()).decode():
        if found := re.search(r"Open (http\S+?)/sign-in\?code=(\S+)", line):
            return found[1], found[2]
    raise RuntimeError("the house did not start")


async def _answers(client: httpx.AsyncClient) -> None:
    """Ask for every page, and follow where the inbox leads."""
    inboxes = ("/reviews", "/reviews?show=open", "/reviews?show=open&domain=customer_experience&risk=low")
    items = [(await client.get(path)).headers["location"] for path in inboxes]
    for path in dict.fromkeys((*PATHS, *items, *_FILTERED)):
        times: list[float] = []
        size = 0
        for _ in range(_TRIES):
            began = time.perf_counter()
            answer = (await client.get(path, follow_redirects=True)).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
            size = len(answer.content)
        p95 = sorted(times)[int(_TRIES * 0.95) - 1]
        mark = "ok" if p95 < _GOAL else "!!"
        shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path)
        print(f"{mark} {shown}: p95 {p95:.0f} ms, median {statistics.median(times):.0f} ms, {size / 1000:.0f} kB")


async def _idle(client: httpx.AsyncClient, process: psutil.Process) -> None:
    """Hold many streams of news open, and see what they cost."""
    memory, used = process.memory_info().rss, _cpu(process)
    await asyncio.sleep(_SECONDS)
    alone = _cpu(process) - used
    opened = asyncio.Semaphore(0)

    async def hold() -> None:
        limits = httpx.Limits(max_connections=1)
        async with (
            httpx.AsyncClient(base_url=client.base_url, cookies=client.cookies, limits=limits) as one,
            one.stream("GET", "/live", timeout=None) as stream,
        ):
            async for _ in stream.aiter_lines():
                opened.release()

    holding = [asyncio.create_task(hold()) for _ in range(_CLIENTS)]
    for _ in holding:
        await opened.acquire()
    used = _cpu(process)
    await asyncio.sleep(_SECONDS)
    share = (_cpu(process) - used - alone) / _SECONDS
    grown = (process.memory_info().rss - memory) / 1e6
    alone /= _SECONDS
    print(f"{_CLIENTS} idle live clients: +{grown:.1f} MB, {share:+.2%} of a core (the house alone {alone:.2%})")
    for one in holding:
        one.cancel()
    await asyncio.gather(*holding, return_exceptions=True)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


_NEXT = """() => new Promise((done) => {
    const before = document.querySelector("#verdict").action;
    const began = performance.now();
    new MutationObserver((_, observer) => {
        const now = document.querySelector("#verdict");
        if (now && now.action !== before) { observer.disconnect(); done(performance.now() - began); }
    }).observe(document.body, {childList: true, subtree: true});
    document.querySelector("#approve").click();
})"""


async def _browser(address: str, cookies: list[dict[str, str]]) -> None:
    """See what a person sees: the first paint of a page, and the next item after an approval."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = await browser.new_context(base_url=address)
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        for path in ("/", "/reviews", "/ledger", "/runs", "/workers"):
            paints: list[float] = []
            for _ in range(10):
                await page.goto(path)
                await page.wait_for_timeout(100)
                paints.append(await page.evaluate("performance.getEntriesByName('first-paint')[0]?.startTime"))
            print(f"first paint of {path}: median {statistics.median(paints):.0f} ms, slowest {max(paints):.0f} ms")
        await page.goto("/reviews")
        nexts = [await page.evaluate(_NEXT) for _ in range(20)]
        print(f"approve to next item: median {statistics.median(nexts):.0f} ms, slowest {max(nexts):.0f} ms")
        await browser.close()


if __name__ == "__main__":
    counts = [int(each) for each in sys.argv[1:3]]
    asyncio.run(main(*(counts + [1_000_000, 10_000][len(counts) :])))
