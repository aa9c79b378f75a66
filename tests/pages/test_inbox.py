import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from remit.governance.pending_answers import LASTS, take_due
from remit.governance.sign_in_links import make_link
from remit.ledger.read import Search, find_entries
from remit.web.app import create_app
from tests.houses import act, answer_review, done_of, mail, notify, rows_of, tell, work
from tests.pages.conftest import Site, sign_in
from tests.pages.test_every_page import faults_of
from tests.web.conftest import TOKEN


async def asked(site: Site, *messages: str) -> None:
    """Have reviews waiting, one for each message."""
    for number, message in enumerate(messages):
        await tell(site.house, notify(message), number=number)
    await work(site.house)


async def count_now(site: Site) -> None:
    """Let the time pass in which an answer can be taken back, and have what is due counted."""
    site.house.clock.ahead += LASTS * 2
    await take_due(site.house.database, site.house.clock.now())
    await work(site.house)


async def states(site: Site) -> list[str]:
    """Give the state of each review, oldest first."""
    return [row["state"] for row in await rows_of(site.house, "SELECT state FROM review ORDER BY opened_at, id")]


async def test_a_reviewer_works_through_the_inbox_by_keys(site: Site) -> None:
    """One is approved, one is rejected with a reason, and each time the next one is there, ready for the next key."""
    await asked(site, "one", "two", "three")
    page = await site.visit("/reviews")

    await page.keyboard.press("a")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    await page.keyboard.press("r")
    await page.keyboard.type("they said so already")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Rejected")
    await expect(page.locator(".inbox-list li")).to_have_count(1)
    await count_now(site)

    assert await states(site) == ["used", "rejected", "open"]
    assert len(await done_of(site.company)) == 1


async def test_enter_in_the_reason_never_approves(site: Site) -> None:
    """Enter in an empty reason asks for one; nothing is decided."""
    await asked(site, "one")
    page = await site.visit("/reviews")

    await page.keyboard.press("r")
    await page.keyboard.press("Enter")

    await expect(page.locator("#verdict .problem")).to_contain_text("a reason")
    assert await rows_of(site.house, "SELECT * FROM pending_answer") == []


async def test_enter_in_an_edited_field_decides_nothing(site: Site) -> None:
    """Enter in a field of the proposal neither approves nor rejects."""
    await asked(site, "one")
    page = await site.visit("/reviews")

    await page.keyboard.press("e")
    await page.keyboard.type("x")
    await page.locator("#verdict details input").first.press("Enter")
    await expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")

    assert await rows_of(site.house, "SELECT * FROM pending_answer") == []


async def test_a_key_held_down_decides_once(site: Site) -> None:
    """A key that repeats approves one item, not the queue."""
    await asked(site, "one", "two", "three")
    page = await site.visit("/reviews")

    for _ in range(5):
        await page.keyboard.down("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    await page.keyboard.up("a")

    assert len(await rows_of(site.house, "SELECT * FROM pending_answer")) == 1


async def test_the_item_stays_when_somebody_else_decides_it(site: Site) -> None:
    """Decided elsewhere, the item says so, keeps its place and what was typed; nothing else takes its place."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews")
    before = page.url
    await page.keyboard.press("r")
    await page.keyboard.type("I would have said")

    [first, *_] = await rows_of(site.house, "SELECT run FROM review ORDER BY opened_at, id")
    await answer_review(site.house, first["run"], person="sara.lind")
    await site.record()
    await expect(page.locator("#decided")).to_contain_text("sara.lind said approve")

    assert page.url == before
    assert await page.locator("input[name=reason]").input_value() == "I would have said"
    await expect(page.locator(".inbox-list li").first).to_contain_text("no longer waiting")


async def test_new_items_come_last(site: Site) -> None:
    """What is asked while somebody works is appended; no row moves."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews")
    before = await page.locator(".inbox-list li").evaluate_all("rows => rows.map(row => row.id)")

    await tell(site.house, notify("three"), number=9)
    await work(site.house)
    await site.record()
    await expect(page.locator(".inbox-list li")).to_have_count(3)

    after = await page.locator(".inbox-list li").evaluate_all("rows => rows.map(row => row.id)")
    assert after[:2] == before


async def test_focus_leaves_the_field_that_is_gone(site: Site) -> None:
    """After a rejection the next letter is a key, not text."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews")

    await page.keyboard.press("r")
    await page.keyboard.type("no")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Rejected")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")

    said = await rows_of(site.house, "SELECT answer ->> 'verdict' AS verdict FROM pending_answer ORDER BY said_at")
    assert [row["verdict"] for row in said] == ["reject", "approve"]


async def test_an_answer_can_be_taken_back(site: Site) -> None:
    """Within the window `u` takes the answer back, and the item is there again with what was typed."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews")
    before = page.url
    await page.keyboard.press("r")
    await page.keyboard.type("a mistake")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Rejected")

    await page.keyboard.press("u")
    await expect(page.locator("#said")).to_contain_text("Taken back")
    await count_now(site)

    assert page.url == before
    assert await page.locator("input[name=reason]").input_value() == "a mistake"
    assert await states(site) == ["open", "open"]


