"""How people come in and go, in the browser."""

import httpx
import pytest
from playwright.async_api import BrowserContext, expect

from remit.connections.vault import Secret, Vault
from remit.governance.accounts import set_password
from remit.web.app import create_app
from remit.web.oidc import Provider
from remit.web.ways import SignInWays
from tests.pages.conftest import Site
from tests.web.conftest import TOKEN

PASSWORD = "a long way to the sea 7"  # of a person made up for the test


async def stranger(site: Site) -> BrowserContext:
    """Open a browser nobody is signed in with."""
    await set_password(site.house.database, "ken.ito", PASSWORD, "ken.ito", site.house.clock.now())
    context = await site.browser.new_context(base_url=site.address)
    context.set_default_timeout(10_000)
    return context


async def test_a_password_leads_to_where_one_was_going(site: Site) -> None:
    """Somebody signed out asks for a page with its filters, signs in, and is there."""
    page = await (await stranger(site)).new_page()
    await page.goto("/people?role=auditor")

    await page.get_by_label("Your id").fill("ken.ito")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()

    await page.wait_for_url("**/people?role=auditor")
    assert await page.locator("summary").first.inner_text() == "Ken Ito"


async def test_a_wrong_password_is_told_without_saying_what_was_wrong(site: Site) -> None:
    """A wrong password and an unknown name read the same; the id stays typed, the password does not."""
    page = await (await stranger(site)).new_page()
    said: list[str] = []
    for name in ("ken.ito", "nobody.here"):
        await page.goto("/sign-in")
        await page.get_by_label("Your id").fill(name)
        await page.get_by_label("Password").fill("wrong")
        await page.get_by_role("button", name="Sign in").click()
        said.append(await page.get_by_role("alert").inner_text())
        assert await page.get_by_label("Your id").input_value() == name
        assert await page.get_by_label("Password").input_value() == ""

    assert said[0] == said[1]


async def test_guessing_is_slowed_down_and_said(site: Site) -> None:
    """After some wrong passwords the page says to wait, even to the right one."""
    context = await stranger(site)
    form: dict[str, str | float | bool] = {"person": "ken.ito", "password": "wrong", "next": "/"}
    for _ in range(5):
        assert (await context.request.post("/sign-in", form=form)).status == 401

    answer = await context.request.post("/sign-in", form=form | {"password": PASSWORD})

    assert answer.status == 429
    assert "There were too many attempts" in await answer.text()


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_led_elsewhere(site: Site, path: str) -> None:
    """An address outside the house in `next` leads to the first page instead."""
    context = await stranger(site)
    form: dict[str, str | float | bool] = {"person": "ken.ito", "password": PASSWORD, "next": path}

    answer = await context.request.post("/sign-in", form=form, max_redirects=0)

    assert answer.headers["location"] == "/"
    page = await context.new_page()
    await page.goto(f"/sign-in?next={path}")
    assert await page.locator("input[name=next]").get_attribute("value") == "/"


async def test_the_company_account_is_offered_when_there_is_one(site: Site) -> None:
    """With an identity provider the page links to it and hands on where one was going; without one it does not."""
    plain = await (await stranger(site)).new_page()
    await plain.goto("/sign-in")
    assert await plain.get_by_role("link", name="Sign in with your company account").count() == 0

    vault = Vault(site.house.database, Secret("a2trazEyMzRrazEyMzRrazEyMzRrazEyMzRra2tra2s="))
    provider = Provider("https://id.example", "remit", public_url="https://remit.example", vault=vault)
    app = create_app(site.house, token=TOKEN, person="you", ways=SignInWays(provider=provider))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        shown = (await client.get("/sign-in?next=/reviews")).text

    assert 'href="/v1/sign-in/oidc?next=/reviews"' in shown


async def test_signing_out_ends_the_session(site: Site) -> None:
    """Whoever signs out is out: the page says so, and the next one asks to sign in."""
    page = await site.visit("/workers", who="ken.ito")
    await page.locator("summary").first.click()
    await page.get_by_role("button", name="Sign out").click()

    await expect(page.locator("main")).to_contain_text("signed out")
    await page.goto("/workers")
    assert "/sign-in?next=" in page.url
