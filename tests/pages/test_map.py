from datetime import timedelta

import pytest
from playwright.async_api import expect

from remit.charters import registry
from remit.charters.lifecycle import Status
from remit.governance.halts import stop
from remit.governance.roles import Person, person, record_person
from remit.governance.stand_ins import Absence, note_absence
from remit.practice.company import Company
from remit.runtime.escalation_map import MappedPath, read_map
from remit.runtime.executor import execute
from remit.runtime.handoffs import fail_overdue
from remit.runtime.house import House
from tests.houses import SAMPLE_WORKERS, score, tell, work
from tests.pages.conftest import Site
from tests.pages.test_every_page import faults_of
from tests.pages.test_registry import register
from tests.runtime.test_handoffs import hand_over


async def _path(house: House) -> MappedPath:
    [path] = await read_map(house.database, house.clock.now())
    return path


async def _gaps(house: House) -> list[str]:
    return [gap.says for gap in (await _path(house)).gaps]


async def _leave(house: House, who: str) -> None:
    known = await person(house.database, who)
    gone = Person(id=who, name=known.name, mail=known.mail, roles=known.roles, is_active=False)
    await record_person(house.database, gone, by="you", now=house.clock.now())


async def test_a_path_without_gaps_says_who_gets_it(opened: tuple[House, Company]) -> None:
    """The worker that begins, the owner and the failure owner are named, and why."""
    path = await _path(opened[0])

    assert (path.sender, path.receiver, path.receivers) == ("customer_experience", "finance", ("takes-over",))
    assert [gap for gap in path.gaps if gap.is_severe] == []
    told = " ".join(path.told)
    assert "Takes Over in finance begins at once" in told
    assert "Maria Rossi (maria.rossi) answers for it" in told
    assert "Not taken up within 1 hour, it fails, and Sara Lind (sara.lind) is named." in told


async def test_an_owner_who_left_is_a_gap(opened: tuple[House, Company]) -> None:
    """Once the owner has left, the path is broken, and nobody is said to get it who does not."""
    house, _ = opened
    await _leave(house, "maria.rossi")

    path = await _path(house)

    assert path.is_severe
    assert "owner Maria Rossi has left" in await _gaps(house)
    assert "nothing passes it on by itself" in " ".join(path.told)


async def test_an_owner_who_is_away_is_a_weak_spot(opened: tuple[House, Company]) -> None:
    """Somebody away is named with until when; work still arrives, so the path is not broken."""
    house, _ = opened
    now = house.clock.now()
    away = Absence(person="maria.rossi", since=now - timedelta(hours=1), until=now + timedelta(days=2))
    await note_absence(house.database, away, "maria.rossi", now)

    path = await _path(house)

    assert not path.is_severe
    assert any("Maria Rossi is away until" in gap.says for gap in path.gaps)


async def test_a_receiver_that_is_stopped_or_off_duty_is_a_gap(opened: tuple[House, Company]) -> None:
    """A stopped receiver, and one that is paused, do not begin, and the map says so."""
    house, _ = opened
    async with house.database.transaction() as transaction:
        await registry.set_status(transaction, "takes-over", Status.PAUSED, house.clock.now())
    paused = await _path(house)
    async with house.database.transaction() as transaction:
        await registry.set_status(transaction, "takes-over", Status.LIVE, house.clock.now())
    await stop(house.database, "domain:finance", "drill", "you", house.clock.now())
    halted = await _path(house)

    assert (paused.is_severe, halted.is_severe) == (True, True)
    assert "does not begin: it is paused" in " ".join(paused.told)
    assert "does not begin: it is stopped" in " ".join(halted.told)


async def test_load_lateness_and_failures_are_counted(opened: tuple[House, Company]) -> None:
    """What is under way, what was not taken up in time and what failed in thirty days stand on the path."""
    house, _ = opened
    await tell(house, hand_over(score(101)), number=1)
    await tell(house, hand_over(score(7)), number=2)
    await work(house)
    await execute(house, await tell(house, hand_over(score(8)), number=3))
    house.clock.advance(hours=2)

    late = (await _path(house)).load
    gaps = await _gaps(house)
    await fail_overdue(house.database, house.clock.now())
    failed = (await _path(house)).load
    house.clock.advance(days=31)
    forgotten = (await _path(house)).load

    assert (late.under_way, late.unacknowledged, late.late, late.failed, late.completed) == (1, 1, 1, 1, 1)
    assert "1 not taken up in time" in gaps
    assert (failed.under_way, failed.failed) == (0, 2)
    assert (forgotten.failed, forgotten.completed) == (0, 0)


