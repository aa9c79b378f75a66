from playwright.async_api import expect

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.registry import WorkerFiles
from remit.governance.halts import stop
from remit.governance.roles import Person, save_person
from tests.houses import SAMPLE_WORKERS, answer_review, notify, rows_of, tell, work
from tests.pages.conftest import Site
from tests.pages.test_every_page import filled

FIELDS = (
    "Worker name",
    "Domain",
    "Purpose",
    "Business process",
    "Business owner",
    "Technical owner",
    "Oversight contacts",
    "Triggers",
    "Connected systems",
    "Data access scope",
    "Action permissions",
    "Action boundaries",
    "Prohibited actions",
    "Human review checkpoints",
    "Escalation paths",
    "Deployment status",
    "Accuracy history",
    "Last modified",
    "Audit log",
)


async def register(site: Site, *changes: tuple[str, str]) -> None:
    """Register another version of the sample worker."""
    folder = SAMPLE_WORKERS / "as_told"
    charter = (folder / "charter.yaml").read_text()
    for old, new in changes:
        assert old in charter
        charter = charter.replace(old, new)
    files = WorkerFiles(name="as-told", charter=charter, playbook=(folder / "playbook.py").read_text())
    async with site.house.database.transaction() as transaction:
        parsed = parse_charter(charter, file="as-told/charter.yaml")
        await registry.register(transaction, files, parsed, site.house.clock.now())


async def test_an_owner_finds_a_worker_and_what_the_registry_says(site: Site) -> None:
    """From the list one comes to the page, which holds every field of the registry and what waits for people."""
    await filled(site)
    page = await site.visit("/workers", who="sara.lind")

    await page.get_by_label("Search").fill("told")
    await page.keyboard.press("Enter")
    await expect(page.locator("main tbody tr")).to_have_count(1)
    await expect(page.locator("main tbody")).to_contain_text("1 of 1")
    await page.get_by_role("link", name="As Told").click()

    assert page.url.endswith("/workers/as-told")
    assert set(FIELDS) <= set(await page.locator("dt").all_inner_texts())
    assert await page.get_by_role("link", name="Stop this worker").get_attribute("href") == "/stop?scope=worker:as-told"


async def test_filters_stand_in_the_address(site: Site) -> None:
    """Each filter can be sent to somebody as a link; one that finds nothing says so."""
    page = await site.visit("/workers?domain=finance")

    await expect(page.locator("main tbody tr")).to_have_count(1)
    await page.goto("/workers?level=assistive&owner=maria.rossi")
    await expect(page.locator("main tbody th")).to_contain_text("Takes Over")
    await page.goto("/workers?q=%3Cscript%3E")
    await expect(page.locator("main")).to_contain_text("No worker is like that")


async def test_what_a_charter_says_is_never_code(site: Site) -> None:
    """Markup in a charter is shown as it was written, in the list and on every page of the worker."""
    mean = "<img src=x onerror=alert(1)>"
    await register(site, ("purpose: do what the signal says, within grants of every sort", f'purpose: "{mean}"'))
    page = await site.visit("/workers/as-told")

    await expect(page.locator(".head")).to_contain_text(mean)
    for tab in ("charter", "could", "raci", "runs", "reviews", "costs", "identity"):
        await page.goto(f"/workers/as-told/{tab}")
        assert await page.locator("main img").count() == 0, tab


async def test_two_versions_are_compared_in_words(site: Site) -> None:
    """What was added and what was removed is said, not only coloured."""
    await register(site, ("per_day: 5, because: it is permitted five", "per_day: 7, because: it is permitted seven"))
    page = await site.visit("/workers/as-told/charter")

    await expect(page.locator("ins")).to_contain_text("Added: + ")
    await expect(page.locator("ins")).to_contain_text("per_day: 7")
    await expect(page.locator("del")).to_contain_text("Removed: - ")
    await expect(page.locator("del")).to_contain_text("per_day: 5")
    assert await page.locator("section[aria-labelledby=versions] tbody tr").count() == 2


