"""Incidents as people work on them: what the ledger knows, a review in sections, fixes with owner and day, a close."""

from uuid import UUID

from playwright.async_api import Page, expect

from remit.governance.halts import lift, list_halts, stop
from remit.governance.incidents import Section, Writing, write_section
from remit.runtime.house import House
from tests.houses import notify, tell, work
from tests.pages.conftest import Site


async def opened(house: House, scope: str = "worker:as-told") -> UUID:
    """Stop something; give the incident it opened."""
    report = await stop(house.database, scope, "it writes nonsense", "you", house.clock.now())
    assert report.incident is not None
    return report.incident


async def written(house: House, incident: UUID, section: Section, words: str, who: str = "ken.ito") -> None:
    """Write a section as somebody."""
    owner = who if section is Section.FIX else ""
    given = Writing(incident=incident, section=section, words=words, owner=owner, who=who)
    await write_section(house.database, given, house.clock.now())


async def keep(page: Page, section: str, words: str) -> None:
    """Write into one section of the page, and keep the review."""
    await page.locator(f"textarea[name=words_{section}]").fill(words)
    await page.get_by_role("button", name="Keep the review").click()


async def test_the_list_is_filtered_by_its_address(site: Site) -> None:
    """State and severity stand in the address; a filter that finds nothing says so and leads back."""
    await opened(site.house)
    await opened(site.house, "domain:finance")
    page = await site.visit("/incidents?sev=high")

    await expect(page.locator("#incidents tbody tr")).to_have_count(1)
    await expect(page.locator("#incidents tbody")).to_contain_text("domain:finance")

    await page.goto("/incidents?state=closed")
    await expect(page.get_by_role("heading", name="No incident is like that")).to_be_visible()
    await page.get_by_role("link", name="Show all of them").click()
    await expect(page.locator("#incidents tbody tr")).to_have_count(2)


async def test_the_worst_stands_first_and_pages_go_on(site: Site) -> None:
    """Of what is not closed the worst comes first, and a page leads to the next and back to the first."""
    every: list[UUID] = []
    for _ in range(51):
        every.append(await opened(site.house))
        await lift(site.house.database, "worker:as-told", "put right", "ken.ito", site.house.clock.now())
    await opened(site.house, "domain:finance")
    page = await site.visit("/incidents")
    rows = page.locator("#incidents tbody tr")
    await expect(rows.nth(0)).to_contain_text("domain:finance")
    assert await rows.nth(1).get_by_role("link").first.get_attribute("href") == f"/incidents/{every[-1]}"

    await page.get_by_role("link", name="Next page").click()

    await expect(rows).to_have_count(2)
    await page.get_by_role("link", name="First page").click()
    await expect(rows).to_have_count(50)


async def test_an_empty_list_tells_of_the_last_drill(site: Site) -> None:
    """Before anything was stopped the page teaches what opens an incident, and that no drill was held."""
    page = await site.visit("/incidents")

    await expect(page.get_by_role("heading", name="Nothing was ever stopped")).to_be_visible()
    await expect(page.locator(".empty")).to_contain_text("No drill of the kill switch was held yet")


async def test_the_timeline_is_what_the_ledger_says(site: Site) -> None:
    """Signal, decision and halt stand in order, each with a link to its run; the decision names its rules."""
    await tell(site.house, notify(), number=1)
    await work(site.house)
    page = await site.visit(f"/incidents/{await opened(site.house)}")

    lines = await page.locator(".timeline li").all_inner_texts()
    assert "signal received" in " ".join(lines[:-1])
    assert "stopped worker:as-told" in lines[-1]
    assert await page.locator(".timeline a[href^='/runs/']").count() >= 2
    await expect(page.locator("#decisions tbody tr")).to_contain_text("crm.notify_owner")


async def test_a_review_is_written_and_the_incident_closed(site: Site) -> None:
    """The page says what is missing until every section, a fix and the lift are there; then it closes for good."""
    incident = await opened(site.house)
    page = await site.visit(f"/incidents/{incident}")
    for section in ("impact", "detection", "cause", "guardrails"):
        await page.locator(f"textarea[name=words_{section}]").fill(f"what there is to say of {section}")
    await keep(page, "learned", "that it can be stopped")
    await expect(page.locator("#close")).to_contain_text("Still missing: fix, the lift of the halt")

    await page.get_by_label("Another change").fill("check the sender")
    await page.get_by_label("Who sees to it").select_option("ken.ito")
    await page.get_by_label("By", exact=True).fill("2099-05-20")
    await page.get_by_role("button", name="Keep the review").click()
    await expect(page.locator("#fixes tbody tr")).to_contain_text("20 May 2099")

    await lift(site.house.database, "worker:as-told", "put right", "ken.ito", site.house.clock.now())
    await page.reload()
    await page.get_by_role("button", name="Close the incident").click()
    await expect(page.get_by_text("It is closed, and stands as it is.")).to_be_visible()
    assert await page.locator("main textarea").count() == 0


