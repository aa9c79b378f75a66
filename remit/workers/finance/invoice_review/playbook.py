"""Invoice Review: compares an invoice with its vendor, its order and what was received; clears it, or holds it.

    read ─▶ record ─▶ compare ─┬─ agrees on everything ─▶ clear
                               └─ does not ─▶ hold with the figures; a person goes on

It is recorded before it is compared, so that of two copies arriving at once at least one meets the other.
"""

from base64 import b64decode
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, cast

from remit.playbook import Context, DocumentInvalid, Done, Escalate, Outcome, Stop, minor_units, write_money

PRICE_TOLERANCE = Decimal("0.01")  # how far a line may lie above the order's price: 1 %
VAT_TOLERANCE = 2  # minor units the VAT may lie from the order's rate: what rounding adds up to
WHOLE = {"HUF": 50, "IDR": 50, "TWD": 50}  # the same where one rounds to whole units, whatever the smallest one is
FRESH_ACCOUNT_DAYS = 30  # a changed bank account followed by an invoice is how fraud begins
Data = dict[str, Any]


async def run(context: Context) -> Outcome:
    """Review the invoice that arrived, or look again at a recorded one that was flagged."""
    if context.signal.type == "invoice.flagged":
        return await look_again(context, context.signal.data["invoice"])
    name, why = context.signal.data["name"], context.signal.data.get("unreadable")
    shown = _in_one_line(name)
    if why:
        return Escalate(f"`{shown}` cannot be read: {_in_one_line(why)}", missing=("a file that can be read",))
    return await read(context, name, shown)


async def read(context: Context, name: str, shown: str) -> Outcome:
    """Read the file as an invoice; what is none is put aside."""
    file = await context.read("drop.read_file", name=name)
    if file is None:
        return Escalate(f"the file `{shown}` is not in the folder any more", missing=(shown,))
    if file["sha256"] != context.signal.data.get("digest", file["sha256"]):  # what is there now has its own signal
        return Escalate(f"`{shown}` was overwritten before it was read", missing=("what it said when it arrived",))
    try:
        told = _in_one_line((await context.judge.extract("invoice", b64decode(file["content"]))).value)
    except DocumentInvalid as error:
        reason = f"`{shown}` cannot be read as an invoice: {_in_one_line(str(error))}"
        aside = {"name": name, "to": "failed", "sha256": file["sha256"]}
        await context.act("drop.move_file", aside, purpose=reason, may_be_refused=True)
        return Escalate(reason, missing=("an e-invoice that can be read",))
    missing = [*told["missing"], *_uncounted(told["invoice"])]
    if missing:
        return Escalate(f"`{shown}` does not say everything an invoice has to", missing=tuple(missing))
    errors = [one["sentence"] for one in told["findings"] if one["severity"] == "error"]
    return await review(context, told["invoice"], errors)


async def review(context: Context, paper: Data, problems: list[str]) -> Outcome:
    """Record what the paper says, and compare it."""
    seller, number = paper["seller"], paper["order_reference"]
    found = await context.read("erp.find_vendor", name=seller["name"], vat_id=seller["vat_id"])
    vendor = _only_one(found, seller)
    if vendor is None:
        alike = ", ".join(f"{one['id']} {one['name']}" for one in found) or "nobody"
        vat_id = f"with the VAT id {seller['vat_id']}" if seller["vat_id"] else "without a VAT id"
        who = f"`{seller['name']}` {vat_id}"
        return Escalate(f"it is not certain who {who} is; alike in the ERP: {alike}", missing=("the vendor",))
    order = await context.read("erp.get_order", order=number) if number else None
    if order is None:
        problems.append(f"the order {number} is not in the ERP" if number else "it names no order")
    if _plain(vendor["name"]) != _plain(seller["name"]):
        problems.append(f"the VAT id {vendor['vat_id']} is of {vendor['name']}, not of {seller['name']}")
    if paper["totals"]["due_minor"] != paper["totals"]["gross_minor"]:
        problems.append(f"of {paper['totals']['gross']} it asks for {paper['totals']['due']}")
    arguments = _as_recorded(paper, vendor["id"], order) | {"document": context.signal.data["name"]}
    purpose = f"invoice {paper['number']} of {vendor['name']} arrived"
    recorded = await context.act("erp.record_invoice", arguments, purpose=purpose)
    invoice = recorded.arguments | {"id": recorded.result["invoice"]}
    if paper["is_credit"]:
        problems += await credit_problems(context, [one["number"] for one in paper["preceding"]], invoice)
    return await settle(context, invoice, vendor, problems + await compare(context, invoice, vendor))


