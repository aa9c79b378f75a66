from typing import Any

import pytest

from remit.connections.operation import Kind, Operation, Repeat, Risk
from remit.errors import SystemRefused
from remit.practice.company import SYSTEMS, Company
from remit.practice.systems.erp_invoices import number_key

DEEDS = [deed for deeds in SYSTEMS.values() for deed in deeds]
OPERATIONS: dict[str, Operation] = {deed.operation.name: deed.operation for deed in DEEDS}


async def ask(company: Company, operation: str, **arguments: Any) -> Any:
    """Ask a system, under a key of its own when it is a write."""
    connector = company.connectors[operation.partition(".")[0]]
    if connector.operations[operation].kind is Kind.READ:
        return await connector.read(operation, arguments)
    return await connector.perform(operation, arguments, f"{operation} {len(await company.effects())}")


async def record(company: Company, **changes: Any) -> str:
    """Record an invoice; give its id."""
    header = {"vendor": "V-1001", "number": "RE-77", "issued_on": "2026-03-01", "currency": "EUR"}
    sums = {"net": 10000, "vat": 1900, "gross": 11900, "lines": [{"line": "1", "net": 10000}]}
    return (await ask(company, "erp.record_invoice", **(header | sums | changes)))["invoice"]


# ── what is true of operations ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("deed", DEEDS, ids=[deed.operation.name for deed in DEEDS])
def test_an_operation_is_consistent(deed: Any) -> None:
    """What an operation requires, where it goes and what it moves are arguments it takes; what reverses it exists."""
    operation: Operation = deed.operation

    assert {*operation.required, *operation.sinks} | ({operation.amount} - {""}) <= deed.takes.keys()
    assert not operation.amount or {operation.amount, "currency"} <= set(operation.required)
    assert not operation.reversed_by or OPERATIONS[operation.reversed_by].kind is Kind.WRITE
    assert operation.kind is Kind.WRITE or not (operation.sinks or operation.amount or operation.reads_back)
    assert operation.summary.endswith(".")


def test_what_changes_something_that_is_there_names_it() -> None:
    """A cap of things changed counts things: a write that makes nothing new names the argument that is its thing."""
    writes = [operation for operation in OPERATIONS.values() if operation.kind is Kind.WRITE]
    new = {"erp.record_invoice", "mail.draft_message", "mail.send_message", "tasks.create_task"}

    assert {write.name for write in writes if not write.record} == new
    assert [write.name for write in writes if write.record and write.record not in write.required] == []


def test_all_kinds_of_writes_exist() -> None:
    """There are writes of each kind of repeat and of each risk; paying is the irreversible one."""
    writes = [operation for operation in OPERATIONS.values() if operation.kind is Kind.WRITE]

    assert {write.repeat for write in writes} == set(Repeat)
    assert {write.risk for write in writes} == set(Risk)
    assert not OPERATIONS["erp.pay_invoice"].is_reversible
    assert OPERATIONS["erp.pay_invoice"].risk is Risk.HIGH


# ── the ERP ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_invoice_goes_its_way(company: Company) -> None:
    """An invoice is recorded, held, released, cleared and paid, and what is out of turn is refused."""
    invoice = await record(company)
    money = {"amount": 11900, "currency": "EUR"}

    with pytest.raises(SystemRefused, match="has to be cleared"):
        await ask(company, "erp.pay_invoice", invoice=invoice, account="DE00", **money)
    await ask(company, "erp.hold_invoice", invoice=invoice, reason="twice", discrepancy={"number": "RE-77"})
    with pytest.raises(SystemRefused, match="is held, and has to be recorded"):
        await ask(company, "erp.clear_invoice", invoice=invoice, **money)
    await ask(company, "erp.release_invoice", invoice=invoice, reason="it is not")
    await ask(company, "erp.clear_invoice", invoice=invoice, **money)
    await ask(company, "erp.hold_invoice", invoice=invoice, reason="wait")
    await ask(company, "erp.release_invoice", invoice=invoice, reason="go on")
    await ask(company, "erp.clear_invoice", invoice=invoice, **money)
    await ask(company, "erp.pay_invoice", invoice=invoice, account="DE00", **money)

    with pytest.raises(SystemRefused, match="is paid"):
        await ask(company, "erp.hold_invoice", invoice=invoice, reason="too late")
    assert (await ask(company, "erp.get_invoice", invoice=invoice))["status"] == "paid"


