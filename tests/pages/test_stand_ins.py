"""Who is away and who answers for whom, said on the page of a person."""

from datetime import timedelta

from playwright.async_api import expect

from remit.governance.stand_ins import (
    Absence,
    Delegation,
    give_delegation,
    list_absences,
    list_delegations,
    note_absence,
)
from tests.pages.conftest import Site


async def test_somebody_says_that_they_are_away_and_who_answers(site: Site) -> None:
    """A reviewer notes their absence, names a stand-in from a list, sees both, and takes both back."""
    database, now = site.house.database, site.house.clock.now()
    page = await site.visit("/people", who="lena.fischer")
    await page.get_by_role("link", name="I am away…").click()
    await page.get_by_text("I am away…").click()
    await page.get_by_label("Back on").fill(f"{now + timedelta(days=6):%Y-%m-%d}")
    await page.get_by_role("button", name="Note it").click()
    await expect(page.locator("#said")).to_contain_text("Others are told of reviews until")
    [absence] = await list_absences(database, now)
    assert (absence["person"], absence["noted_by"]) == ("lena.fischer", "lena.fischer")

    await page.get_by_text("Somebody answers reviews for me…").click()
    await page.get_by_label("Who").select_option("ken.ito")
    await page.get_by_label("As").select_option("finance-reviewer")
    await page.get_by_role("button", name="Let them answer").click()
    await expect(page.locator("#said")).to_contain_text("ken.ito can answer as finance-reviewer for you")
    [lent] = await list_delegations(database, now)
    assert (lent["delegate"], lent["role"], lent["until"]) == ("ken.ito", "finance-reviewer", absence["until"])

    await page.get_by_role("button", name="Take back").click()
    await expect(page.locator("main")).to_contain_text("Nobody answers for Lena Fischer")
    await page.get_by_role("button", name="Is back").click()
    await expect(page.locator("main")).to_contain_text("No absence is noted")
    assert await list_absences(database, now) == []
    assert await list_delegations(database, now) == []


async def test_an_administrator_notes_that_somebody_is_away(site: Site) -> None:
    """Whoever may change people notes an absence of another, and names no stand-in in their place."""
    page = await site.visit("/people/maria.rossi")
    await page.get_by_text("Maria Rossi is away…").click()
    await page.get_by_label("Back on").fill(f"{site.house.clock.now() + timedelta(days=3):%Y-%m-%d}")
    await page.get_by_role("button", name="Note it").click()
    await expect(page.locator("#said")).to_contain_text("Noted.")

    assert await page.get_by_text("Somebody answers reviews for me…").count() == 0
    await page.goto("/people")
    await expect(page.locator("#stand-ins")).to_contain_text("maria.rossi")


async def test_an_absence_that_ends_before_it_begins_is_refused(site: Site) -> None:
    """The form says what is wrong with the days, and keeps them."""
    page = await site.visit("/people/you")
    await page.get_by_text("I am away…").click()
    form = page.locator("form", has=page.get_by_label("Back on"))
    await form.evaluate("(form) => { form.noValidate = true; }")
    await form.get_by_label("Back on").fill("2020-01-01")
    await form.get_by_role("button", name="Note it").click()

    await expect(page.get_by_role("alert")).to_contain_text("An absence ends after it begins")
    assert await form.get_by_label("Back on").input_value() == "2020-01-01"


async def test_nobody_says_it_for_another_without_the_role(site: Site) -> None:
    """A colleague sees no form and why, and a forged one changes nothing; nor is a role lent in another's name."""
    database, now = site.house.database, site.house.clock.now()
    away = await note_absence(
        database, Absence(person="ken.ito", since=now, until=now + timedelta(days=1)), "ken.ito", now
    )
    lent = await give_delegation(
        database,
        Delegation(delegator="ken.ito", delegate="tom.becker", role="it-reviewer", until=now + timedelta(days=1)),
        now,
    )
    page = await site.visit("/people/ken.ito", who="lena.fischer")
    assert await page.locator("main form").count() == 0
    await expect(page.locator("main")).to_contain_text("can note an absence")
    await page.goto("/settings")
    token = await page.locator("input[name=csrf_token]").first.get_attribute("value") or ""

    given: dict[str, str | float | bool] = {"csrf_token": token, "until": "2099-01-01"}
    given |= {"delegate": "lena.fischer", "role": "it-reviewer"}
    for path in ("absences", f"absences/{away}/end", "delegations", f"delegations/{lent}/end"):
        answer = await page.context.request.post(f"/people/ken.ito/{path}", form=given)
        assert answer.status in {403, 422}, path

    assert len(await list_absences(database, now)) == 1
    assert [row["delegate"] for row in await list_delegations(database, now)] == ["tom.becker"]


async def test_a_stand_in_gives_back_what_was_lent(site: Site) -> None:
    """Whoever answers for another can end it themselves, without script too."""
    database, now = site.house.database, site.house.clock.now()
    until = now + timedelta(days=2)
    await give_delegation(
        database, Delegation(delegator="ken.ito", delegate="tom.becker", role="it-reviewer", until=until), now
    )
    page = await site.visit("/people/tom.becker", who="tom.becker", java_script_enabled=False)

    await page.get_by_role("button", name="Give back").click()

    assert await list_delegations(database, now) == []
    await expect(page.locator("#said")).to_contain_text("It is over")
