"""The first steps of a newcomer, as the house sees that they were taken."""

from playwright.async_api import expect

from remit.governance.halts import lift, stop
from remit.governance.roles import Person, save_person
from tests.houses import answer_review, notify, tell, work
from tests.pages.conftest import Site


async def test_an_empty_house_begins_with_the_first_step(site: Site) -> None:
    """Nothing is done, the first step is next, and the menu of the person leads here."""
    page = await site.visit("/workers")
    await page.locator("summary").first.click()
    await page.get_by_role("group").get_by_role("link", name="First steps").click()

    await expect(page.locator("[aria-current=step]")).to_contain_text("A signal came")
    await expect(page.locator(".steps li").nth(3)).to_contain_text("to do")
    await expect(page.locator(".steps li").nth(4)).to_contain_text("any time")


async def test_steps_are_done_when_they_were(site: Site) -> None:
    """A signal, a run, a decision, a stop that somebody else lifted and an own person count, each once it happened."""
    run = await tell(site.house, notify(), number=1)
    await work(site.house)
    await answer_review(site.house, run)
    await work(site.house)
    database, now = site.house.database, site.house.clock.now()
    await stop(database, "worker:as-told", "to see", "you", now)
    page = await site.visit("/start")
    steps = page.locator(".steps li")

    for number in range(3):
        await expect(steps.nth(number)).to_contain_text("done")
    await expect(steps.nth(3)).to_contain_text("a second person still has to let it go on")

    await lift(database, "worker:as-told", "seen", "ken.ito", now)
    await save_person(database, Person(id="ada.king", name="Ada King"))
    await page.reload()

    await expect(steps.nth(3).locator(".state")).to_have_text("done")
    await expect(steps.nth(6).locator(".state")).to_have_text("done")


async def test_the_steps_of_another_are_not_yours(site: Site) -> None:
    """What somebody else decided is no step of the one who looks."""
    run = await tell(site.house, notify(), number=1)
    await work(site.house)
    await answer_review(site.house, run)

    page = await site.visit("/start", who="ken.ito")

    await expect(page.locator(".steps li").nth(2).locator(".state")).not_to_have_text("done")
