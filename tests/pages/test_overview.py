from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import expect

from remit.governance.shares import ENOUGH
from remit.practice.company import Company
from remit.runtime.comparison import before, compare
from remit.runtime.house import House
from remit.runtime.measures import Span, measure
from tests.houses import act, answer_review, notify, rows_of, score, tell, work
from tests.pages.conftest import Site

MISTAKEN = act("crm.set_health_score", account="nobody", score=1, reason="x")


async def fill(house: House) -> None:
    """Have workers do something: three alone, one after an edit, one rejected, one failed."""
    for number in range(3):
        await tell(house, score(), number=number)
    edited, rejected = [await tell(house, notify("usage fell"), number=f"ask {at}") for at in range(2)]
    await tell(house, MISTAKEN, number="bad")
    await work(house)
    await answer_review(house, edited, arguments={"account": "A-101", "message": "usage rose"})
    await answer_review(house, rejected, "reject")
    await work(house)


async def test_throughput_integrity_and_trust_stand_side_by_side(site: Site) -> None:
    """Few cases are shown as so many of so many, with bounds and no score; each number leads to its rows."""
    await fill(site.house)
    page = await site.visit("/")

    assert await page.locator(".three h2").all_inner_texts() == ["Throughput", "Integrity", "Trust"]
    trust = page.locator(".three section").nth(2)
    await expect(trust).to_contain_text("3 of 4")
    await expect(trust).to_contain_text("2 of 2")
    await expect(trust).to_contain_text("too few for a figure, likely")
    links = await page.locator(".three a.figure").evaluate_all("each => each.map(one => one.getAttribute('href'))")
    assert all(link.startswith(("/runs", "/ledger", "/reviews")) for link in links)
    assert len(links) >= 10


async def test_the_exception_queue_gives_the_reason(site: Site) -> None:
    """A run that could not go on stands there with why, and leads to itself; another domain does not show it."""
    await fill(site.house)
    page = await site.visit("/?domain=customer_experience")

    await expect(page.locator("#exceptions tbody tr").first).to_contain_text("no account nobody")
    assert (await page.locator("#exceptions a[data-item]").first.get_attribute("href") or "").startswith("/runs/")
    await page.goto("/?domain=finance")
    await expect(page.locator("#exceptions")).to_contain_text("Nothing waits here")


async def test_the_period_stands_in_the_address(site: Site) -> None:
    """A preset and a moment of one's own; a period before anything happened counts nothing."""
    await fill(site.house)
    page = await site.visit("/")

    await page.get_by_role("link", name="24h").click()
    assert page.url.endswith("/?from=24h")
    await page.goto("/?from=2020-01-01&to=2020-01-02")
    await expect(page.locator(".three")).to_contain_text("no ended runs in this period")
    answer = await page.goto("/?from=2020-01-02&to=2020-01-01")
    assert answer is not None
    assert answer.status == 422


async def test_how_a_cost_is_counted_is_one_click_away(site: Site) -> None:
    """The formula and its inputs stand behind the table."""
    await fill(site.house)
    page = await site.visit("/")

    await page.get_by_text("How this is counted").click()

    await expect(page.locator("#formula")).to_contain_text("divided by the number of these runs")


async def test_a_reason_with_markup_is_text(site: Site) -> None:
    """What a system said is never code."""
    await tell(site.house, act("crm.set_health_score", account="<img src=x>", score=1, reason="x"))
    await work(site.house)
    page = await site.visit("/")

    await expect(page.locator("#exceptions")).to_contain_text("<img src=x>")
    assert await page.locator("main img").count() == 0


async def test_what_is_measured_agrees_with_the_rows(site: Site) -> None:
    """Each measure is what one would count by hand."""
    house = site.house
    await fill(house)
    now = house.clock.now() + timedelta(seconds=1)

    found = await measure(house.database, Span(since=now - timedelta(days=1), until=now))

    states = [row["state"] for row in await rows_of(house, "SELECT state FROM run")]
    assert (found.runs, found.done) == (len(states), states.count("done"))
    assert found.exceptions == states.count("exception")
    assert sum(part.runs for part in found.parts) == found.runs
    assert (found.alone.part, found.alone.whole) == (3, 4)
    assert (found.reviews["edited"], found.reviews["rejected"]) == (1, 1)
    assert found.reversals == 0
    assert sum(row["runs"] for row in found.costs) == found.runs


