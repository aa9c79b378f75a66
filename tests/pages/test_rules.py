from playwright.async_api import Page, expect

from tests.houses import rows_of, score, tell, work
from tests.pages.conftest import Site

RULE = """@id("no-scores") @sentence("A person looks at every health score.") @roles("reviewer")
forbid (principal, action, resource == Operation::"crm.set_health_score");
"""


async def draft(page: Page, text: str = RULE, name: str = "ours.cedar") -> None:
    """Draft a rule file in the browser."""
    await page.goto("/changes/new?kind=rule")
    await page.locator("#name").fill(name)
    await page.locator("#text").fill(text)
    await page.get_by_label("Why").fill("scores were wrong <b>lately</b>")
    await page.get_by_role("button", name="Check and draft").click()


async def test_rules_are_sentences_with_whom_they_ask(site: Site) -> None:
    """Each file of rules, who is asked, and the digest in force; the filter finds what one person is asked about."""
    page = await site.visit("/rules")

    await expect(page.locator("main")).to_contain_text("In the assistive stage a person approves every write.")
    await expect(page.locator("main")).to_contain_text("digest")
    await page.goto("/rules?asks=finance-reviewer&q=health")
    await expect(page.locator("main")).to_contain_text("No rule is like that")
    await page.goto("/rules?asks=finance-reviewer")
    await expect(page.locator("#money-large")).to_contain_text("2 people")


async def test_a_rule_is_drafted_replayed_and_approved_by_a_second_person(site: Site) -> None:
    """What would have come out differently is known before anybody approves; then it holds for the next decision."""
    await tell(site.house, score())
    await work(site.house)
    page = await site.visit("/rules", who="you")
    await draft(page)
    await page.get_by_role("button", name="Replay").click()
    table = page.get_by_role("region", name="Differences")
    await expect(table).to_contain_text("permit")
    await expect(table).to_contain_text("A person looks at every health score.")
    await expect(page.locator("main")).to_contain_text("You drafted this change. A second person")
    assert await page.get_by_role("button", name="Approve").count() == 0

    second = await site.visit(page.url.partition("?")[0], who="ruth.adler")
    await second.get_by_role("button", name="Approve").click()
    await expect(second.locator("#said")).to_contain_text("In force")

    await second.goto("/rules?q=health+score")
    await expect(second.locator("#no-scores")).to_contain_text("reviewer")
    later = await tell(site.house, score(), number=2)
    await work(site.house)
    [row] = await rows_of(site.house, "SELECT state FROM run WHERE id = $1", later)
    assert row["state"] == "waiting"


async def test_a_rule_that_cannot_be_used_keeps_what_was_typed(site: Site) -> None:
    """The message stands in the form, beside everything that was typed; without script too."""
    for has_script in (True, False):
        page = await site.visit("/rules", who="you", java_script_enabled=has_script)
        await draft(page, text="forbid (principal, action, nothing")

        await expect(page.locator("form.card .problem")).to_be_visible()
        assert await page.locator("#text").input_value() == "forbid (principal, action, nothing"
        assert await page.locator("#name").input_value() == "ours.cedar"
    assert await rows_of(site.house, "SELECT * FROM change") == []


async def test_what_was_not_shown_is_not_approved(site: Site) -> None:
    """An approval of a stamp that is no longer the one of the change is refused."""
    page = await site.visit("/rules", who="you")
    await draft(page)
    await page.get_by_role("button", name="Replay").click()
    await expect(page.get_by_role("button", name="Replay again")).to_be_visible()
    second = await site.visit(page.url.partition("?")[0], who="ruth.adler")
    await tell(site.house, score())
    await work(site.house)
    await page.get_by_role("button", name="Replay again").click()
    await expect(page.locator("#said")).to_contain_text("1 decisions")

    await second.get_by_role("button", name="Approve").click()

    await expect(second.locator(".problem")).to_contain_text("not what would be approved")
    assert await rows_of(site.house, "SELECT * FROM rule_file") == []