async def test_an_edit_is_shown_as_a_difference_and_performed(site: Site) -> None:
    """What was edited is shown word by word, and exactly that takes effect."""
    await asked(site, "usage is down")
    page = await site.visit("/reviews")

    await page.keyboard.press("e")
    message = page.get_by_label("message")
    await message.fill("usage is up")
    await expect(page.locator("#changes ins")).to_contain_text("up")
    await expect(page.locator("#changes del")).to_contain_text("Removed: down")
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    await count_now(site)

    [row] = await rows_of(site.house, "SELECT arguments FROM action WHERE state = 'performed'")
    assert row["arguments"]["message"] == "usage is up"


async def test_what_is_typed_survives_the_browser(site: Site) -> None:
    """What somebody typed is there in another browser, and nobody else sees it."""
    await asked(site, "one")
    page = await site.visit("/reviews")
    await page.keyboard.press("r")
    await page.keyboard.type("half a reas")
    await expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")
    await page.context.close()

    again = await site.visit("/reviews")
    other = await site.visit("/reviews?show=open", who="sara.lind")

    assert await again.locator("input[name=reason]").input_value() == "half a reas"
    assert await other.locator("input[name=reason]").input_value() == ""


async def test_many_are_decided_together_after_a_preview(site: Site) -> None:
    """The chosen ones are counted and shown before they are answered, each with a result of its own."""
    await asked(site, "one", "two", "three")
    page = await site.visit("/reviews")
    for number in (0, 1):
        await page.locator(".pick input").nth(number).check()
    await page.get_by_role("button", name="Decide the chosen").click()
    await expect(page.locator("h1")).to_have_text("Decide 2 reviews together")
    await expect(page.locator("main tbody tr")).to_contain_text([re.compile("message (one|two|three)")] * 2)

    await page.get_by_role("button", name="Approve all 2").click()
    await expect(page.locator("h1")).to_have_text("2 of 2 answered")

    assert await states(site) == ["approved", "approved", "open"]


async def test_keys_can_be_switched_off(site: Site) -> None:
    """Who switched single keys off decides with the buttons only."""
    await asked(site, "one")
    await site.house.database.execute("save_preference", "you", "", "", "", False)
    page = await site.visit("/reviews")

    await page.keyboard.press("a")
    await page.keyboard.press("r")

    assert not await page.locator("input[name=reason]").evaluate("field => field === document.activeElement")
    assert await rows_of(site.house, "SELECT * FROM pending_answer") == []