async def test_what_it_may_do_and_what_a_stage_would_add(site: Site) -> None:
    """Alone, asking, never: each operation; another stage shows the rules that would fall silent."""
    page = await site.visit("/workers/as-told/could")

    await expect(page.get_by_role("row", name="crm.set_health_score")).to_contain_text("alone")
    await expect(page.get_by_role("row", name="crm.notify_owner")).to_contain_text("asks")
    await page.get_by_label("Operation").select_option("crm.notify_owner")
    await page.locator("select[name=stage]").select_option("high_trust")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("main")).to_contain_text("assistive → high trust")
    await expect(page.locator("main")).to_contain_text("would not speak any more")


async def test_a_vacant_seat_is_said(site: Site) -> None:
    """Who has left leaves the word vacant in every row, with their name."""
    await save_person(site.house.database, Person(id="ruth.adler", name="Ruth", is_active=False))
    page = await site.visit("/workers/as-told/raci")

    first = page.locator("main tbody tr").first
    await expect(first).to_contain_text("vacant")
    await expect(first).to_contain_text("ruth.adler has left")


async def test_an_identity_is_revoked_by_one_and_restored_by_another(site: Site) -> None:
    """Who revoked it cannot restore it and is told so; a second person can."""
    page = await site.visit("/workers/as-told/identity", who="you")
    await page.get_by_label("Reason").fill("a token leaked")
    await page.get_by_role("button", name="Revoke").click()
    await expect(page.locator("#said")).to_contain_text("revoked")
    await expect(page.locator("main")).to_contain_text("A second person restores it")

    second = await site.visit("/workers/as-told/identity", who="ken.ito")
    await second.get_by_label("Reason").fill("replaced")
    await second.get_by_role("button", name="Restore").click()

    await expect(second.locator("#said")).to_contain_text("counts again")
    [row] = await rows_of(site.house, "SELECT is_revoked, generation FROM worker_identity")
    assert (row["is_revoked"], row["generation"]) == (False, 3)


async def test_who_may_not_change_an_identity_is_told_why(site: Site) -> None:
    """A reviewer sees the state and no button."""
    page = await site.visit("/workers/as-told/identity", who="nina.kowalski")

    await expect(page.locator("main")).to_contain_text("You hold no such role here")
    assert await page.locator("main form").count() == 0


async def test_a_correction_is_shown_with_before_and_after(site: Site) -> None:
    """An edit stands on the page of the worker with what it changed."""
    run = await tell(site.house, notify("usage fell"))
    await work(site.house)
    await answer_review(site.house, run, arguments={"account": "A-101", "message": "usage rose"})
    page = await site.visit("/workers/as-told/reviews")

    await expect(page.locator("main del")).to_contain_text("usage fell")
    await expect(page.locator("main ins")).to_contain_text("usage rose")
    await expect(page.locator("main")).to_contain_text("too few for a figure")


async def test_a_stopped_worker_says_by_whom(site: Site) -> None:
    """The page of a stopped worker begins with who stopped it, and why; the list says stopped."""
    await stop(site.house.database, "worker:as-told", "odd mails", "you", site.house.clock.now())
    page = await site.visit("/workers/as-told")

    await expect(page.locator(".banner")).to_contain_text("odd mails")
    await page.goto("/workers?state=stopped")
    await expect(page.locator("main tbody tr")).to_have_count(1)
    await expect(page.locator("main tbody")).not_to_contain_text("none")


async def test_unknown_names_are_not_found(site: Site) -> None:
    """A worker or a tab there is not answers 404, with what is near."""
    page = await site.visit("/workers")

    for path in ("/workers/as-tolld", "/workers/as-told/identiti"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 404
        await expect(page.locator("main")).to_contain_text("Did you mean")