async def look_again(context: Context, name: str) -> Outcome:
    """Compare a recorded invoice that somebody flagged."""
    invoice = await context.read("erp.get_invoice", invoice=name)
    if invoice is None:
        return Escalate(f"{name} was flagged and is not in the ERP", missing=(name,))
    if invoice["status"] == "held":
        return Stop(f"{name} is held already: {invoice['hold']['reason']}")
    vendor = await context.read("erp.get_vendor", vendor=invoice["vendor"])
    problems = await compare(context, invoice, vendor)
    if invoice["status"] == "paid":
        return Escalate(f"{name} was flagged and is paid already: {'; '.join(problems) or 'nothing else is wrong'}")
    if problems:
        return await settle(context, invoice, vendor, problems)
    note = f"flagged ({context.signal.data.get('reason', 'no reason given')}), compared again: everything agrees"
    await context.act("erp.note_invoice", {"invoice": name, "note": note}, purpose=note)
    return Done(f"{name}: {note}")


async def settle(context: Context, invoice: Data, vendor: Data, problems: list[str]) -> Outcome:
    """Clear what agrees, hold what does not."""
    name, amount = invoice["id"], write_money(invoice["gross"], invoice["currency"])
    title = f"invoice {invoice['number']} of {vendor['name']} over {amount}"
    seen = [
        {"title": "Invoice", "id": name, "number": invoice["number"], "gross": amount},
        {"title": "Vendor", "id": vendor["id"], "name": vendor["name"], "bank account": vendor["iban"]},
        {"title": "Order", "id": invoice.get("order") or "none"},
    ]
    if not problems:
        asked = {"invoice": name, "amount": invoice["gross"], "currency": invoice["currency"]}
        purpose = f"{title} agrees with vendor, order and receipts"
        clear = "erp.clear_invoice"
        cleared = await context.act(clear, asked, purpose=purpose, evidence=seen, may_be_refused=True)
        if cleared.was_performed:
            return Done(f"{purpose}, and is cleared for payment")
        problems = [f"everything agrees, but it was not cleared: {cleared.reason}"]
    reason = f"{title}: {'; '.join(problems)}"
    held = {"invoice": name, "reason": reason, "discrepancy": {"problems": problems}}
    await context.act("erp.hold_invoice", held, purpose=reason, evidence=seen)
    return Escalate(f"held: {reason}")


# ── what is compared; each problem is a sentence with its figures ──────────────────────────────────────────────────


async def compare(context: Context, invoice: Data, vendor: Data) -> list[str]:
    """Compare a recorded invoice with everything the ERP holds."""
    problems: list[str] = []
    account, changed = invoice.get("iban"), vendor["bank_changed_on"]
    if vendor["status"] != "active":
        problems.append(f"the vendor is {vendor['status']}")
    if account and _code(account) != _code(vendor["iban"]):
        problems.append(f"it asks for payment to {account}, on record is {vendor['iban']}")
    if changed and (context.signal.time.date() - date.fromisoformat(changed)).days < FRESH_ACCOUNT_DAYS:
        problems.append(f"the vendor's bank account was changed on {changed}")
    same: list[Data] = await context.read("erp.find_vendor", vat_id=vendor["vat_id"]) if vendor["vat_id"] else []
    twins: list[str] = sorted({vendor["id"], *(one["id"] for one in same)})
    for twin in twins:  # one company may stand in the ERP under several numbers
        problems += await duplicate_problems(context, invoice, twin)
    order = await context.read("erp.get_order", order=invoice["order"]) if invoice.get("order") else None
    return problems + (await order_problems(context, invoice, order, twins) if order else [])


