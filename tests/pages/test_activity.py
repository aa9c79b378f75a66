import re
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect

from remit.governance.roles import Person, record_person
from remit.practice.company import Company
from remit.runtime.feed import PAGE, Sought, read_feed
from remit.runtime.house import House
from tests.houses import answer_review, done_of, notify, review_of, rows_of, score, state_of, tell, work
from tests.pages.conftest import Site
from tests.pages.test_every_page import faults_of
from tests.runtime.test_handoffs import hand_over


async def _edited(house: House) -> UUID:
    """Have a run read, judge, write, and write something a person edited."""
    asked = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
    run = await tell(house, asked, {"classify": "it is broken"}, score(), notify("<b>half</b> the usage"))
    await work(house)
    edited = {"account": "A-101", "message": "a third of the usage"}
    await answer_review(house, run, reason="say it milder", arguments=edited)
    await work(house)
    return run


# ── the feed ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_waiting_for_a_person_is_a_state_of_its_own(site: Site) -> None:
    """A run that waits for a person says so, and leads to its review."""
    run = await tell(site.house, notify())
    await work(site.house)

    page = await site.visit("/runs?state=waiting_for_a_person")

    link = page.get_by_role("link", name="waiting for a person")
    assert await link.get_attribute("href") == f"/reviews?id={(await review_of(site.house, run))['id']}"
    await page.goto("/runs?state=waiting_for_a_halt")
    await page.get_by_text("No run is like that").wait_for()
    await page.get_by_role("link", name="Leave out the state").wait_for()


async def test_news_come_into_the_feed_unless_held_back(site: Site) -> None:
    """A new run appears by itself; after `p` it is counted and held until `p` again."""
    await tell(site.house, score(), number=1)
    await work(site.house)
    await site.record()
    page = await site.visit("/runs")
    rows = page.locator("#feed tbody tr")
    await expect(rows).to_have_count(1)

    await tell(site.house, score(), number=2)
    await work(site.house)
    await site.record()
    await expect(rows).to_have_count(2)
    await page.keyboard.press("p")
    await tell(site.house, score(), number=3)
    await work(site.house)
    await site.record()
    await expect(page.locator("[data-held]").first).to_have_text(re.compile(r"\d+ held"))
    await expect(rows).to_have_count(2)
    await page.keyboard.press("p")

    await expect(rows).to_have_count(3)


async def test_f_shows_what_failed(site: Site) -> None:
    """One key shows only the runs a person has to go on with, and the address says so."""
    await tell(site.house, score(101), number=1)
    await tell(site.house, score(10), number=2)
    await work(site.house)
    page = await site.visit("/runs")

    await page.keyboard.press("f")
    await page.wait_for_url("**/runs?state=failed")

    await expect(page.locator("#feed tbody tr")).to_have_count(1)
    assert "not 101" in await page.locator("#feed tbody tr").inner_text()


async def test_pages_of_the_feed_lose_and_double_nothing(opened: tuple[House, Company]) -> None:
    """Runs that changed at the same moment are each on one page, with a text sought as without."""
    house, _ = opened
    for number in range(PAGE + 5):
        await tell(house, score(), number=number)
    await rows_of(house, "UPDATE run SET changed_at = $1", house.clock.now())

    for text in ("", "A-101"):
        first = await read_feed(house.database, Sought(text=text))
        second = await read_feed(house.database, Sought(text=text, after=first.next))

        assert (len(first.runs), len(second.runs), second.next) == (PAGE, 5, None)
        assert len({run["id"] for run in (*first.runs, *second.runs)}) == PAGE + 5


@pytest.mark.parametrize("query", ["state=nonsense", "after=yesterday", "after=2026-01-01_x"])
async def test_what_cannot_be_asked_is_said(site: Site, query: str) -> None:
    """A filter that means nothing is refused with what to do."""
    page = await site.visit("/runs")

    answer = await page.goto(f"/runs?{query}")

    assert answer is not None
    assert answer.status == 422
    assert await page.locator("[data-problem]").count() == 1


