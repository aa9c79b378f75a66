import re

import httpx
import pytest
from fastapi.routing import APIRoute
from playwright.async_api import expect

from remit.governance.halts import stop
from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.house import House
from remit.web.app import SCREENS, create_app
from tests.houses import notify, score, tell, work
from tests.pages.conftest import Site
from tests.pages.test_every_page import filled
from tests.pages.test_registry import register
from tests.web.conftest import TOKEN

BEFORE = {"/sign-in", "/sign-in/link", "/docs"}
"""What answers before anybody is signed in."""


PAGES = sorted(
    {
        (method, route.path)
        for screen in SCREENS
        for route in screen.router.routes
        if isinstance(route, APIRoute) and route.path not in BEFORE
        for method in route.methods or ()
    }
)
"""Everything else that a browser can ask for."""


async def test_every_page_leads_a_stranger_to_sign_in(address: str) -> None:
    """Nothing is shown or done for somebody who is not signed in."""
    async with httpx.AsyncClient(base_url=address) as stranger:
        for method, path in PAGES:
            asked = re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", path)
            answer = await stranger.request(method, asked)

            assert answer.status_code in {303, 401}, f"{method} {path}: {answer.text}"
            assert "location" not in answer.headers or answer.headers["location"].startswith("/sign-in?next="), path
    assert len(PAGES) > 50  # they are found


async def test_a_link_signs_in_once(site: Site) -> None:
    """The link opens the house for whom it was made, and not a second time."""
    page = await site.visit("/workers")

    await page.get_by_role("heading", name="Registry").wait_for()
    assert await page.locator("summary").first.inner_text() == "You"


@pytest.mark.parametrize("path", ["/workers", "/runs", "/ledger", "/people", "/connections", "/incidents"])
async def test_rows_are_dense_and_fit(site: Site, path: str) -> None:
    """Rows of main tables are 36 to 40 pixels high, and none is wider than a page of 1280, however long names are."""
    long = "Of the quarterly revenue recognition, accruals and deferrals of every subscription"
    await register(site, ("title: As Told", f"title: {long}"))
    roles = ("on-call@it_operations", "domain-lead@finance", "risk-owner", "reviewer")
    await save_person(site.house.database, Person(id="w" * 60, name=long, mail=f"{'w' * 60}@example.com", roles=roles))
    await filled(site)
    await tell(site.house, score(101), number=3)
    await work(site.house)
    await stop(site.house.database, "domain:customer_experience", f"{long}. " * 9, "you", site.house.clock.now())
    await site.record()
    page = await site.visit(path, viewport={"width": 1280, "height": 800})

    table = page.locator(".scroll").first
    rows = await table.locator("tbody tr").evaluate_all("all => all.map((row) => row.getBoundingClientRect().height)")
    wider = await table.evaluate("one => one.scrollWidth - one.clientWidth")

    assert rows
    assert [height for height in rows if not 36 <= height <= 40] == []
    assert wider == 0
    cut = await table.locator("td, th").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth && !one.title).map((one) => one.outerHTML)"
    )
    assert cut == []


async def test_a_page_there_is_not_says_so(site: Site) -> None:
    """An address nothing stands at is said again, as text, with a way back; what an error names is set as code."""
    page = await site.visit("/workers")
    answer = await page.goto("/no/such/<b>page</b>")

    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await expect(page.get_by_role("alert").locator("code")).to_have_text("/no/such/<b>page</b>")
    await page.get_by_role("link", name="Go back").click()
    await page.goto("/workers/none-such")
    await expect(page.get_by_role("alert").locator("code").first).to_have_text("none-such")


async def test_news_reach_an_open_page(site: Site) -> None:
    """A review that is opened while somebody looks is counted without a reload."""
    page = await site.visit("/workers")
    await tell(site.house, notify())
    await work(site.house)
    await site.record()

    await page.locator("#side .count").wait_for()


async def test_what_nobody_foresaw_is_a_page_without_detail(opened: tuple[House, Company]) -> None:
    """A page that breaks says so in words, and nothing of what broke leaves the house."""

    async def broken() -> None:
        raise ZeroDivisionError("a secret")

    app = create_app(opened[0], token=TOKEN, person="you")
    app.add_api_route("/broken", broken)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as stranger:
        answer = await stranger.get("/broken")

    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