async def test_a_concurrent_edit_is_not_written_over(site: Site) -> None:
    """Who wrote meanwhile is named with what they wrote; typed text stays, and replaces it only when one says so."""
    incident = await opened(site.house)
    page = await site.visit(f"/incidents/{incident}")
    await written(site.house, incident, Section.IMPACT, "Ken was first")

    await keep(page, "impact", "mine")
    await expect(page.get_by_role("alert")).to_contain_text("`ken.ito` wrote it while you were writing")
    await expect(page.get_by_role("alert")).to_contain_text("Ken was first")
    typed = page.locator("textarea[name=words_impact]")
    assert await typed.input_value() == "mine"

    await page.get_by_label("I have read it").check()
    await page.get_by_role("button", name="Keep the review").click()
    await expect(page.locator("#said")).to_contain_text("Kept: impact")
    assert await typed.input_value() == "mine"


async def test_typed_text_survives_an_error_without_script(site: Site) -> None:
    """Without script too, a concurrent edit is told on the page with the typed text still in its field."""
    incident = await opened(site.house)
    page = await site.visit(f"/incidents/{incident}", java_script_enabled=False)
    await written(site.house, incident, Section.CAUSE, "Ken was first")

    await keep(page, "cause", "mine")

    await expect(page.get_by_role("alert")).to_contain_text("ken.ito")
    assert await page.locator("textarea[name=words_cause]").input_value() == "mine"


async def test_a_reader_reads_and_takes_it_along(site: Site) -> None:
    """An auditor sees the review and no field; the Markdown is a file with what people wrote."""
    incident = await opened(site.house)
    await written(site.house, incident, Section.IMPACT, "<script>alert(1)</script>")
    page = await site.visit(f"/incidents/{incident}", who="jonas.weber")

    assert await page.locator("main textarea").count() == 0
    await expect(page.locator("#review")).to_contain_text("<script>alert(1)</script>")
    await expect(page.locator("#review .banner")).to_contain_text("Writing it is for")
    answer = await page.context.request.get(f"/incidents/{incident}/review.md")
    assert "attachment" in answer.headers["content-disposition"]
    assert (await answer.text()).startswith("# Incident: worker:as-told was stopped")


async def test_an_unknown_incident_is_not_found(site: Site) -> None:
    """A number nobody gave leads to a page that says so."""
    page = await site.visit("/incidents")

    answer = await page.goto("/incidents/00000000-0000-0000-0000-000000000000")

    assert answer is not None
    assert answer.status == 404


async def test_one_click_stops_the_worker_and_holds_what_waits(site: Site) -> None:
    """After the halt was lifted one button stops the worker again; its review is frozen, and a reviewer can do it."""
    await tell(site.house, notify("usage fell"), number=1)
    await work(site.house)
    incident = await opened(site.house)
    page = await site.visit(f"/incidents/{incident}", who="ken.ito")
    assert await page.get_by_role("button", name="Stop as-told").count() == 0
    await lift(site.house.database, "worker:as-told", "put right", "ken.ito", site.house.clock.now())
    await page.reload()

    await page.get_by_role("button", name="Stop as-told, hold 1").click()

    await expect(page.locator("#said")).to_contain_text("worker:as-told is stopped, and its open reviews are frozen")
    [halt] = await list_halts(site.house.database)
    assert (halt["scope"], halt["set_by"]) == ("worker:as-told", "ken.ito")
    assert "it writes nonsense" in halt["reason"]
    await expect(page.locator("#contain")).to_contain_text("stopped by another halt")


async def test_who_may_not_stop_is_told_who_may(site: Site) -> None:
    """An auditor sees no button and whose it is; a forged click stops nothing."""
    incident = await opened(site.house)
    await lift(site.house.database, "worker:as-told", "put right", "ken.ito", site.house.clock.now())
    page = await site.visit(f"/incidents/{incident}", who="jonas.weber")
    await expect(page.locator("#contain")).to_contain_text("Stopping as-told is for administrator")
    assert await page.locator("#contain button").count() == 0
    await page.goto("/settings")
    token = await page.locator("input[name=csrf_token]").first.get_attribute("value")

    form: dict[str, str | float | bool] = {"csrf_token": token or "", "worker": "as-told"}
    answer = await page.context.request.post(f"/incidents/{incident}/stop", form=form)

    assert answer.status == 403
    assert await list_halts(site.house.database) == []


async def test_a_key_goes_to_what_is_not_written(site: Site) -> None:
    """`c` puts the cursor into the first section of the review that nobody has written."""
    incident = await opened(site.house)
    await written(site.house, incident, Section.IMPACT, "nothing was lost")
    page = await site.visit(f"/incidents/{incident}")

    await page.keyboard.press("c")

    await expect(page.locator("textarea[name=words_detection]")).to_be_focused()
