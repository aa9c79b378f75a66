"""The kill switch as people use it: the blast radius first, one form, a report, and a second person to resume."""

import re

from playwright.async_api import Page, expect

from remit.governance.halts import list_halts, stop
from remit.governance.roles import Person, save_person
from tests.houses import notify, score, tell, work
from tests.pages.conftest import Site


async def stopped(page: Page, scope: str, reason: str = "it writes nonsense") -> None:
    """Choose a scope, say why, and stop it."""
    await page.goto(f"/stop?scope={scope}")
    await page.get_by_label(re.compile("Why")).fill(reason)
    await page.get_by_role("button", name=f"Stop {scope}").click()
    await page.wait_for_url(re.compile("/stop/[0-9a-f-]{36}$"))


async def test_the_blast_radius_is_shown_before_anything_stops(site: Site) -> None:
    """Choosing a scope shows the worker, its waiting run and its open review, and stops nothing."""
    await tell(site.house, notify(), number=1)
    await work(site.house)
    page = await site.visit("/stop")

    await page.get_by_role("link", name="Stop… worker:as-told").click()

    figures = page.locator(".figures")
    await expect(figures).to_contain_text("1 worker stopped")
    await expect(figures).to_contain_text("1 run waits")
    await expect(figures).to_contain_text("1 review frozen")
    assert await list_halts(site.house.database) == []


async def test_a_stop_leads_to_its_report_and_a_second_person_resumes(site: Site) -> None:
    """Who stopped is not offered to resume and is told who may; somebody else resumes, and what waited goes on."""
    await tell(site.house, notify(), number=1)
    await work(site.house)
    page = await site.visit("/stop", who="you")
    await stopped(page, "worker:as-told")

    await expect(page.get_by_role("heading", name="worker:as-told is stopped")).to_be_visible()
    await expect(page.locator("#frozen tbody tr")).to_have_count(1)
    await expect(page.get_by_text("You stopped it, so a second person lets it go on")).to_be_visible()
    await expect(page.locator("#resume")).to_contain_text("ken.ito")
    assert await page.locator("#resume form").count() == 0

    other = await site.visit(page.url, who="ken.ito")
    await other.get_by_label("Why may it go on?").fill("the charter is put right")
    await other.get_by_role("button", name="Let worker:as-told go on").click()

    await expect(other.get_by_role("heading", name="worker:as-told was stopped")).to_be_visible()
    assert await list_halts(site.house.database) == []


async def test_everything_has_to_be_typed(site: Site) -> None:
    """Nothing stops until the name of a far-reaching scope is typed, and the reason that was typed stays."""
    page = await site.visit("/stop?scope=everything")
    await page.get_by_label(re.compile("Why")).fill("we are attacked")
    await page.get_by_label(re.compile("Type everything")).fill("everyting")
    await page.get_by_role("button", name="Stop everything").click()

    await expect(page.get_by_role("alert")).to_contain_text("Type everything to confirm")
    assert await page.get_by_label(re.compile("Why")).input_value() == "we are attacked"
    assert await list_halts(site.house.database) == []

    await page.get_by_label(re.compile("Type everything")).fill("everything")
    await page.get_by_role("button", name="Stop everything").click()
    await page.wait_for_url(re.compile("/stop/"))
    assert [row["scope"] for row in await list_halts(site.house.database)] == ["everything"]


async def test_no_key_stops_anything(site: Site) -> None:
    """Neither a single key nor Enter in the field for the name stops what is chosen."""
    page = await site.visit("/workers")
    await page.keyboard.press("g")
    await page.keyboard.press("k")
    await page.wait_for_url("**/stop")
    await page.goto("/stop?scope=everything")
    await page.get_by_label(re.compile("Why")).fill("because")
    await page.get_by_label(re.compile("Type everything")).fill("everything")
    await page.keyboard.press("Enter")
    await page.locator("main h1").click()
    for key in "aerxsuk":
        await page.keyboard.press(key)

    assert await list_halts(site.house.database) == []


async def test_a_reader_is_told_who_may(site: Site) -> None:
    """An auditor sees the blast radius, no form, and why; nor can they resume."""
    report = await stop(site.house.database, "worker:as-told", "why", "you", site.house.clock.now())
    page = await site.visit("/stop?scope=domain:finance", who="jonas.weber")

    await expect(page.get_by_text("You may not stop this")).to_be_visible()
    assert await page.locator("form[action='/stop']").count() == 0

    await page.goto(f"/stop/{report.id}")
    await expect(page.locator("#resume")).to_contain_text("You may not let it go on")


async def test_when_nobody_else_may_resume_the_page_says_so(site: Site) -> None:
    """A house where only the one who stopped holds the right is told to give it to somebody."""
    database = site.house.database
    for row in await database.fetch("list_people"):
        if row["id"] != "you":
            await save_person(database, Person(id=row["id"], name=row["name"], roles=("reviewer",)))
    report = await stop(database, "worker:as-told", "why", "you", site.house.clock.now())

    page = await site.visit(f"/stop/{report.id}")

    await expect(page.locator("#resume")).to_contain_text("Nobody else holds a role that may")


async def test_what_was_done_is_offered_to_be_taken_back(site: Site) -> None:
    """A reversible action of the day before is listed as not undone; requesting it asks a second person."""
    await tell(site.house, score(), number=1)
    await work(site.house)
    page = await site.visit("/stop")
    await stopped(page, "worker:as-told")

    row = page.locator("#done tbody tr")
    await expect(row).to_contain_text("crm.set_health_score")
    await row.locator("summary").click()
    await row.get_by_label("What went wrong?").fill("the score was wrong")
    await row.locator("input[name='argument.score']").fill("75")
    await row.get_by_role("button", name="Request that it is taken back").click()

    await expect(page.locator("#said")).to_contain_text("takes it back, once a second person approves")
    await expect(page.locator("#done tbody tr")).to_contain_text("requested by you")


async def test_a_reason_is_shown_as_it_was_typed(site: Site) -> None:
    """Markup in a reason is text on every page that shows it."""
    page = await site.visit("/stop")
    await stopped(page, "worker:as-told", "<img src=x onerror=alert(1)>")

    for path in (page.url, "/stop", "/incidents"):
        await page.goto(path)
        await expect(page.locator("main")).to_contain_text("<img src=x onerror=alert(1)>")
        assert await page.locator("main img").count() == 0


async def test_what_is_not_there_is_said(site: Site) -> None:
    """An unknown scope says what is near; an unknown halt is not found."""
    page = await site.visit("/stop")

    answer = await page.goto("/stop?scope=worker:as-tolt")
    assert answer is not None
    assert answer.status == 422
    await expect(page.locator("main")).to_contain_text("Did you mean worker:as-told?")
    answer = await page.goto("/stop/00000000-0000-0000-0000-000000000000")
    assert answer is not None
    assert answer.status == 404


async def test_a_drill_is_planned_and_listed(site: Site) -> None:
    """Without drills the page teaches how; a plan says when the next one is due, and a bad one what is wrong."""
    page = await site.visit("/drills", who="ken.ito")
    await expect(page.get_by_text("No drill was held yet")).to_be_visible()

    await page.get_by_label("Plan").fill("* * * * *")
    await page.get_by_role("button", name="Plan").click()
    await expect(page.get_by_role("alert")).to_contain_text("more than once an hour")
    await page.get_by_label("Plan").fill("0 9 1 * *")
    await page.get_by_role("button", name="Plan").click()

    await expect(page.locator("main")).to_contain_text("0 9 1 * *")
    await expect(page.locator("main")).to_contain_text("planned by ken.ito")