async def duplicate_problems(context: Context, invoice: Data, vendor: str) -> list[str]:
    """Look for the same or nearly the same number, and for the same amount on the same day."""
    find, day, gross = "erp.find_invoices", invoice["issued_on"], invoice["gross"]
    numbered = await context.read(find, vendor=vendor, number=invoice["number"])
    of_that_day = await context.read(
        find, vendor=vendor, issued_from=day, issued_to=day, amount_from=gross, amount_to=gross
    )
    problems = {one["id"]: f"{one['id']} of {day} is over the same amount" for one in of_that_day}
    for one in numbered:
        is_same = one["number"] == invoice["number"]
        problems[one["id"]] = f"{one['id']} has {'the same' if is_same else 'nearly the same'} number, {one['number']}"
    return [f"it may be a duplicate: {problem}" for name, problem in problems.items() if name != invoice["id"]]


async def credit_problems(context: Context, corrects: list[str], credit: Data) -> list[str]:
    """Make sure that a credit note refers to an invoice that was recorded, and takes back no more than that."""
    problems = [] if corrects else ["the credit note names no invoice"]
    for number in corrects:
        found = await context.read(
            "erp.find_invoices", vendor=credit["vendor"], number=number, currency=credit["currency"]
        )
        earlier = next((one for one in found if one["type"] == "invoice"), None)
        if earlier is None:
            problems.append(f"the invoice {number} it corrects is not in the ERP")
        elif credit["gross"] > earlier["gross"]:
            problems.append(
                f"it takes back more than the {write_money(earlier['gross'], credit['currency'])} of {number}"
            )
    return problems


async def order_problems(context: Context, invoice: Data, order: Data, vendors: list[str]) -> list[str]:
    """Compare with the order, with what was received for it and with what was billed before."""
    if order["vendor"] not in vendors or order["currency"] != invoice["currency"]:
        return [f"the order {order['id']} was given to {order['vendor']} in {order['currency']}"]
    received = await context.read("erp.list_receipts", order=order["id"])
    billed = [one for one in await context.read("erp.find_invoices", order=order["id"]) if one["id"] != invoice["id"]]
    problems = [] if order["status"] == "open" else [f"the order {order['id']} is {order['status']}"]
    problems += price_problems(invoice, order)
    if invoice["type"] == "credit_note":
        return problems
    arrived, total, mine = (_quantities(order, papers) for papers in (received, [*billed, invoice], [invoice]))
    for line in [one for one in order["lines"] if one["line"] in mine]:
        name, ordered, came = line["line"], Decimal(str(line["quantity"])), arrived[line["line"]]
        if total[name] > min(ordered, came):
            problems.append(f"`{line['name']}`: {total[name]} billed in all, {ordered} ordered, {came} received")
    return problems


def price_problems(invoice: Data, order: Data) -> list[str]:
    """Compare each price, what was charged on top, and the VAT."""
    problems: list[str] = []
    for line in invoice["lines"]:
        ordered = _order_line(line, order)
        if ordered is None:
            problems.append(f"`{line['name']}` is not on the order {order['id']}")
        elif line["net"] - (due := _price(ordered) * Decimal(str(line["quantity"]))) > abs(due) * PRICE_TOLERANCE:
            price, agreed = (write_money(_price(one), order["currency"]) for one in (line, ordered))
            problems.append(f"`{line['name']}` is billed at {price}, ordered at {agreed}")
    extra, vat = invoice["net"] - sum(one["net"] for one in invoice["lines"]), invoice["net"] * order["vat_rate"] / 100
    if extra > 0:
        problems.append(f"{write_money(extra, order['currency'])} are charged on top of the lines")
    if abs(invoice["vat"] - vat) > WHOLE.get(order["currency"], VAT_TOLERANCE):
        billed, right = (write_money(round(one), order["currency"]) for one in (invoice["vat"], vat))
        problems.append(f"the VAT is {billed}, {order['vat_rate']} % would be {right}")
    return problems