async def test_gaps_stand_first_and_in_words(site: Site) -> None:
    """A broken path heads the page in words, and the table says the same as the drawing, for everybody to read."""
    await _leave(site.house, "maria.rossi")

    page = await site.visit("/map")

    gaps = page.locator(".gaps")
    assert "broken" in await gaps.inner_text()
    assert "owner Maria Rossi has left" in await gaps.inner_text()
    drawn = await page.locator("svg a").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert drawn == ["told-on: customer experience to finance, 0 under way, to be taken up within 60 minutes, broken"]
    assert await page.locator("#map tbody tr").count() == 1
    assert await faults_of(page) == []


async def test_who_gets_this_now_is_told_by_name(site: Site) -> None:
    """A path is chosen, and the page says who would receive it at this moment."""
    page = await site.visit("/map")

    await page.get_by_role("combobox", name="Path").select_option("told-on")
    await page.wait_for_url("**path=told-on**")

    await page.locator(".told").get_by_text("Maria Rossi (maria.rossi) answers for it").wait_for()
    await page.get_by_text("whenever it is told to").wait_for()


async def test_arrows_move_between_the_drawn_paths(site: Site) -> None:
    """One Tab goes in, arrows move the focus from path to path and no further, and Enter opens the one that has it."""
    first = (SAMPLE_WORKERS / "as_told" / "charter.yaml").read_text().partition("escalation_paths:\n")[2]
    first = first.partition("review_within:")[0]
    more = "".join(first.replace("told-on", name) for name in ("second", "third"))
    await register(site, ("escalation_paths:\n", f"escalation_paths:\n{more}"))
    page = await site.visit("/map")
    paths = page.locator("#map svg a")
    await expect(paths).to_have_count(3)

    await paths.first.focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "ArrowDown"):
        await page.keyboard.press(key)
    await expect(paths.nth(2)).to_be_focused()
    assert await paths.evaluate_all("all => all.map((one) => one.tabIndex)") == [-1, -1, 0]
    assert await paths.nth(2).evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    await page.keyboard.press("ArrowLeft")
    opens = await paths.nth(1).get_attribute("href")
    await page.keyboard.press("Enter")

    await expect(page.locator(".told")).to_be_visible()
    assert page.url.endswith(opens or "nowhere")
    await expect(page.locator("#map tbody tr[aria-current]")).to_have_count(1)


async def test_handoffs_are_listed_with_how_they_stand(site: Site) -> None:
    """Each handoff shows its state and leads to its story; the state is a filter of the address."""
    await tell(site.house, hand_over(score(101)), number=1)
    await tell(site.house, hand_over(score(7)), number=2)
    await work(site.house)
    page = await site.visit("/map?state=failed")

    rows = page.locator("#list tbody tr")
    await expect(rows).to_have_count(1)
    assert "not 101" in await rows.inner_text()
    await rows.get_by_role("link", name="told-on").click()
    await page.get_by_role("heading", name="One story").wait_for()


async def test_the_domain_is_a_filter_of_the_address(site: Site) -> None:
    """A domain no path touches says so and leads back; one that is none is refused."""
    page = await site.visit("/map?domain=security")
    await page.get_by_text("No path touches this domain").wait_for()
    await page.goto("/map?domain=finance")
    await expect(page.locator("#map tbody tr")).to_have_count(1)

    answer = await page.goto("/map?domain=nonsense")

    assert answer is not None
    assert answer.status == 422


@pytest.mark.parametrize("query", ["state=nonsense", "after=x"])
async def test_what_cannot_be_asked_of_the_map_is_said(site: Site, query: str) -> None:
    """A state no handoff has, and a place that is none, are refused with what to do."""
    page = await site.visit("/map")

    answer = await page.goto(f"/map?{query}")

    assert answer is not None
    assert answer.status == 422