@pytest.mark.parametrize("wrong", [{"amount": 11901}, {"currency": "USD"}])
async def test_another_amount_is_not_cleared(company: Company, wrong: dict[str, Any]) -> None:
    """Only exactly what the invoice says is cleared: the amount that was reviewed is the amount that flows."""
    invoice = await record(company)

    with pytest.raises(SystemRefused, match="is over 11900 EUR"):
        await ask(company, "erp.clear_invoice", invoice=invoice, **({"amount": 11900, "currency": "EUR"} | wrong))


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"vendor": "V-0"}, "no vendor"), ({"order": "PO-0"}, "no order"), ({"lines": []}, "at least one line")],
)
async def test_an_invoice_without_ground_is_refused(company: Company, changes: dict[str, Any], message: str) -> None:
    """An invoice of an unknown vendor or order, or without lines, is not recorded."""
    with pytest.raises(SystemRefused, match=message):
        await record(company, **changes)

    assert await company.effects() == []


@pytest.mark.parametrize("number", ["RO-24507-01", "ro-24507-01", "R0-245O7-0l", "RO24507O1", " RO/24507/01 "])
async def test_near_same_numbers_are_found(company: Company, number: str) -> None:
    """A recorded number is found with other case, separators, and letters that look like digits."""
    found = await ask(company, "erp.find_invoices", vendor="V-1007", number=number)

    assert [invoice["number"] for invoice in found] == ["RO-24507-01"]


def test_different_numbers_stay_different() -> None:
    """Numbers that differ in a digit are not near-same."""
    assert len({number_key(number) for number in ("RE-1", "RE-2", "RE-11", "RE-10", "")}) == 5


async def test_invoices_are_found_in_a_window(company: Company) -> None:
    """Amounts and days bound what is found, each end included."""
    await record(company, number="A", gross=100, issued_on="2026-03-01")
    await record(company, number="B", gross=200, issued_on="2026-03-02")
    await record(company, number="C", gross=300, issued_on="2026-03-03")

    async def numbers(**asked: Any) -> str:
        return "".join(one["number"] for one in await ask(company, "erp.find_invoices", vendor="V-1001", **asked))

    assert await numbers(amount_from=100, amount_to=200) == "BA"
    assert await numbers(issued_from="2026-03-02", issued_to="2026-03-03") == "CB"
    assert await numbers(amount_from=300, issued_to="2026-03-02") == ""


async def test_vendors_are_found_by_what_an_invoice_says(company: Company) -> None:
    """A VAT id finds both twins, an account only its holder, a name those that begin alike; nothing finds nobody."""
    twin = await ask(company, "erp.get_vendor", vendor="V-1021")
    spaced = " ".join(twin["iban"][place : place + 4] for place in range(0, 22, 4))

    by_vat_id = await ask(company, "erp.find_vendor", vat_id=twin["vat_id"])
    by_account = await ask(company, "erp.find_vendor", iban=spaced)
    by_name = await ask(company, "erp.find_vendor", name="NORDLICHT papier")

    assert [vendor["id"] for vendor in by_vat_id] == ["V-1021", "V-1022"]
    assert [vendor["id"] for vendor in by_account] == ["V-1021"]
    assert [vendor["id"] for vendor in by_name] == ["V-1001", "V-1025"]
    assert await ask(company, "erp.find_vendor", name="?!") == []
    with pytest.raises(SystemRefused, match="at least one"):
        await ask(company, "erp.find_vendor")


async def test_a_changed_account_is_remembered(company: Company) -> None:
    """A vendor's new account keeps the old one and the day beside it, and changing back is possible."""
    before = await ask(company, "erp.get_vendor", vendor="V-1001")

    answer = await ask(company, "erp.change_vendor", vendor="V-1001", iban="DE02", reason="they wrote")
    after = await ask(company, "erp.get_vendor", vendor="V-1001")

    assert answer["previous"] == {"iban": before["iban"]}
    assert (after["iban"], after["previous_iban"]) == ("DE02", before["iban"])
    assert after["bank_changed_on"]
    with pytest.raises(SystemRefused, match="nothing is to be changed"):
        await ask(company, "erp.change_vendor", vendor="V-1001", reason="none")


