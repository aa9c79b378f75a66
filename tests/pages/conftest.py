"""The control plane served on a port, over a house with its practice company, and a real browser that looks at it."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from remit.governance.sign_in_links import make_link
from remit.ledger.key import load_signer
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.practice.company import Company
from remit.runtime.house import House
from remit.web.app import create_app
from remit.web.serving import listen, serve
from tests.web.conftest import TOKEN

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
expect.set_options(timeout=20_000)  # of a machine that has much else to do

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""So that it asks nobody but this machine."""

_SHARED = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
"""So that one browser serves all tests, and each page goes on as if somebody looked at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The control plane of a house, and the browser somebody looks at it with."""

    house: House
    company: Company
    address: str
    browser: Browser
    signer: Signer

    async def record(self) -> None:
        """Have the ledger's sequencer take up what happened, as it does all the time where the house runs."""
        await drain(self.house.database, self.signer)

    async def visit(self, path: str = "/workers", *, who: str = "you", **how: object) -> Page:
        """Sign somebody in, in a browser of their own, and open a page.

        Args:
            path: The page.
            who: The person's id.
            how: What the browser is like, as `browser.new_context` takes it.
        """
        context = await self.browser.new_context(**({"base_url": self.address, "locale": "en-GB"} | how))  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        await sign_in(self.house, context, who)
        opened = await context.new_page()
        await opened.goto(path)
        return opened


async def sign_in(house: House, context: BrowserContext, who: str) -> None:
    """Sign a person in by a link."""
    code = await make_link(house.database, who, house.clock.now())
    await context.request.post("/sign-in/link", form={"code": code, "next": "/settings"}, max_redirects=0)


@pytest.fixture
async def address(opened: tuple[House, Company], tmp_path: Path) -> AsyncGenerator[str]:
    """The address of the control plane."""
    begun, stop = asyncio.Event(), asyncio.Event()
    with listen("127.0.0.1", 0) as listening:
        app = create_app(opened[0], token=TOKEN, person="you", stop=stop)
        app.state.signer = load_signer(tmp_path)
        serving = asyncio.create_task(serve(app, listening, begun=begun.set, stop=stop))
        await begun.wait()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        stop.set()
        await serving


@pytest.fixture(scope="session")
def chromium() -> Generator[str]:
    """Where to reach a browser that lives as long as the test process; skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: `make browser` installs it")
    with tempfile.TemporaryDirectory(prefix="remit-chromium-", ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [CHROMIUM, *FLAGS, *_SHARED, f"--user-data-dir={profile}"], stderr=subprocess.DEVNULL
        )
        try:
            yield _address_of(browser, Path(profile) / "DevToolsActivePort")
        finally:
            browser.terminate()
            browser.wait(30)


def _address_of(browser: subprocess.Popen[bytes], said: Path) -> str:
    """Wait until a browser says where it is reached."""
    end = time.monotonic() + 60
    while time.monotonic() < end and browser.poll() is None:
        if said.exists() and len(words := said.read_text().split()) == 2:  # its port and its path
            return f"ws://127.0.0.1:{words[0]}{words[1]}"
        time.sleep(0.02)
    raise AssertionError(f"the browser never said where it is: {browser.poll()}")


@pytest.fixture
async def site(opened: tuple[House, Company], address: str, chromium: str, tmp_path: Path) -> AsyncGenerator[Site]:
    """The control plane, and a browser that knows nobody yet."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        yield Site(house=opened[0], company=opened[1], address=address, browser=browser, signer=load_signer(tmp_path))
        await browser.close()  # what it opened for this test; the browser itself goes on
