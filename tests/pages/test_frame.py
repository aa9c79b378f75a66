import re

import httpx
import pytest
from fastapi.routing import APIRoute

from remit.web.app import SCREENS
from tests.houses import notify, tell, work
from tests.pages.conftest import Site

BEFORE = {"/sign-in", "/sign-in/link"}
"""What answers before anybody is signed in."""


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, route.path)
        for screen in SCREENS
        for route in screen.router.routes
        if isinstance(route, APIRoute) and route.path not in BEFORE
        for method in route.methods or ()
    ],
)
async def test_every_page_leads_a_stranger_to_sign_in(address: str, method: str, path: str) -> None:
    """Nothing is shown or done for somebody who is not signed in."""
    async with httpx.AsyncClient(base_url=address) as stranger:
        answer = await stranger.request(method, re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", path))

    assert answer.status_code in {303, 401}, answer.text
    assert "location" not in answer.headers or answer.headers["location"].startswith("/sign-in?next=")


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