async def test_enough_cases_become_a_figure(site: Site) -> None:
    """From thirty on a share is a percentage."""
    for number in range(ENOUGH):
        await tell(site.house, score(), number=number)
    await work(site.house)
    page = await site.visit("/")

    await expect(page.locator(".three section").nth(2)).to_contain_text("100%")


@pytest.mark.parametrize("query", ["worker=%00", "from=yesterday", "from=2000-01-01&to=2020-01-01"])
async def test_a_period_nobody_can_measure_is_refused(site: Site, query: str) -> None:
    """The answer says what to write instead."""
    page = await site.visit("/workers")

    answer = await page.goto(f"/?{query}")

    assert answer is not None
    assert answer.status in {400, 422}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_charts_follow_the_theme(site: Site, theme: str) -> None:
    """The words of a chart have the colour of quiet words beside it, in both themes, and the bars that of links."""
    await tell(site.house, notify(), number=1)
    await work(site.house)
    page = await site.visit("/", color_scheme=theme)

    words = await page.locator(".chart text").first.evaluate("text => getComputedStyle(text).fill")
    quiet = await page.locator("main .quiet").first.evaluate("word => getComputedStyle(word).color")
    bar = await page.locator(".chart .mark").first.evaluate("bar => getComputedStyle(bar).fill")
    accent = await page.locator("#side a[aria-current]").first.evaluate("link => getComputedStyle(link).color")

    assert (words, bar) == (quiet, accent)


async def age(house: House, days: int) -> None:
    """Have all that happened so far have happened so many days before."""
    by = timedelta(days=days)
    await rows_of(house, "UPDATE run SET opened_at = opened_at - $1::interval, changed_at = changed_at - $1", by)
    await rows_of(house, "UPDATE review SET opened_at = opened_at - $1::interval, answered_at = answered_at - $1", by)


async def test_a_period_is_compared_with_the_one_before(site: Site) -> None:
    """Off until asked for; then each figure says how much it changed, and leads to the rows of what it was."""
    for number in range(ENOUGH + 10):
        await tell(site.house, score() if number % 2 else MISTAKEN, number=f"before {number}")
    await work(site.house)
    await age(site.house, 7)
    for number in range(ENOUGH):
        await tell(site.house, score(), number=number)
    await work(site.house)
    page = await site.visit("/?from=7d")
    assert await page.locator(".change").count() == 0

    await page.get_by_label("Compare with").select_option("the period before")
    await page.wait_for_url("**compare=previous**")

    said = await page.locator(".three .change").all_inner_texts()
    assert said[0] == "10 fewer (\N{MINUS SIGN}25%) than before: 40"
    assert said[3] == "50 points lower than before: 50%"
    earlier = page.locator(".three .change a").first
    assert (await earlier.get_attribute("href") or "").startswith("/runs?since=")
    await earlier.click()
    await expect(page.locator("#feed tbody tr")).to_have_count(40)


async def test_too_little_is_not_compared(site: Site) -> None:
    """Below thirty cases in either period there are numbers and no percentage; a period without any says so."""
    await fill(site.house)
    await age(site.house, 7)
    await tell(site.house, score(), number=100)
    await work(site.house)
    page = await site.visit("/?compare=previous", java_script_enabled=False)

    text = await page.locator(".three").inner_text()

    assert "6 before: too few to compare" in text
    assert "1 of 6 before: too few to compare" in text
    assert "than before" not in text
    await page.goto("/?from=2020-01-01&to=2020-01-02&compare=previous")
    await expect(page.locator(".three")).to_contain_text("none before")


async def test_a_cut_period_is_not_compared(opened: tuple[House, Company]) -> None:
    """Where a period holds more than is looked at nothing is said of how it changed."""
    house, _ = opened
    now = house.clock.now()
    span = Span(since=now - timedelta(days=1), until=now)
    then = await measure(house.database, before(span))

    found = compare(replace(await measure(house.database, span), cut_at=now), then)

    assert (then.span.since, then.span.until) == (now - timedelta(days=2), span.since)
    assert found.keys() == {"overridden", "waited"}


async def test_nothing_else_can_be_compared_with(site: Site) -> None:
    """A word nobody knows is refused with those there are."""
    page = await site.visit("/workers")

    answer = await page.goto("/?compare=never")

    assert answer is not None
    assert answer.status == 422
    await expect(page.locator("[data-problem]")).to_contain_text("previous")
