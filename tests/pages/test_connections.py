"""Connections as people watch them, and the vault, which never shows what it keeps."""

import base64

import httpx
import pytest
from playwright.async_api import expect

from remit.connections.vault import Secret, Vault
from remit.governance.secrets import list_secrets
from remit.web.app import create_app
from remit.web.browser import CSRF_FIELD
from tests.houses import notify, score, tell, work
from tests.pages.conftest import Site, sign_in
from tests.web.conftest import TOKEN

VALUE = "hunter2-and-more"


async def test_health_and_freshness_are_told(site: Site) -> None:
    """A system that took a write says when; one nobody asked yet says so; each leads to its stop."""
    await tell(site.house, score(), number=1)
    await work(site.house)
    page = await site.visit("/connections")

    crm = page.locator("#connections tr", has=page.get_by_role("rowheader", name="crm"))
    await expect(crm).to_contain_text("healthy")
    await expect(crm.locator("time")).to_have_count(1)
    erp = page.locator("#connections tr", has=page.get_by_role("rowheader", name="erp"))
    await expect(erp).to_contain_text("not asked yet")
    await crm.get_by_role("link", name="Stop… crm").click()
    await expect(page.get_by_role("heading", name="Stop connection:crm?")).to_be_visible()


async def test_a_failing_system_says_why(site: Site) -> None:
    """The reason of the last failure stands beside the system, and on its page."""
    await site.company.fail("crm", "*", "busy", times=50, seconds=0)
    await tell(site.house, score(), number=1)
    await work(site.house)
    page = await site.visit("/connections")

    await expect(page.locator("#connections")).to_contain_text("failing")
    await page.goto("/connections/crm")
    await expect(page.locator("#health")).to_contain_text("in a row")


async def test_operations_tell_what_is_true_of_them(site: Site) -> None:
    """Each operation says whether it writes, its risk, what takes it back, and where something goes."""
    page = await site.visit("/connections/mail")

    row = page.locator("tr", has=page.get_by_role("rowheader", name="mail.send_message"))
    await expect(row).to_contain_text("write")
    await expect(row).to_contain_text("Says where something goes: to")
    await expect(row).to_contain_text("nothing")
    answer = await page.goto("/connections/nowhere")
    assert answer is not None
    assert answer.status == 404


async def test_without_its_key_the_page_names_the_command(site: Site) -> None:
    """A process that was not given the vault's key offers no field, and says what does it."""
    page = await site.visit("/connections", who="ken.ito")

    await expect(page.locator("#vault")).to_contain_text("remit vault put NAME")
    assert await page.locator("#vault form").count() == 0


@pytest.fixture
async def keeper(site: Site) -> httpx.AsyncClient:
    """Somebody signed in at a process that has the vault's key, with the token of their session."""
    app = create_app(site.house, token=TOKEN, person="you")
    app.state.vault = Vault(site.house.database, Secret(base64.b64encode(b"k" * 32).decode()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def entered(site: Site, client: httpx.AsyncClient, who: str) -> dict[str, str]:
    """Sign somebody in; give what their forms carry."""
    context = await site.browser.new_context(base_url=site.address)
    await sign_in(site.house, context, who)
    client.headers["Cookie"] = "; ".join(f"{one.get('name')}={one.get('value')}" for one in await context.cookies())
    token = (await client.get("/v1/me")).json()["csrf_token"]
    return {CSRF_FIELD: token}


async def test_a_secret_goes_in_and_never_comes_out(site: Site, keeper: httpx.AsyncClient) -> None:
    """Whoever may keeps and removes a secret; the page shows its name, its age and who kept it, never its value."""
    form = await entered(site, keeper, "ken.ito")

    answer = await keeper.post("/connections/secrets", data={**form, "name": "crm.token", "value": VALUE})
    shown = (await keeper.get("/connections")).text

    assert answer.status_code == 303
    assert "crm.token" in shown
    assert "ken.ito" in shown
    assert VALUE not in shown
    assert [one.kept_by for one in await list_secrets(site.house.database)] == ["ken.ito"]

    await keeper.post("/connections/secrets/remove", data={**form, "name": "crm.token"})
    assert await list_secrets(site.house.database) == []


async def test_a_reviewer_keeps_no_secret(site: Site, keeper: httpx.AsyncClient) -> None:
    """Who may not connect systems sees why, and is refused where it takes effect."""
    form = await entered(site, keeper, "lena.fischer")

    answer = await keeper.post("/connections/secrets", data={**form, "name": "crm.token", "value": VALUE})

    assert answer.status_code == 403
    assert VALUE not in answer.text
    assert "Keeping secrets is for technical-owner" in (await keeper.get("/connections")).text
    assert await list_secrets(site.house.database) == []


async def test_notices_lead_to_what_they_tell_of(site: Site) -> None:
    """A notice says when, what and as whom it was told, links to it, and an empty list says what will come."""
    page = await site.visit("/notices", who="jonas.weber")
    await expect(page.get_by_role("heading", name="You were not told anything yet")).to_be_visible()
    await tell(site.house, notify(), number=1)
    await work(site.house)

    told = await site.visit("/notices", who="ken.ito")

    await expect(told.locator("#notices tbody tr").first.locator("a[data-item]")).to_have_attribute(
        "href", "/reviews/" + str(await review(site))
    )


async def review(site: Site) -> object:
    """Give the number of the one open review."""
    [row] = await site.house.database.fetch("list_halted_reviews", "everything", 10)
    return row["id"]
