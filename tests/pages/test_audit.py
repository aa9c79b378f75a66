import re
import tarfile
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from remit.governance.roles import Person, record_person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.key import load_signer
from remit.ledger.read import Search, count_entries, find_entries
from remit.ledger.sequencer import drain
from remit.practice.company import Company
from remit.runtime.house import House
from remit.web.verifying import Verifying
from tests.houses import answer_review, notify, rows_of, score, tell, work
from tests.pages.conftest import Site
from tests.pages.test_every_page import faults_of


async def _happened(site: Site) -> UUID:
    """Have a run wait for a person, be answered, and end; give it."""
    run = await tell(site.house, notify("<i>usage</i> fell"), number=1)
    await work(site.house)
    await answer_review(site.house, run)
    await work(site.house)
    await site.record()
    return run


async def _appoint(site: Site, name: str, *roles: str) -> str:
    someone = Person(id=name, name=name.title(), roles=roles)
    await record_person(site.house.database, someone, by="you", now=site.house.clock.now())
    return name


async def _rows(page: Page) -> list[str]:
    return [await each.inner_text() for each in await page.locator("table.ledger tbody tr").all()]


# ── searching ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_filters_stand_in_the_address_and_all_hold(site: Site) -> None:
    """What a person answered about one account is found, and each filter can be left out again."""
    run = await _happened(site)
    page = await site.visit("/ledger")

    await page.get_by_role("textbox", name="Person").fill("you")
    await page.get_by_role("combobox", name="Kind").select_option("review.answered")
    await page.get_by_label("Last").select_option("7_days")
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.wait_for_url("**kind=review.answered**")

    assert {"person=you", "last=7_days"} <= set(page.url.partition("?")[2].split("&"))
    assert len(await _rows(page)) == 1
    assert "you · " in (await _rows(page))[0]
    await page.get_by_role("link", name="Leave out the filter kind").click()
    await page.wait_for_url(lambda url: "kind=" not in url)
    await page.goto(f"/ledger?run={str(run)[-8:]}&kind=run.settled")
    assert len(await _rows(page)) == 1


async def test_an_empty_view_says_which_filter_emptied_it(site: Site) -> None:
    """Nobody by that name did anything: the page names the filter, and leaves it out on demand."""
    await _happened(site)
    page = await site.visit("/ledger?person=nobody&worker=as-told")

    await page.get_by_role("link", name="Leave out person “nobody”").click()

    await expect(page.locator("table.ledger tbody tr").first).to_be_visible()


async def test_pages_go_on_where_the_last_one_ended(site: Site) -> None:
    """A hundred stand on a page, the next ones on the next, and none is lost or shown twice."""
    await _many(site, 150)
    page = await site.visit("/ledger?invoice=MANY")

    first = [await each.inner_text() for each in await page.locator("table.ledger tbody th").all()]
    await page.get_by_role("link", name="Older").click()
    await page.wait_for_url("**before=**")
    second = [await each.inner_text() for each in await page.locator("table.ledger tbody th").all()]

    assert (len(first), len(second), len({*first, *second})) == (100, 50, 150)


async def _many(site: Site, many: int) -> None:
    async with site.house.database.transaction() as transaction:
        for number in range(many):
            entry = Entry(kind=EntryKind.SIGNAL_RECEIVED, body={"number": number}, about="invoice:MANY")
            await append(transaction, entry)
    await site.record()


@pytest.mark.parametrize("filters", ["invoice=MANY", "kind=signal.received", "invoice=MANY&kind=signal.received"])
async def test_older_and_newer_again_is_the_same_page(site: Site, filters: str) -> None:
    """Two pages down and up again, with an odd number of entries: the same rows, address and filters."""
    await _many(site, 235)
    page = await site.visit(f"/ledger?{filters}")
    seen: list[tuple[str, list[str]]] = []
    for _ in range(2):
        seen.append((page.url, await _numbers(page)))
        await page.get_by_role("link", name="Older").click()
        await page.wait_for_url(lambda url: url != seen[-1][0])
    await _many(site, 3)  # what comes meanwhile moves nothing

    assert len(await _numbers(page)) == 35
    for url, rows in reversed(seen):
        await page.get_by_role("link", name="Newer").click()
        await page.wait_for_url(url)
        assert await _numbers(page) == rows
    assert await page.get_by_role("link", name="Newer").count() == 0


