"""The invoices of the ERP: recorded, held, released, cleared, and one day paid.

recorded ── clear ──▶ cleared ── pay ──▶ paid
  │ ▲                    │
hold release           hold
  ▼ │                    │
 held ◀──────────────────┘
"""

import re
from typing import Any, Final

from remit.connections.operation import Kind, Operation, Risk, Touch
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import MOST, Data, Records

_LOOKALIKES = str.maketrans("OIL", "011")
_OPEN: Final = frozenset({"recorded", "cleared"})


def number_key(number: str) -> str:
    """Write an invoice number so that near-same ones are the same: no case, no separators, O like 0, I and L like 1."""
    return re.sub(r"[^0-9A-Z]", "", number.upper()).translate(_LOOKALIKES)


async def _get_invoice(records: Records, asked: Arguments) -> Data | None:
    return await records.get("invoice", asked["invoice"])


async def _find_invoices(records: Records, asked: Arguments) -> list[Data]:
    like = {name: asked[name] for name in ("vendor", "order", "status", "currency") if name in asked}
    if "number" in asked:
        like["number_key"] = number_key(asked["number"])
    window = [asked.get(name) for name in ("amount_from", "amount_to", "issued_from", "issued_to")]
    rows = await records.transaction.fetch("find_practice_invoices", like, *window, MOST)
    return [row["data"] for row in rows]


async def _record_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    await records.take("vendor", asked["vendor"])
    if "order" in asked and await records.get("order", asked["order"]) is None:
        raise SystemRefused(f"`erp` has no order `{asked['order'][:80]}`. Record the invoice without it and hold it")
    if not asked["lines"]:
        raise SystemRefused("an invoice has at least one line. Give its `lines`")
    kept = {"type": "invoice", "order": None, "due_on": None, "iban": None, "document": None}
    invoice: Data = kept | asked | {
        "id": await records.number("INV"),
        "number_key": number_key(asked["number"]),
        "status": "recorded",
        "recorded_on": records.today,
        "hold": None,
        "notes": [],
    }  # fmt: skip
    await records.save("invoice", invoice)
    return {"invoice": invoice["id"], "status": "recorded"}


async def _hold_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    hold = {"reason": asked["reason"], "discrepancy": asked.get("discrepancy"), "since": records.today}
    return await _move(records, asked["invoice"], _OPEN, "held", hold=hold)


async def _release_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _move(records, asked["invoice"], frozenset({"held"}), "recorded", hold=None)


async def _clear_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    await _check_amount(records, asked)
    return await _move(records, asked["invoice"], frozenset({"recorded"}), "cleared")


async def _pay_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    await _check_amount(records, asked)
    payment = {"account": asked["account"], "amount": asked["amount"], "on": records.today}
    return await _move(records, asked["invoice"], frozenset({"cleared"}), "paid", payment=payment)


async def _check_amount(records: Records, asked: Arguments) -> None:
    invoice = await records.take("invoice", asked["invoice"])
    if (asked["amount"], asked["currency"]) != (invoice["gross"], invoice["currency"]):
        stated = f"{invoice['gross']} {invoice['currency']}"
        raise SystemRefused(f"invoice `{invoice['id']}` is over {stated} in minor units. Read it again")


async def _move(records: Records, name: str, allowed: frozenset[str], status: str, **more: Any) -> dict[str, Any]:
    invoice = await records.take("invoice", name)
    if invoice["status"] not in allowed:
        wanted = " or ".join(sorted(allowed))
        raise SystemRefused(f"invoice `{name}` is {invoice['status']}, and has to be {wanted}. Read it again")
    await records.save("invoice", invoice | more | {"status": status})
    return {"invoice": name, "status": status, "previous_status": invoice["status"]}


async def _note_invoice(records: Records, asked: Arguments) -> dict[str, Any]:
    invoice = await records.take("invoice", asked["invoice"])
    notes = [*invoice["notes"], {"text": asked["note"], "on": records.today}]
    await records.save("invoice", invoice | {"notes": notes})
    return {"invoice": invoice["id"], "notes": len(notes)}