# ── one run ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_run_is_told_in_the_order_it_happened(site: Site) -> None:
    """Signal, read, judgement, decisions, answer and effects stand in order, each with what went in and came out."""
    run = await _edited(site.house)
    page = await site.visit(f"/runs/{run}")

    told = [await each.inner_text() for each in await page.locator("ol.happened summary b").all()]

    assert told == [
        "Signal received",
        "Read",
        "Judged",
        "Decided",
        "Took effect",
        "Decided",
        "A person answered",
        "Decided",
        "Took effect",
        "Ended",
    ]
    await page.evaluate("document.querySelectorAll('ol.happened details').forEach((one) => { one.open = true })")
    text = await page.locator("ol.happened").inner_text()
    for said in ("In the assistive stage a person approves every write.", "local/", "say it milder", "by you"):
        assert said in text
    assert await faults_of(page) == []


async def test_an_edit_is_shown_as_what_was_and_what_is(site: Site) -> None:
    """What a person changed is open on the page, before and after, and no markup in it comes to life."""
    run = await _edited(site.house)

    page = await site.visit(f"/runs/{run}")

    assert "<b>half</b> the usage" in await page.locator("ol.happened del").first.inner_text()
    assert "a third of the usage" in await page.locator("ol.happened ins").first.inner_text()


async def test_brackets_go_to_the_runs_beside_it(site: Site) -> None:
    """`[` and `]` lead to the run of the same worker before and after."""
    runs = [await tell(site.house, score(), number=number) for number in range(3)]
    await work(site.house)
    order = [row["id"] for row in await rows_of(site.house, "SELECT id FROM run ORDER BY changed_at")]
    assert sorted(order) == sorted(runs)
    page = await site.visit(f"/runs/{order[1]}")

    await page.keyboard.press("[")
    await page.wait_for_url(f"**/runs/{order[0]}")
    await page.keyboard.press("]")

    await page.wait_for_url(f"**/runs/{order[1]}")


async def test_runs_across_domains_are_one_story(site: Site) -> None:
    """Both runs of a handoff lead to one page with the path, its owner and how it ended."""
    run = await tell(site.house, hand_over(score(7)))
    await work(site.house)
    page = await site.visit(f"/runs/{run}")

    await page.get_by_role("link", name="One story of 2 runs").click()
    await page.get_by_role("heading", name="One story").wait_for()

    text = await page.locator("main").inner_text()
    for said in ("customer experience", "finance", "as-told", "takes-over", "told-on", "maria.rossi", "completed"):
        assert said in text
    assert await page.locator("svg rect").count() == 3
    assert await faults_of(page) == []


async def test_a_performed_action_is_taken_back_by_two(site: Site) -> None:
    """One person asks on the page of the run, and nothing is taken back before another approved."""
    run = await tell(site.house, score(7))
    await work(site.house)
    page = await site.visit(f"/runs/{run}", who="sara.lind")

    await page.locator("summary", has_text="Took effect").click()
    await page.get_by_label("score, as it was before").fill("55")
    await page.get_by_label("What went wrong").fill("the wrong account")
    await page.get_by_role("button", name="Ask to take it back").click()
    await page.get_by_text("Nothing is taken back before a second person approves").wait_for()

    [taking] = await rows_of(site.house, "SELECT id FROM run WHERE reverses <> ''")
    await work(site.house)
    assert await done_of(site.company) == ["crm.set_health_score 1"]
    await answer_review(site.house, taking["id"], person="you")
    await work(site.house)
    assert [each.arguments["score"] for each in await site.company.effects()] == [7, 55]
    assert (await state_of(site.house, taking["id"]))["state"] == "done"
    await page.goto(f"/runs/{run}")
    await page.locator("summary", has_text="Took effect").click()
    await page.get_by_text("It was taken back by").wait_for()