async def test_a_change_is_rejected_with_a_reason_or_withdrawn(site: Site) -> None:
    """Its author takes it back; another person rejects it and says why; the list shows both."""
    page = await site.visit("/rules", who="you")
    await draft(page)
    await page.get_by_role("button", name="Withdraw").click()
    await expect(page.locator("#said")).to_contain_text("Withdrawn")
    await draft(page, name="more.cedar")
    await expect(page.locator("main h1")).to_contain_text("more.cedar")
    second = await site.visit(page.url, who="ruth.adler")
    await second.get_by_label("Reason to reject").fill("not now")
    await second.get_by_role("button", name="Reject").click()

    await expect(second.locator("main")).to_contain_text("not now")
    await second.goto("/changes?state=rejected")
    await expect(second.locator("main tbody tr")).to_have_count(1)
    await expect(second.locator("main tbody")).to_contain_text("<b>lately</b>")


async def test_a_stage_is_proposed_from_the_page_of_a_worker(site: Site) -> None:
    """What a stage would permit leads to the form, filled."""
    page = await site.visit("/workers/as-told/could?operation=crm.notify_owner&stage=high_trust", who="sara.lind")
    await page.get_by_role("link", name="Propose this stage").click()
    assert await page.get_by_label("Operation").input_value() == "crm.notify_owner"
    await page.get_by_label("Why").fill("it was always right")

    await page.get_by_role("button", name="Check and draft").click()

    await expect(page.locator("main h1")).to_contain_text("as-told/crm.notify_owner")
    await expect(page.locator("main")).to_contain_text("becomes high trust")


async def test_who_may_not_propose_is_told_who_may(site: Site) -> None:
    """An auditor reads the rules and cannot draft."""
    page = await site.visit("/changes/new", who="jonas.weber")

    await expect(page.locator(".banner")).to_contain_text("proposed by a risk owner")
    assert await page.get_by_role("button", name="Check and draft").is_disabled()


async def test_a_bypass_is_asked_by_one_and_granted_by_another(site: Site) -> None:
    """Who asked cannot grant it; once granted it is in force with its end, and either ends it."""
    page = await site.visit("/bypasses", who="you")
    await page.get_by_label("Domain").select_option("finance")
    await page.locator("#rule").fill("stage-assistive")
    await page.get_by_label("Minutes").fill("30")
    await page.get_by_label("Reason").fill("month end")
    await page.get_by_role("button", name="Ask a second person").click()
    await expect(page.locator("#said")).to_contain_text("Asked for")
    assert await page.get_by_role("button", name="Grant").count() == 0

    second = await site.visit("/bypasses", who="ruth.adler")
    await second.get_by_role("button", name="Grant").click()
    await expect(second.locator("#bypasses")).to_contain_text("in force")
    await second.get_by_role("button", name="End").click()

    await expect(second.locator("main")).to_contain_text("No rule rests")
    await second.goto("/bypasses?show=all")
    await expect(second.locator("#bypasses")).to_contain_text("by ruth.adler")


async def test_a_bypass_that_cannot_be_keeps_what_was_typed(site: Site) -> None:
    """A rule nobody may bypass is refused beside what was typed; who holds no role sees no form."""
    page = await site.visit("/bypasses", who="you", java_script_enabled=False)
    await page.locator("#rule").fill("halted")
    await page.get_by_label("Minutes").fill("30")
    await page.get_by_label("Reason").fill("month end")

    await page.get_by_role("button", name="Ask a second person").click()

    await expect(page.locator(".problem")).to_contain_text("may be bypassed")
    assert await page.get_by_label("Reason").input_value() == "month end"
    other = await site.visit("/bypasses", who="nina.kowalski")
    await expect(other.locator("main")).to_contain_text("You hold no such role")


async def test_a_change_there_is_not_is_not_found(site: Site) -> None:
    """An unknown number answers 404."""
    page = await site.visit("/changes")

    answer = await page.goto("/changes/00000000-0000-0000-0000-000000000000")

    assert answer is not None
    assert answer.status == 404
