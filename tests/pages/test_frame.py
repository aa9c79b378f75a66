import re

import httpx
from fastapi.routing import APIRoute

from remit.practice.company import Company
from remit.runtime.house import House
from remit.web.app import SCREENS, create_app
from tests.houses import notify, tell, work
from tests.pages.conftest import Site
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
