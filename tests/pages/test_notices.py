"""Notices as people read them: what is new to them, and what they have read."""

from datetime import timedelta

from playwright.async_api import expect

from remit.governance.notices import Notice, notify, to_role
from remit.governance.notices_seen import find_seen, mark_seen
from remit.governance.roles import person
from remit.runtime.house import House
from tests.pages.conftest import Site


async def told(house: House, key: str, recipient: str, *, title: str = "something happened", minutes: int = 0) -> None:
    """Tell somebody something, some minutes ago."""
    notice = Notice(key=key, kind="halt.set", recipient=recipient, title=title, link="/stop")
    async with house.database.transaction() as transaction:
        await notify(transaction, notice, now=house.clock.now() - timedelta(minutes=minutes))


async def test_what_is_new_is_marked_until_it_is_read(site: Site) -> None:
    """New notices say so and are counted in the bar; once marked as read neither is, and the next one is new again."""
    await told(site.house, "1", "ken.ito", title="the first", minutes=3)
    await told(site.house, "2", to_role("on-call", "it_operations"), title="the second", minutes=2)
    await told(site.house, "3", to_role("on-call", "finance"), title="not theirs")
    page = await site.visit("/workers", who="ken.ito")
    await page.locator("#bar").get_by_role("link", name="Notices new: 2").click()
    await expect(page.locator("#notices tbody .state", has_text="new")).to_have_count(2)

    await page.get_by_role("button", name="Mark all as read").click()

    await expect(page.locator("#notices tbody .state", has_text="new")).to_have_count(0)
    await expect(page.locator("#notices tbody tr")).to_have_count(2)
    assert await page.locator("#bar .told-count").count() == 0
    await told(site.house, "4", "ken.ito", title="the third")
    await page.reload()
    await expect(page.locator("#notices tbody tr", has=page.locator(".state", has_text="new"))).to_contain_text("third")


async def test_what_came_while_the_page_was_open_stays_new(site: Site) -> None:
    """Only what was shown is marked as read, without script too."""
    await told(site.house, "1", "ken.ito", title="seen", minutes=3)
    page = await site.visit("/notices", who="ken.ito", java_script_enabled=False)
    await told(site.house, "2", "ken.ito", title="not seen yet")

    await page.get_by_role("button", name="Mark all as read").click()

    new = page.locator("#notices tbody tr", has=page.locator(".state", has_text="new"))
    await expect(new).to_have_count(1)
    await expect(new).to_contain_text("not seen yet")


async def test_each_reads_for_themselves(site: Site) -> None:
    """What one person read of what a role was told stays new to the others; nobody marks what is to come."""
    house = site.house
    await told(house, "1", to_role("reviewer", "finance"), minutes=1)
    ken, lena = await person(house.database, "ken.ito"), await person(house.database, "lena.fischer")
    now = house.clock.now()

    await mark_seen(house.database, ken, now + timedelta(days=9), now)

    assert [(await find_seen(house.database, who))["new"] for who in (ken, lena)] == [0, 1]
    assert (await find_seen(house.database, ken))["until"] <= now


async def test_many_are_counted_to_a_hundred(site: Site) -> None:
    """However much somebody was told, no page counts further than it shows."""
    for number in range(120):
        await told(site.house, f"n{number}", "ken.ito")

    assert (await find_seen(site.house.database, await person(site.house.database, "ken.ito")))["new"] == 100
    page = await site.visit("/workers", who="ken.ito")
    await expect(page.locator("#bar .told-count")).to_contain_text("99+")


async def test_what_a_title_says_is_text(site: Site) -> None:
    """A title is shown as it was written: what stands between backticks as code, and no markup."""
    await told(site.house, "1", "ken.ito", title="`erp.<b>hold</b>` of <script>alert(1)</script>")
    page = await site.visit("/notices", who="ken.ito")

    await expect(page.locator("#notices th code")).to_have_text("erp.<b>hold</b>")
    await expect(page.locator("#notices tbody")).to_contain_text("<script>alert(1)</script>")
