"""The settings of a person: how pages read, and how they come in."""

import re
from typing import Any

import httpx
from playwright.async_api import expect

from remit.governance import accounts
from remit.governance.personal_tokens import list_tokens
from tests.pages.conftest import Site, sign_in

PASSWORD = "a long way to the sea 7"  # of a person made up for the test


async def test_numbers_and_theme_follow_the_person(site: Site) -> None:
    """What is set holds on every page: German numbers, the dark theme, and no keys."""
    page = await site.visit("/settings")
    await page.get_by_label("Numbers, dates and money as in").select_option("de_DE")
    await page.get_by_label("Time zone").select_option("Europe/Berlin")
    await page.get_by_label("dark", exact=True).check()
    await page.get_by_label("Single keys do something").uncheck()
    await page.get_by_role("button", name="Keep").click()
    await expect(page.locator("#said")).to_contain_text("Kept")

    await page.goto("/settings")

    await expect(page.locator("main")).to_contain_text("1.234.567,89")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_class("keys-off")
    await page.keyboard.press("g")
    await page.keyboard.press("k")
    assert page.url.endswith("/settings")


async def test_what_is_not_offered_is_not_kept(site: Site) -> None:
    """A theme or a language nobody offers is refused."""
    page = await site.visit("/settings")
    token = await page.locator("input[name=csrf_token]").first.get_attribute("value") or ""

    answer = await page.context.request.post("/settings", form={"csrf_token": token, "theme": '"><script>'})

    assert answer.status == 422


async def test_a_password_is_changed_by_the_one_that_counts(site: Site) -> None:
    """A wrong current password changes nothing; the right one does, and everybody signs in anew."""
    now = site.house.clock.now()
    await accounts.set_password(site.house.database, "ken.ito", PASSWORD, "ken.ito", now)
    context = await site.browser.new_context(base_url=site.address)
    await context.request.post("/sign-in", form={"person": "ken.ito", "password": PASSWORD, "next": "/"})
    page = await context.new_page()
    await page.goto("/settings")
    newer = PASSWORD + " and back"

    async def change(current: str) -> None:
        await page.get_by_label("The one you have").fill(current)
        await page.get_by_label("A new one", exact=True).fill(newer)
        await page.get_by_label("The new one again").fill(newer)
        await page.get_by_role("button", name="Change the password").click()

    await change("not this one")
    await expect(page.locator("main")).to_contain_text("not the one that counts now")
    await page.goto("/settings")
    await change(PASSWORD)

    await page.wait_for_url(re.compile("/sign-in"))
    assert (await accounts.sign_in(site.house.database, ("ken.ito", newer), "", now)).person == "ken.ito"


async def test_a_token_is_shown_once_works_and_is_revoked(site: Site) -> None:
    """The token acts for its person; loading the page again does not show it; revoked, it counts no more."""
    page = await site.visit("/settings", who="ken.ito")
    await page.get_by_role("button", name="Make a token").click()
    token = await page.locator("#token").inner_text()

    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=site.address, headers=headers) as script:
        assert (await script.get("/v1/me")).json()["person"] == "ken.ito"
        await page.reload()
        assert token not in await page.content()

        await page.get_by_role("button", name="Revoke").click()
        await expect(page.locator("#said")).to_contain_text("counts no more")
        assert (await script.get("/v1/me")).status_code == 401
    assert list(await list_tokens(site.house.database, "ken.ito", site.house.clock.now())) == []


async def test_sign_out_everywhere_ends_every_session(site: Site) -> None:
    """Another browser of the same person is out at its next request."""
    other = await site.visit("/workers", who="ken.ito")
    page = await site.visit("/settings", who="ken.ito")
    await expect(page.locator("#sessions")).to_contain_text("this browser")

    await page.get_by_role("button", name="Sign out everywhere").click()

    await expect(page.locator("main")).to_contain_text("signed out")
    await other.reload()
    assert "/sign-in" in other.url


async def test_a_passkey_is_added_and_removed(site: Site) -> None:
    """A browser with an authenticator adds a passkey by its button; it is listed by name, and removed."""
    home = site.address.replace("127.0.0.1", "localhost")  # an address of numbers has no passkeys
    context = await site.browser.new_context(base_url=home)
    await sign_in(site.house, context, "ken.ito")
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    webauthn: Any = devtools
    await webauthn.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    await webauthn.send(
        "WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}}
    )
    await page.goto("/settings")

    await page.get_by_label("Call it").fill("the laptop")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.locator("#passkeys")).to_contain_text("the laptop, added")
    await page.get_by_role("button", name="Remove the laptop").click()

    await expect(page.locator("#passkeys")).to_contain_text("You have none")


async def test_without_script_the_page_says_what_needs_it(site: Site) -> None:
    """Everything but adding a passkey works without script, and that says so."""
    page = await site.visit("/settings", java_script_enabled=False)

    await expect(page.locator("#passkeys")).to_contain_text("Adding one needs script")
    assert not await page.locator("[data-add-passkey]").is_visible()