async def test_a_reviewer_without_script_decides_too(site: Site) -> None:
    """The page's own forms do everything: approve, then take it back."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews", java_script_enabled=False)

    await page.get_by_role("button", name="Approve").first.click()
    await expect(page.locator("#said")).to_contain_text("Approved")
    await page.get_by_role("button", name="Undo").click()

    await expect(page.locator("#said")).to_contain_text("Taken back")


async def test_who_may_not_answer_is_told_why_and_who_may(site: Site) -> None:
    """Somebody who holds none of the roles asked sees the item without a verdict bar, and who can answer it."""
    await asked(site, "one")

    page = await site.visit("/reviews?show=open", who="jonas.weber")

    await expect(page.locator("#verdict .banner")).to_contain_text("You cannot answer this: it asks reviewer")
    assert await page.locator("#approve").count() == 0


async def test_an_answer_that_comes_too_late_is_kept_and_told(site: Site) -> None:
    """Decided by somebody else within the window, the answer is refused, and the person reads why."""
    await asked(site, "one")
    page = await site.visit("/reviews")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    [row] = await rows_of(site.house, "SELECT run FROM review")
    await answer_review(site.house, row["run"], person="sara.lind", verdict="reject", reason="not now")

    await count_now(site)
    await page.reload()

    await expect(page.locator("#pending")).to_contain_text("was not taken")
    await expect(page.locator("#pending")).to_contain_text("sara.lind said reject")


async def test_hostile_text_is_text(site: Site) -> None:
    """What a worker or a customer wrote is shown as it is, and runs nothing."""
    await asked(site, "<img src=x onerror=alert(1)><script>alert(2)</script> {{ 7 * 7 }}")
    page = await site.visit("/reviews")
    asked_for: list[str] = []
    page.on("dialog", lambda dialog: asked_for.append(dialog.message))

    await expect(page.locator(".kept-text").last).to_contain_text("<script>alert(2)</script> {{ 7 * 7 }}")

    assert asked_for == []


async def test_another_sites_form_decides_nothing(site: Site) -> None:
    """A form without the token of the session is refused, whoever is signed in."""
    await asked(site, "one")
    page = await site.visit("/reviews")
    number = re.search(r"id=([0-9a-f-]+)", page.url)
    assert number is not None

    answer = await page.request.post(f"/reviews/{number[1]}/answer", form={"verdict": "approve"})

    assert answer.status == 403
    assert await rows_of(site.house, "SELECT * FROM pending_answer") == []


async def test_one_browser_has_one_stream(site: Site) -> None:
    """Eight tabs of one browser share one stream of news, so that no tab waits for a connection."""
    context = await site.browser.new_context(base_url=site.address)
    await sign_in(site.house, context, "you")
    opened: list[Page] = []
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/live" in request.url else None)
    for _ in range(8):
        page = await context.new_page()
        await page.goto("/workers")
        opened.append(page)

    await tell(site.house, notify())
    await work(site.house)
    await site.record()
    for page in opened:
        await expect(page.locator("#side .count")).to_have_text(re.compile("1$"))

    assert len(streams) == 1


async def test_nothing_left_says_what_workers_did_alone(site: Site) -> None:
    """An empty inbox is no dead end."""
    page = await site.visit("/reviews")

    await expect(page.locator("main")).to_contain_text("Nothing waits for you")
    await expect(page.locator("main")).to_contain_text("Today workers did")


async def test_a_link_to_an_unknown_review_says_so(site: Site) -> None:
    """An address that names no review is answered with a sentence, not an error."""
    page = await site.visit("/reviews/00000000-0000-0000-0000-000000000000")

    await expect(page.locator("main")).to_contain_text("Nothing waits for you")
    assert await make_link(site.house.database, "you", site.house.clock.now())


async def test_what_is_of_high_risk_is_signed_by_a_passkey(site: Site) -> None:
    """Approving is asked of the device, which signs exactly what stands in the form; the ledger keeps the proof."""
    await tell(site.house, mail("Hello"))
    await work(site.house)
    page = await site.visit("/reviews", base_url=site.address.replace("127.0.0.1", "localhost"))
    tools: Any = await page.context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    await page.evaluate(ADD_PASSKEY)
    await page.reload()

    await page.get_by_label("subject").first.evaluate("field => field.closest('details').open = true")
    await page.get_by_label("subject").first.fill("Hello again")
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    await count_now(site)

    [entry] = await find_entries(site.house.database, Search(kind="review.answered"))
    assert entry.body["edited"]["subject"] == "Hello again"
    assert entry.body["passkey"]["signature"]


ADD_PASSKEY = """async () => {
    const me = await (await fetch("/v1/me")).json();
    const ask = (path, body) => fetch(path, {method: "POST", body: JSON.stringify(body),
        headers: {"Content-Type": "application/json", "X-CSRF-Token": me.csrf_token}});
    const options = await (await ask("/v1/passkeys/begin", {})).json();
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey || options);
    const made = await navigator.credentials.create({publicKey});
    const kept = await ask("/v1/passkeys", {name: "key", credential: made.toJSON()});
    if (!kept.ok) throw new Error(await kept.text());
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_an_item_can_be_read_by_everybody_while_it_is_edited(site: Site, theme: str) -> None:
    """Reading or editing, with a difference shown and an answer pending, no contrast is too low, in either theme."""
    await asked(site, "one", "two")
    page = await site.visit("/reviews", color_scheme=theme)
    await page.keyboard.press("a")
    await expect(page.locator("#pending .banner")).to_be_visible()

    await page.keyboard.press("e")
    await page.get_by_label("message").fill("three")
    await expect(page.locator("#changes ins")).to_be_visible()

    assert await faults_of(page) == []


async def test_an_approval_that_came_to_nothing_is_told(site: Site) -> None:
    """What was approved and did not happen never reads as success: its approver is told above everything else."""
    await tell(site.house, act("crm.notify_owner", account="A-101", message="x" * 20), number=1)
    await work(site.house)
    page = await site.visit("/reviews")
    await page.keyboard.press("e")
    await page.get_by_role("textbox", name="account").fill("A-nobody")
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#said")).to_contain_text("Approved")
    await count_now(site)

    await page.reload()

    await expect(page.locator("#pending")).to_contain_text("It did not happen")


async def test_what_is_typed_is_there_after_a_change_of_replica(site: Site) -> None:
    """Another process of the same house, that never saw the page before, shows what was typed at the first one."""
    await asked(site, "one")
    page = await site.visit("/reviews")
    await page.keyboard.press("r")
    await page.keyboard.type("typed at the first")
    await expect(page.locator("[data-draft-state]")).to_have_text("Draft kept")
    code = await make_link(site.house.database, "you", site.house.clock.now())

    other = httpx.ASGITransport(create_app(site.house, token=TOKEN, person="you"))
    async with httpx.AsyncClient(transport=other, base_url="http://localhost") as replica:
        await replica.post("/sign-in/link", data={"code": code})
        shown = await replica.get("/reviews", follow_redirects=True)

    assert 'value="typed at the first"' in shown.text