# ── how things are told apart and written ──────────────────────────────────────────────────────────────────────────


def _only_one(found: list[Data], seller: Data) -> Data | None:
    alike = [one for one in found if _code(one["vat_id"]) == _code(seller["vat_id"])]
    named = [one for one in alike if _plain(one["name"]) == _plain(seller["name"])]
    return next((some[0] for some in (alike, named) if len(some) == 1), None)


def _order_line(line: Data, order: Data) -> Data | None:
    for field in ("line", "item", "name"):
        alike = [one for one in order["lines"] if line.get(field) and one[field] == line[field]]
        if len(alike) == 1:
            return alike[0]
    return None


def _quantities(order: Data, papers: list[Data]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for paper in papers:
        sign = -1 if paper.get("type") == "credit_note" else 1
        for line in paper["lines"]:
            if ordered := _order_line(line, order):
                sums[ordered["line"]] += sign * Decimal(str(line["quantity"]))
    return sums


def _as_recorded(paper: Data, vendor: str, order: Data | None) -> Data:
    totals = paper["totals"]
    return {
        "vendor": vendor,
        "number": paper["number"],
        "type": "credit_note" if paper["is_credit"] else "invoice",
        "issued_on": paper["issue_date"],
        "due_on": paper["due_date"],
        "order": order and order["id"],
        "currency": paper["currency"],
        "net": totals["net_minor"],
        # What is outside the scope of VAT need not state a VAT of nought.
        "vat": totals["gross_minor"] - totals["net_minor"] if totals["tax"] is None else totals["tax_minor"],
        "gross": totals["gross_minor"],
        "lines": [_recorded_line(line, minor_units("1", paper["currency"])) for line in paper["lines"]],
        "iban": next((one["account"] for one in paper["payments"] if one["account"]), None),
    }


def _recorded_line(line: Data, minor_of_one: int) -> Data:
    quantity, net = Decimal(line["quantity"]), Decimal(line["net"]) * minor_of_one
    price = round(net / quantity) if quantity else 0
    item = line["buyer_item_id"] or line["seller_item_id"]
    figures = {"quantity": _number(quantity), "unit": line["unit"], "price": price, "net": round(net)}
    return {"line": line["order_line"], "item": item, "name": line["name"], **figures}


def _number(quantity: Decimal) -> Any:
    return int(quantity) if quantity == int(quantity) else str(quantity)


def _price(line: Data) -> Decimal:
    quantity = Decimal(str(line["quantity"]))
    return line["net"] / quantity if quantity else Decimal(line["price"])  # what is written as a price is rounded


def _uncounted(paper: Data) -> list[str]:
    counted = {"net": "total without VAT", "tax": "VAT", "gross": "total with VAT", "due": "amount due"}
    totals, unit = paper["totals"], f"in whole minor units of {paper['currency']}"
    return [f"{counted[one]} {unit}" for one in counted if totals[one] is not None and totals[f"{one}_minor"] is None]


def _plain(text: str | None) -> str:
    return "".join((text or "").casefold().split())


def _in_one_line(value: Any) -> Any:
    # A reason is one sentence: a stranger's line breaks and invisible letters could make it look like another.
    match value:
        case str():
            return "".join(letter if letter.isprintable() else " " for letter in value).strip()
        case list():
            return [_in_one_line(one) for one in cast("list[Any]", value)]
        case dict():
            return {name: _in_one_line(one) for name, one in cast("Data", value).items()}
        case _:
            return value


def _code(text: str | None) -> str:
    return "".join(letter for letter in (text or "").casefold() if letter.isalnum())