async def test_who_may_not_take_back_is_told_so(site: Site) -> None:
    """A reviewer sees that it could be taken back, and by whom, and has no button."""
    run = await tell(site.house, score(7))
    await work(site.house)
    someone = Person(id="rita.reviewer", name="Rita", roles=("reviewer",))
    await record_person(site.house.database, someone, by="you", now=site.house.clock.now())

    page = await site.visit(f"/runs/{run}", who="rita.reviewer")
    await page.locator("summary", has_text="Took effect").click()

    await page.get_by_text("You may not ask for it").wait_for()
    assert await page.get_by_role("button", name="Ask to take it back").count() == 0


@pytest.mark.parametrize("path", ["/runs/00000000-0000-0000-0000-000000000000", "/traces/nothing"])
async def test_what_is_not_there_is_said(site: Site, path: str) -> None:
    """An unknown run or trace is a page that says so."""
    page = await site.visit("/runs")

    answer = await page.goto(path)

    assert answer is not None
    assert answer.status == 404


async def test_a_span_of_time_shows_what_began_in_it(site: Site) -> None:
    """A number of the overview leads to just the runs it counts: those that began in its span."""
    run = await tell(site.house, score(), number=1)
    await work(site.house)
    now = site.house.clock.now()
    before, after = now - timedelta(days=1), now + timedelta(seconds=1)

    found = await read_feed(site.house.database, Sought(since=before, until=after))
    none = await read_feed(site.house.database, Sought(until=before))
    page = await site.visit(f"/runs?since={before:%Y-%m-%d}&until=2020-01-01")

    assert [row["id"] for row in found.runs] == [run]
    assert none.runs == []
    await page.get_by_text("No run is like that").wait_for()


async def test_reads_and_judgements_are_drawn_with_what_they_took(site: Site) -> None:
    """Each has its bar; of a run recorded before times were noted nothing is made up."""
    asked = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
    run = await tell(site.house, asked, {"classify": "it is broken"}, score())
    await work(site.house)
    page = await site.visit(f"/runs/{run}")

    drawn = await page.locator("svg.chart g > text:first-of-type").all_text_contents()
    read = await page.locator("ol.happened summary", has_text="crm.get_account").inner_text()
    await rows_of(site.house, "UPDATE step SET begun_at = NULL, ended_at = NULL")
    await page.reload()
    left = await page.locator("svg.chart g > text:first-of-type").all_text_contents()

    assert [name for name in drawn if name.startswith(("reads", "judges"))] == [
        "reads crm.get_account",
        "judges: classify",
    ]
    assert re.search(r"took [\d.]+ ms", read)
    assert not [name for name in left if name.startswith(("reads", "judges"))]


async def test_the_times_of_a_step_are_its_own(site: Site) -> None:
    """A step began and ended before it was committed, one after the other; an action's times are those of its row."""
    asked = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
    await tell(site.house, asked, {"classify": "it is broken"}, score())
    await work(site.house)

    steps = await rows_of(site.house, "SELECT * FROM step ORDER BY number")

    noted = [step for step in steps if step["begun_at"]]
    assert [step["kind"] for step in noted] == ["read", "judge"]
    times = [step[name] for step in noted for name in ("begun_at", "ended_at")]
    assert times == sorted(times)
    assert all(step["ended_at"] <= step["recorded_at"] for step in noted)


async def test_every_number_of_a_run_is_a_link(site: Site) -> None:
    """The trace, who answered, what it is about and the review lead on, and from the story to the open review."""
    run = await _edited(site.house)
    waits = await tell(site.house, notify(), number=2)
    await work(site.house)
    page = await site.visit(f"/runs/{run}")
    links = set(await page.locator("#run a").evaluate_all("each => each.map(one => one.getAttribute('href'))"))
    trace = (await state_of(site.house, waits))["trace_id"]
    review = (await review_of(site.house, waits))["id"]

    await page.goto(f"/traces/{trace}")

    assert {"/people/you", "/ledger?about=account%3AA-101"} <= links
    assert {"/traces/", "/reviews?id=", "/ledger/"} <= {re.sub("[0-9a-f-]+$", "", link) for link in links}
    assert await page.get_by_role("link", name="waiting for a person").get_attribute("href") == f"/reviews?id={review}"
