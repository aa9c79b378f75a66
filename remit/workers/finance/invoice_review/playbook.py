"""Invoice Review: compares an invoice with its vendor, its order and what was received; clears it, or holds it.

    read ─▶ record ─▶ compare ─┬─ agrees on everything ─▶ clear
                               └─ does not ─▶ hold with the figures; a person goes on

It is recorded before it is compared, so that of two copies arriving at once at least one meets the other.
"""

from base64 import b64decode
from collections import defaultdict
from decimal import Decimal
from typing import Any

from remit.playbook import Context, DocumentInvalid, Done, Escalate, Outcome, Stop

PRICE_TOLERANCE = Decimal("0.01")
"""How far a line may lie above the order's price: 1 %."""
VAT_TOLERANCE = 2
"""How far the VAT may lie from the order's rate, in minor units: what rounding each line can add up to."""
FRESH_ACCOUNT_DAYS = 30
"""How long a vendor's new bank account is news: a changed account followed by an invoice is how fraud begins."""
DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""Digits of a currency's minor unit, where they are not two."""

Data = dict[str, Any]


async def run(context: Context) -> Outcome:
    """Review the invoice that arrived, or look again at a recorded one that was flagged."""
    if context.signal.type == "invoice.flagged":
        return await look_again(context)
    name = context.signal.data["name"]
    file = await context.read("drop.read_file", name=name)
    if file is None:
        return Escalate(f"the file `{name}` is not in the folder any more", missing=(name,))
    try:
        judgement = await context.judge.extract("invoice", b64decode(file["content"]))
    except DocumentInvalid as error:
        purpose = "it cannot be read as an invoice, and should not lie among those that can"
        await context.act("drop.move_file", {"name": name, "to": "failed"}, purpose=purpose, about=f"file:{name}")
        return Escalate(f"`{name}` cannot be read as an invoice: {error}", missing=("an e-invoice that can be read",))
    return await review(context, judgement.value, judgement.confidence)


async def review(context: Context, read: Data, confidence: int) -> Outcome:
    """Record what was read and compare it."""
    invoice, seller = read["invoice"], read["invoice"]["seller"]
    if missing := what_is_missing(invoice):
        return Escalate(f"the invoice cannot be recorded without {', '.join(missing)}", missing=missing)
    found = await context.read("erp.find_vendor", name=seller["name"], vat_id=seller["vat_id"])
    vendor = only_vendor(found, seller)
    if vendor is None:
        known = ", ".join(one["id"] for one in found) or "nobody"
        who = f"`{seller['name']}` with the VAT id {seller['vat_id'] or 'missing'}"
        return Escalate(f"the vendor is not known for sure: {who}; like it is {known}", missing=("the vendor's record",))
    order = await context.read("erp.get_order", order=invoice["order_reference"] or "none")
    recorded = await context.act(
        "erp.record_invoice",
        as_recorded(invoice, vendor, order, context.signal.data["name"]),
        purpose=f"invoice {invoice['number']} of {vendor['name']} arrived",
        confidence=confidence,
    )
    invoice = recorded.arguments | {"id": recorded.result["invoice"]}
    problems = document_problems(read, vendor, order) + await credit_problems(context, read["invoice"], invoice)
    return await settle(context, invoice, vendor, problems + await compare(context, invoice, vendor))


async def look_again(context: Context) -> Outcome:
    """Compare a recorded invoice that somebody flagged."""
    data = context.signal.data
    invoice = await context.read("erp.get_invoice", invoice=data["invoice"])
    if invoice is None:
        return Escalate(f"`{data['invoice']}` was flagged and is not in the ERP", missing=(data["invoice"],))
    if invoice["status"] == "held":
        return Stop(f"{invoice['id']} is held already: {invoice['hold']['reason']}")
    vendor = await context.read("erp.get_vendor", vendor=invoice["vendor"])
    problems = await compare(context, invoice, vendor)
    if invoice["status"] == "paid":
        return Escalate(f"{invoice['id']} was flagged and is paid already; {'; '.join(problems) or 'nothing else found'}")
    if problems:
        return await settle(context, invoice, vendor, problems)
    note = f"flagged as {data.get('flag', 'suspicious')}: vendor, duplicates, order and receipts compared, all agree"
    await context.act("erp.note_invoice", {"invoice": invoice["id"], "note": note}, purpose=note)
    return Done(f"{invoice['id']} was {note}")


async def settle(context: Context, invoice: Data, vendor: Data, problems: list[str]) -> Outcome:
    """Clear what agrees, hold what does not."""
    amount = money(invoice["gross"], invoice["currency"])
    title = f"invoice {invoice['number']} of {vendor['name']} over {amount}"
    about = f"invoice:{invoice['id']}"
    evidence = [
        {"title": "Invoice", "id": invoice["id"], "number": invoice["number"], "gross": amount},
        {"title": "Vendor", "id": vendor["id"], "name": vendor["name"], "iban": vendor["iban"]},
        {"title": "Order", "id": invoice.get("order") or "none"},
    ]
    if not problems:
        amounts = {"amount": invoice["gross"], "currency": invoice["currency"]}
        purpose = f"{title} agrees with vendor, order and receipts"
        cleared = await context.act(
            "erp.clear_invoice", amounts | {"invoice": invoice["id"]}, purpose=purpose, about=about,
            evidence=evidence, may_be_refused=True,
        )  # fmt: skip
        if cleared.was_performed:
            return Done(f"{title} agrees with order {invoice.get('order')} and is cleared for payment")
        problems = [f"it agrees, and was not cleared: {cleared.reason}"]
    reason = f"{title}: {'; '.join(problems)}"
    held = {"invoice": invoice["id"], "reason": reason, "discrepancy": {"problems": problems}}
    await context.act("erp.hold_invoice", held, purpose=reason, about=about, evidence=evidence)
    return Escalate(f"held: {reason}")