async def test_newer_than_a_page_somebody_cut_is_the_newest(site: Site) -> None:
    """From a place that is on no edge of a page, fewer than a page are above: the newest page is shown whole."""
    await _many(site, 120)
    page = await site.visit("/ledger?invoice=MANY")
    first = await _numbers(page)
    serial = await site.house.database.fetch_value("find_newest_serial")
    await page.goto(f"{page.url}&before={serial - 30}")

    await page.get_by_role("link", name="Newer").click()
    await page.wait_for_url(lambda url: "before" not in url)

    assert await _numbers(page) == first


async def _numbers(page: Page) -> list[str]:
    return await page.locator("table.ledger tbody th").all_inner_texts()


async def test_nothing_moves_under_whoever_reads(site: Site) -> None:
    """New entries are counted beside the list, and come into it only when asked for."""
    await _happened(site)
    page = await site.visit("/ledger?kind=signal.received")
    before = await _rows(page)

    await tell(site.house, score(), number=7)
    await site.record()
    pill = page.get_by_role("link", name=re.compile("1 new entry: show"))
    await pill.wait_for()

    assert await _rows(page) == before
    await pill.click()
    await expect(page.locator("table.ledger tbody tr")).to_have_count(len(before) + 1)


async def test_a_row_opens_to_what_it_says_and_the_hashes_beside_it(site: Site) -> None:
    """An opened row shows its body as fields, with markup as text, and leads to the entry with its proof."""
    await _happened(site)
    page = await site.visit("/ledger?kind=action.decided")

    await page.locator("table.ledger a[data-item]").last.click()
    inside = page.locator("tr.inside")
    await inside.wait_for()

    assert "<i>usage</i> fell" in await inside.inner_text()
    hashes = [await each.inner_text() for each in await inside.locator("dd .id").all()]
    assert len([each for each in hashes if re.fullmatch(r"[0-9a-f]{64}", each)]) == 3
    assert await faults_of(page) == []
    await inside.get_by_role("link", name="The entry with its proof").click()
    await page.get_by_text("Proof and signed checkpoint").click()
    assert "c2sp.org/tlog-proof@v1" in await page.locator("pre").inner_text()
    await page.get_by_role("link", name="account:A-101").first.click()
    await page.wait_for_url("**/ledger?about=account**")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ledger/00000000-0000-0000-0000-000000000000", 404),
        ("/ledger?last=soon", 422),
        ("/ledger?about=nothing", 422),
        ("/ledger?run=zz", 404),
    ],
)
async def test_what_cannot_be_found_is_said(site: Site, path: str, status: int) -> None:
    """An unknown entry, range, subject or run is a page that says what to do."""
    page = await site.visit("/runs")

    answer = await page.goto(path)

    assert answer is not None
    assert answer.status == status
    assert await page.locator("[data-problem]").count() == 1


async def test_who_may_not_read_the_record_does_not(site: Site) -> None:
    """Somebody without a role sees neither entries nor verification; somebody with a role in one domain does."""
    await _appoint(site, "newcomer")
    await _appoint(site, "rita", "reviewer@finance")
    page = await site.visit("/runs", who="newcomer")

    for path in ("/ledger", "/ledger/verification", "/ledger/export"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403

    page = await site.visit("/ledger", who="rita")
    await page.get_by_role("heading", name="Audit").wait_for()


# ── taking it out ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_export_takes_what_the_filters_say(site: Site) -> None:
    """The page says how many entries, the file holds exactly these, and who took it stands in the ledger."""
    await _happened(site)
    await _appoint(site, "axel", "auditor")
    page = await site.visit("/ledger?kind=action.decided", who="axel")
    await page.get_by_role("link", name="Export…").click()
    await page.get_by_text("2 entries").wait_for()

    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="csv").click()
    path = await (await downloading.value).path()

    with tarfile.open(path) as tar:
        manifest = tar.extractfile("export/manifest")
        assert manifest is not None
        assert b"\nentries 2\n" in manifest.read()
    [entry] = await find_entries(site.house.database, Search(kind="ledger.exported"))
    assert (entry.body["person"], entry.body["search"]) == ("axel", {"kind": "action.decided"})