INVOICES: Final = (
    Deed(
        operation=Operation(
            name="erp.get_invoice",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Read a recorded invoice.",
            required=("invoice",),
            outsiders=True,  # number, account and amounts are what the vendor wrote
        ),
        takes={"invoice": Shape.TEXT},
        does=_get_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.find_invoices",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Find recorded invoices, newest first; by number also those whose number is nearly the same.",
            outsiders=True,
        ),
        takes={
            "vendor": Shape.TEXT,
            "number": Shape.TEXT,
            "order": Shape.TEXT,
            "status": Shape.TEXT,
            "currency": Shape.CURRENCY,
            "amount_from": Shape.NUMBER,
            "amount_to": Shape.NUMBER,
            "issued_from": Shape.DAY,
            "issued_to": Shape.DAY,
        },
        does=_find_invoices,
    ),
    Deed(
        operation=Operation(
            name="erp.record_invoice",
            kind=Kind.WRITE,
            summary="Record an invoice with its lines; nothing is paid.",
            required=("vendor", "number", "issued_on", "currency", "net", "vat", "gross", "lines"),
            reads_back=True,
        ),
        takes={
            "vendor": Shape.TEXT,
            "number": Shape.TEXT,
            "type": Shape.TEXT,
            "issued_on": Shape.DAY,
            "due_on": Shape.DAY,
            "order": Shape.TEXT,
            "currency": Shape.CURRENCY,
            "net": Shape.AMOUNT,
            "vat": Shape.AMOUNT,
            "gross": Shape.AMOUNT,
            "lines": Shape.OBJECTS,
            "iban": Shape.TEXT,
            "document": Shape.TEXT,
        },
        does=_record_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.hold_invoice",
            kind=Kind.WRITE,
            record="invoice",
            summary="Hold an invoice back from payment, with the reason.",
            reversed_by="erp.release_invoice",
            required=("invoice", "reason"),
            reads_back=True,
        ),
        takes={"invoice": Shape.TEXT, "reason": Shape.TEXT, "discrepancy": Shape.OBJECT},
        does=_hold_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.release_invoice",
            kind=Kind.WRITE,
            record="invoice",
            summary="Take an invoice off hold; it still has to be cleared.",
            risk=Risk.MEDIUM,
            reversed_by="erp.hold_invoice",
            required=("invoice", "reason"),
            reads_back=True,
        ),
        takes={"invoice": Shape.TEXT, "reason": Shape.TEXT},
        does=_release_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.clear_invoice",
            kind=Kind.WRITE,
            record="invoice",
            summary="Mark an invoice as ready for the next payment run.",
            risk=Risk.MEDIUM,
            reversed_by="erp.hold_invoice",
            amount="amount",
            required=("invoice", "amount", "currency"),
            reads_back=True,
        ),
        takes={"invoice": Shape.TEXT, "amount": Shape.AMOUNT, "currency": Shape.CURRENCY},
        does=_clear_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.note_invoice",
            kind=Kind.WRITE,
            record="invoice",
            touches=frozenset({Touch.LOG}),
            summary="Add a note to an invoice.",
            required=("invoice", "note"),
        ),
        takes={"invoice": Shape.TEXT, "note": Shape.TEXT},
        does=_note_invoice,
    ),
    Deed(
        operation=Operation(
            name="erp.pay_invoice",
            kind=Kind.WRITE,
            record="invoice",
            summary="Pay a cleared invoice into an account; nothing takes it back.",
            risk=Risk.HIGH,
            sinks=("account",),
            amount="amount",
            required=("invoice", "account", "amount", "currency"),
            reads_back=True,
        ),
        takes={
            "invoice": Shape.TEXT,
            "account": Shape.TEXT,
            "amount": Shape.AMOUNT,
            "currency": Shape.CURRENCY,
        },
        does=_pay_invoice,
    ),
)
"""What the ERP can be asked about invoices."""
