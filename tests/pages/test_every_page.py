"""What holds for every page: nobody is shut out, nothing runs but our own script, both themes can be read."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.houses import answer_review, notify, tell, work
from tests.pages.conftest import Site

PATHS = (
    "/workers",
    "/",
    "/workers/as-told",
    "/workers/as-told/charter",
    "/workers/as-told/could",
    "/workers/as-told/raci",
    "/workers/as-told/runs",
    "/workers/as-told/reviews",
    "/workers/as-told/costs",
    "/workers/as-told/identity",
    "/rules",
    "/changes",
    "/changes/new",
    "/changes/new?kind=stage&worker=as-told",
    "/bypasses",
    "/readiness",
    "/readiness/as-told",
    "/runs",
    "/ledger",
    "/ledger/verification",
    "/ledger/export",
    "/map",
    "/stop",
    "/stop?scope=everything",
    "/drills",
    "/incidents",
    "/people",
    "/people/maria.rossi",
    "/connections",
    "/connections/crm",
    "/notices",
    "/settings",
    "/start",
    "/docs",
)
"""Every page that needs no number; a screen adds its own."""

PARTS = 4
"""In how many tests they are looked at, so that no process looks at all of them one after the other."""

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


async def filled(site: Site) -> None:
    """Have something happen, so that the pages show something: one review waits, one was answered."""
    run = await tell(site.house, notify("usage fell"), number=1)
    await work(site.house)
    await answer_review(site.house, run)
    await tell(site.house, notify(), number=2)
    await work(site.house)
    await site.record()


async def faults_of(page: Page) -> list[str]:
    """Say what axe-core finds against WCAG 2.2 AA, and where."""
    found: Any = await Axe().run(page, options={"runOnly": RULES})  # pyright: ignore[reportUnknownMemberType]  # no types
    violations: list[dict[str, Any]] = found.response["violations"]
    return [f"{fault['id']}: {node['target']} {node['html'][:200]}" for fault in violations for node in fault["nodes"]]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_can_be_read_by_everybody(site: Site, theme: str, part: int) -> None:
    """No page has a fault axe-core knows of, in either theme, nor an error of its script or of its policy."""
    await filled(site)
    said: list[str] = []
    page = await site.visit("/settings", color_scheme=theme)
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    faults: list[str] = []
    for path in PATHS[part::PARTS]:
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        faults += [f"{path} {fault}" for fault in await faults_of(page)]

    assert faults == []
    assert said == []


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_page_works_without_script(site: Site, part: int) -> None:
    """Each page shows its heading and the way to the others to a browser that runs no script."""
    await filled(site)
    page = await site.visit("/settings", java_script_enabled=False)

    for path in PATHS[part::PARTS]:
        await page.goto(path)
        assert await page.locator("main h1").count() == 1, path
        assert await page.locator("nav a").count() >= 10, path