async def test_who_may_not_export_is_told_whom_to_ask(site: Site) -> None:
    """A reviewer sees how many there are and who may take them, and has no button."""
    page = await site.visit("/ledger/export", who="sara.lind")

    await page.get_by_text("You may not take the record out of the house").wait_for()
    assert await page.get_by_role("button", name="csv").count() == 0


async def test_counting_agrees_with_finding(opened: tuple[House, Company]) -> None:
    """Entries are counted as they are found, whatever is asked, and no further than asked."""
    database = opened[0].database
    await tell(opened[0], score())
    await work(opened[0])

    for search in (
        Search(),
        Search(worker="as-told"),
        Search(about="account:A-101"),
        Search(about="account:A-101", worker="as-told", kind="action.decided"),
        Search(about="account:A-101", concerning=("workflow:tests-of-the-gateway",)),
        Search(concerning=("person:nobody",)),
    ):
        found = await find_entries(database, search, limit=500)
        assert await count_entries(database, search, most=1000) == len(found)
    assert await count_entries(database, Search(), most=2) == 2


# ── verifying ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_push_verifies_all_and_says_what_that_proves(site: Site) -> None:
    """A whole ledger is verified up to its last entry, and without a witness the page says what is not proven."""
    await _happened(site)
    page = await site.visit("/ledger")
    size = await site.house.database.fetch_value("find_next_index")

    await page.get_by_role("button", name="Verify").click()
    await page.get_by_text("Verified up to entry").wait_for()

    text = await page.locator("main").inner_text()
    assert f"Verified up to entry {size - 1}." in text
    assert "No witness: only outsiders and accidents are detectable" in text
    assert await faults_of(page) == []


async def test_a_changed_entry_is_found_and_named(site: Site) -> None:
    """After somebody changed an entry behind the house's back the page is red and names the entry."""
    await _happened(site)
    await rows_of(site.house, "ALTER TABLE entry DISABLE TRIGGER ALL")
    await rows_of(
        site.house, "UPDATE entry SET worker = 'nobody' WHERE serial = (SELECT serial FROM leaf WHERE index = 5)"
    )
    page = await site.visit("/ledger/verification")

    await page.get_by_role("button", name="Verify").click()

    await page.get_by_text("Broken at entry 5.").wait_for()
    assert await page.locator(".banner.bad").count() == 1


async def test_a_kept_checkpoint_finds_a_cut_off_end(site: Site) -> None:
    """Whoever kept a checkpoint of a longer ledger sees that the end is missing, though all that is left is signed."""
    await _happened(site)
    note = await site.house.database.fetch_value("find_checkpoint")
    checkpoint = site.signer.sign(note.partition("\n")[0] + f"\n{10_000}\n" + note.split("\n")[2] + "\n")
    page = await site.visit("/ledger/verification")

    await page.get_by_label("A checkpoint you kept").fill(checkpoint)
    await page.get_by_role("button", name="Verify").click()

    await page.get_by_text("are signed").wait_for()
    assert await page.locator(".banner.bad").count() == 1


async def test_one_check_at_a_time(opened: tuple[House, Company], tmp_path: Path) -> None:
    """A second push while a check goes on does not begin another; its end is kept with who asked first."""
    signer = load_signer(tmp_path)
    await drain(opened[0].database, signer)
    verifying = Verifying(opened[0])

    verifying.begin(signer.verifier, "ann")
    verifying.begin(signer.verifier, "bob")
    await verifying.wait(60)

    assert verifying.under_way is None
    assert verifying.last is not None
    assert verifying.last.who == "ann"
    assert verifying.last.found is not None
    assert verifying.last.found.is_whole
