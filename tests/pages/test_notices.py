"""Notices as people read them: what is new to them, and what they have read."""

from dataclasses import replace
from datetime import timedelta

from playwright.async_api import expect

from remit.governance.notices import Notice, notify, to_role
from remit.governance.notices_seen import find_seen, mark_seen
from remit.governance.roles import person, record_person
from remit.runtime.house import House
from remit.runtime.notifying import list_notices
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


async def test_what_is_told_under_two_roles_is_one_notice(site: Site) -> None:
    """Who is meant twice by one notice sees it once, with every role it was for, and it is counted once."""
    house = site.house
    mine = ("ken.ito", to_role("on-call", "it_operations"), to_role("it-reviewer", "it_operations"))
    for number in range(5):
        house.clock.advance(minutes=1)
        same = [Notice(key=f"{number}/{who}", kind="halt.set", recipient=who, title=f"stop {number}") for who in mine]
        async with house.database.transaction() as transaction:
            await notify(transaction, *same, now=house.clock.now())
    await told(house, "6", "ken.ito", title="stop 4")
    ken = await person(house.database, "ken.ito")
    assert (await find_seen(house.database, ken))["new"] == 6

    seen: list[str] = []
    before = None
    while rows := await list_notices(house.database, "ken.ito", before=before, limit=2):
        seen += [row["title"] for row in rows]
        before = rows[-1]["id"]

    assert seen == ["stop 4", "stop 4", "stop 3", "stop 2", "stop 1", "stop 0"]
    assert len(await list_notices(house.database, limit=50)) == 16
    page = await site.visit("/notices", who="ken.ito")
    await expect(page.locator("#notices tbody tr")).to_have_count(6)
    last = page.locator("#notices tbody tr").last
    await expect(last).to_contain_text("you, it reviewer in it operations, on call in it operations")


async def test_who_left_is_told_by_name_alone(site: Site) -> None:
    """A role means whoever holds it and is here; of somebody who is not known nothing is listed."""
    house = site.house
    await told(house, "1", "ken.ito")
    await told(house, "2", to_role("on-call", "it_operations"))
    ken = await person(house.database, "ken.ito")
    await record_person(house.database, replace(ken, is_active=False), by="you", now=house.clock.now())

    assert [row["recipient"] for row in await list_notices(house.database, "ken.ito")] == ["ken.ito"]
    assert await list_notices(house.database, "nobody") == []


async def test_what_a_title_says_is_text(site: Site) -> None:
    """A title is shown as it was written: what stands between backticks as code, and no markup."""
    await told(site.house, "1", "ken.ito", title="`erp.<b>hold</b>` of <script>alert(1)</script>")
    page = await site.visit("/notices", who="ken.ito")

    await expect(page.locator("#notices th code")).to_have_text("erp.<b>hold</b>")
    await expect(page.locator("#notices tbody")).to_contain_text("<script>alert(1)</script>")
