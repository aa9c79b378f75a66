"""People as an administrator keeps them, and as everybody else sees them."""

from playwright.async_api import expect

from remit.governance.accounts import sign_in
from remit.governance.personal_tokens import mint_token
from remit.governance.roles import person
from tests.pages.conftest import Site


async def test_a_person_is_added_and_given_a_password(site: Site) -> None:
    """An administrator adds somebody with a role in one domain and a password they can sign in with."""
    page = await site.visit("/people")
    await page.get_by_label("Id, which never changes").fill("ada.king")
    await page.locator("#new-name").fill("Ada King")
    await page.locator("#add summary").click()
    await page.get_by_label("reviewer in finance", exact=True).check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.wait_for_url("**/people/ada.king")

    await page.get_by_label("A password, for the first time").fill("a long way to the sea 7")
    await page.get_by_role("button", name="Set", exact=True).click()

    await expect(page.locator("#said")).to_contain_text("The password is set")
    assert (await person(site.house.database, "ada.king")).roles == ("reviewer@finance",)
    now = site.house.clock.now()
    assert (await sign_in(site.house.database, ("ada.king", "a long way to the sea 7"), "", now)).person == "ada.king"


async def test_roles_kept_apart_are_refused_and_what_was_typed_stays(site: Site) -> None:
    """An auditor who would also review is refused, with the reason in the form."""
    page = await site.visit("/people/jonas.weber")
    form = page.locator("form", has=page.locator("#name"))
    await form.locator("summary").click()
    await form.get_by_label("reviewer everywhere", exact=True).check()
    await form.get_by_role("button", name="Keep").click()

    await expect(page.get_by_role("alert")).to_contain_text("an auditor holds no other role".capitalize())
    assert await form.get_by_label("reviewer everywhere", exact=True).is_checked()
    assert (await person(site.house.database, "jonas.weber")).roles == ("auditor",)


async def test_who_leaves_is_out_and_can_come_back(site: Site) -> None:
    """Whoever leaves is signed out at the next request, their seats are vacant, and the page offers the way back."""
    theirs = await site.visit("/workers", who="maria.rossi")
    page = await site.visit("/people/maria.rossi")
    await page.get_by_text("Maria Rossi leaves…").click()
    await page.get_by_role("button", name="Note that they have left").click()

    await expect(page.locator(".head")).to_contain_text("has left")
    await expect(page.locator("table").first).to_contain_text("vacant")
    await theirs.goto("/workers")
    assert "/sign-in" in theirs.url
    await page.get_by_role("button", name="Keep, and note that they are back").click()
    await expect(page.locator(".head")).to_contain_text("here")


async def test_others_see_roles_and_no_ways_in(site: Site) -> None:
    """A reviewer sees seats and roles of a colleague, neither sessions nor tokens, and why nothing can be changed."""
    page = await site.visit("/people/ken.ito", who="lena.fischer")

    await expect(page.locator("main")).to_contain_text("shown to them and to administrators")
    await expect(page.locator("main")).to_contain_text("Changing it is for administrator")
    assert await page.locator("main form").count() == 0


async def test_a_forged_change_is_refused_where_it_takes_effect(site: Site) -> None:
    """A form that somebody without the role sends all the same changes nothing."""
    page = await site.visit("/settings", who="lena.fischer")
    token = await page.locator("input[name=csrf_token]").first.get_attribute("value")

    form: dict[str, str | float | bool] = {"csrf_token": token or "", "name": "Lena", "role": "administrator"}
    answer = await page.context.request.post("/people/lena.fischer", form=form)

    assert answer.status == 403
    assert "administrator" not in (await person(site.house.database, "lena.fischer")).roles


async def test_tokens_are_shown_without_what_they_hold(site: Site) -> None:
    """An administrator sees that a token exists and revokes it; its text is nowhere."""
    token = await mint_token(site.house.database, "ken.ito", 30, "ken.ito", site.house.clock.now())
    page = await site.visit("/people/ken.ito")

    assert token not in await page.content()
    await page.get_by_role("button", name="Revoke").click()

    await expect(page.locator("#said")).to_contain_text("counts no more")


async def test_what_each_role_may_do_is_told(site: Site) -> None:
    """The table names every permission in words with its roles, and the pairs kept apart with their reason."""
    page = await site.visit("/people")

    row = page.locator("tr", has=page.get_by_role("rowheader", name="halts:lift", exact=True))
    await expect(row).to_contain_text("let go on what somebody else stopped")
    await expect(row).to_contain_text("risk-owner")
    await expect(page.locator("main")).to_contain_text("who hands out roles does not use them to approve")


async def test_filters_stand_in_the_address(site: Site) -> None:
    """A role and a word find whom they mean; nobody found leads back; an unknown person is not found."""
    page = await site.visit("/people?role=auditor")
    await expect(page.locator("#people tbody tr")).to_have_count(1)

    await page.goto("/people?q=nobody-like-that")
    await expect(page.get_by_role("heading", name="Nobody is like that")).to_be_visible()
    answer = await page.goto("/people/nobody")
    assert answer is not None
    assert answer.status == 404