# ── the others ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("operation", "arguments", "message"),
    [
        ("crm.set_health_score", {"account": "A-0", "score": 1, "reason": "x"}, "no account"),
        ("crm.set_health_score", {"account": "A-101", "score": 101, "reason": "x"}, "0 to 100"),
        (
            "crm.update_opportunity",
            {"opportunity": "O-301", "changes": {"amount": 1}, "reason": "x"},
            "have to be some of",
        ),
        ("crm.update_opportunity", {"opportunity": "O-301", "changes": {"stage": "x"}, "reason": "x"}, "no stage"),
        ("crm.notify_owner", {"account": "A-106", "message": "x"}, "has no owner"),
        ("crm.notify_owner", {"account": "A-101", "message": "x", "role": "boss"}, "not a `boss`"),
        ("desk.reply_ticket", {"ticket": "T-0", "text": "x"}, "no ticket"),
        ("desk.route_ticket", {"ticket": "T-9001", "queue": "x"}, "no queue"),
        ("desk.set_status", {"ticket": "T-9001", "status": "x"}, "no status"),
        ("mail.send_draft", {"draft": "DR-0", "to": "a@b.example", "subject": "s", "text": "t"}, "no draft"),
        ("mail.send_message", {"to": "everybody", "subject": "x", "text": "x"}, "one mail address"),
        ("tasks.complete_task", {"task": "TSK-0"}, "no task"),
        ("product.get_usage", {"account": "A-101"}, "no write"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    company: Company, operation: str, arguments: dict[str, Any], message: str
) -> None:
    """A write that cannot be right is refused with the reason, and nothing happened."""
    connector = company.connectors[operation.partition(".")[0]]

    with pytest.raises(SystemRefused, match=message):
        await connector.perform(operation, arguments, "key")

    assert await company.effects() == []


async def test_changes_can_be_taken_back(company: Company) -> None:
    """A health score, an opportunity, a queue and tags go back to what the answer says they were."""
    score = await ask(company, "crm.set_health_score", account="A-101", score=20, reason="usage fell")
    stage = await ask(company, "crm.update_opportunity", opportunity="O-301", changes={"stage": "won"}, reason="signed")
    queue = await ask(company, "desk.route_ticket", ticket="T-9001", queue="complaints")
    tags = await ask(company, "desk.tag_ticket", ticket="T-9001", add=["churn", "urgent"])

    assert (tags["previous"], tags["tags"]) == ([], ["churn", "urgent"])
    assert stage["previous"] == {"stage": "negotiation"}
    await ask(company, "crm.set_health_score", account="A-101", score=score["previous"], reason="taken back")
    await ask(company, "desk.route_ticket", ticket="T-9001", queue=queue["previous"])
    await ask(company, "desk.tag_ticket", ticket="T-9001", remove=tags["tags"])
    ticket = await ask(company, "desk.get_ticket", ticket="T-9001")
    assert (ticket["queue"], ticket["tags"]) == (queue["previous"], [])
    assert (await ask(company, "crm.get_account", account="A-101"))["health_score"] == score["previous"]


async def test_a_draft_leaves_once_and_to_whom_it_was_written(company: Company) -> None:
    """A draft is sent only to its recipient, as it reads then, and only once; a discarded one never leaves."""
    text = {"to": "a@b.example", "subject": "Hello", "text": "How are you?"}
    sent = (await ask(company, "mail.draft_message", **text))["draft"]
    thrown = (await ask(company, "mail.draft_message", **text))["draft"]

    with pytest.raises(SystemRefused, match="somebody else"):
        await ask(company, "mail.send_draft", **text | {"draft": sent, "to": "x@b.example"})
    await ask(company, "mail.send_draft", **text | {"draft": sent, "text": "How do you do?"})
    await ask(company, "mail.discard_draft", draft=thrown)

    for draft in (sent, thrown):
        with pytest.raises(SystemRefused, match="already"):
            await ask(company, "mail.send_draft", **text | {"draft": draft})
    [left] = await ask(company, "mail.find_drafts", status="sent")
    assert left["text"] == "How do you do?"
    assert await ask(company, "mail.find_drafts", status="held") == []


async def test_a_task_ends_once(company: Company) -> None:
    """A task is done or cancelled, not both."""
    task = (await ask(company, "tasks.create_task", title="Call them", assignee="tom.becker"))["task"]

    await ask(company, "tasks.cancel_task", task=task)

    with pytest.raises(SystemRefused, match="is cancelled already"):
        await ask(company, "tasks.complete_task", task=task)
    assert (await ask(company, "tasks.find_tasks", assignee="tom.becker"))[0]["status"] == "cancelled"


async def test_a_reply_reaches_the_ticket(company: Company) -> None:
    """A reply stands in the ticket; a closed ticket takes none; what was logged and who was told can be read."""
    reply = await ask(company, "desk.reply_ticket", ticket="T-9001", text="We look at it")
    await ask(company, "desk.set_status", ticket="T-9001", status="closed")
    await ask(company, "crm.log_activity", account="A-101", kind="call", summary="spoke with them")
    told = await ask(company, "crm.notify_owner", account="A-101", message="usage fell", role="csm")

    assert reply["messages"] == 2
    assert told["to"] == "sara.lind"
    assert len(await ask(company, "crm.list_activities", account="A-101")) == 1
    with pytest.raises(SystemRefused, match="is closed"):
        await ask(company, "desk.reply_ticket", ticket="T-9001", text="Hello?")


async def test_missing_things_are_none_or_nothing(company: Company) -> None:
    """What does not exist is None, and what is not found an empty list; neither is an error."""
    assert await ask(company, "erp.get_vendor", vendor="V-0") is None
    assert await ask(company, "crm.get_account", account="' OR 1=1 --") is None
    assert await ask(company, "product.get_usage", account="A-110") is None
    assert await ask(company, "desk.find_tickets", account="A-0") == []
    assert await ask(company, "erp.find_invoices", number="?") == []
