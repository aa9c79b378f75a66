from playwright.async_api import expect

from remit.governance.roles import Person, save_person
from tests.houses import rows_of
from tests.pages.conftest import Site


async def test_a_line_is_signed_and_the_next_open_one_comes(site: Site) -> None:
    """A signature stands with its person; `n` goes on to the next line that is open."""
    page = await site.visit("/readiness/as-told", who="ruth.adler")
    await expect(page.locator(".banner")).to_contain_text("Not ready for launch")
    await page.get_by_label("What you found about triggers").fill("read <i>it</i>")
    await page.get_by_role("button", name="Sign triggers").click()

    await expect(page.locator("#triggers")).to_contain_text("Signed by ruth.adler")
    await expect(page.locator("#triggers")).to_contain_text("read <i>it</i>")
    await page.keyboard.press("n")
    await page.wait_for_url("**at=permissions#permissions")
    await page.goto("/readiness")
    await expect(page.get_by_role("row", name="As Told")).to_contain_text("1 of 20")


async def test_a_signature_whose_evidence_changed_is_stale(site: Site) -> None:
    """The page says that it changed since, and who had signed."""
    page = await site.visit("/readiness/as-told", who="ruth.adler")
    await page.get_by_role("button", name="Sign escalation").click()
    await expect(page.locator("#escalation")).to_contain_text("Signed by ruth.adler")

    await save_person(site.house.database, Person(id="maria.rossi", name="Maria", is_active=False))
    await page.reload()

    await expect(page.locator("#escalation")).to_contain_text("stale")
    await expect(page.locator("#escalation")).to_contain_text("The evidence changed since ruth.adler signed")
    await expect(page.locator("#escalation")).to_contain_text("maria.rossi is not here")


async def test_who_cannot_sign_is_told_why(site: Site) -> None:
    """The owner is not asked about themselves, nor one side for the other, nor anybody for what is missing."""
    page = await site.visit("/readiness/as-told", who="ken.ito")

    await expect(page.locator("#triggers")).to_contain_text("This line is signed by a business owner or risk owner")
    await expect(page.locator("#kill-switch")).to_contain_text("Nobody signs before it is there")
    await expect(page.locator("#business-owner form")).to_have_count(1)
    both = Person(id="ken.ito", name="Ken", roles=("technical-owner", "business-owner"))
    await save_person(site.house.database, both)
    await page.reload()
    await expect(page.locator("#technical-owner")).to_contain_text("This line is about you")


async def test_evidence_that_changed_meanwhile_is_not_signed(site: Site) -> None:
    """Whoever had the page open is told to read again, and nothing is signed."""
    page = await site.visit("/readiness/as-told", who="ruth.adler")
    await save_person(site.house.database, Person(id="maria.rossi", name="Maria", is_active=False))

    await page.get_by_role("button", name="Sign escalation").click()

    await expect(page.locator("#escalation .problem")).to_contain_text("not what was shown")
    assert await rows_of(site.house, "SELECT * FROM readiness_signature") == []


async def test_the_launch_packet_prints_without_controls(site: Site) -> None:
    """On paper stand the lines and their states, and no button or field."""
    page = await site.visit("/readiness/as-told")

    await page.emulate_media(media="print")

    await expect(page.locator("#triggers")).to_contain_text("What begins it is defined")
    await expect(page.locator("main button:visible, main input:visible, nav:visible")).to_have_count(0)


async def test_paper_is_white_and_names_moments_whole(site: Site) -> None:
    """Whoever reads in dark prints in black on white, and instead of `just now` the moment stands there."""
    page = await site.visit("/ledger", color_scheme="dark")

    await page.emulate_media(media="print")

    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    shown = "(one) => [getComputedStyle(one, '::after').content.replaceAll('\"', ''), one.title]"
    after, title = await page.locator("main td time[title]").first.evaluate(shown)
    assert after == title != ""


async def test_what_is_left_stands_beside_the_way_on(site: Site) -> None:
    """The way to more trust says which lines are left, and leads to the change of a stage."""
    page = await site.visit("/readiness/as-told")
    await expect(page.locator(".banner")).to_contain_text("20 of 20 lines are left")

    await page.get_by_role("link", name="Propose its next stage with these lines left…").click()

    await page.wait_for_url("**/changes/new?kind=stage&worker=as-told")


async def test_an_unknown_worker_has_no_checklist(site: Site) -> None:
    """It answers 404 and says what there is."""
    page = await site.visit("/readiness")

    answer = await page.goto("/readiness/nobody")

    assert answer is not None
    assert answer.status == 404
