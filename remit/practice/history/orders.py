"""Purchase orders, what was received for them, and the invoices already recorded.

The first thirteen orders are the ones the practice invoices of `documents.py` refer to; the rest is the usual company.
"""

from datetime import date
from random import Random
from typing import Any, Final

from remit.practice.history.record import Record, day, dice_for
from remit.practice.history.vendors import vendors
from remit.practice.systems.erp_invoices import number_key

ORDERS: Final = 60
STAGED: Final = 13
"""How many orders wait for a practice invoice: order 4501 of vendor 1001 up to 4513 of vendor 1013."""

_ITEMS: Final = {
    "office": (("Copy paper A4, box", "BX", 2450), ("Toner, black", "C62", 8990), ("Desk lamp", "C62", 4275)),
    "parts": (("Bearing 6204", "C62", 1180), ("Sensor head", "C62", 14950), ("Cable 5 m", "C62", 1995)),
    "marketing": (("Brochure design", "HUR", 9500), ("Trade fair stand", "C62", 184000), ("Photographs", "C62", 4500)),
    "facilities": (("Cleaning", "HUR", 3200), ("LED panel", "C62", 11900), ("Shelf unit", "C62", 21500)),
    "packaging": (("Carton 400 mm", "C62", 165), ("Pallet", "C62", 1450), ("Padding, roll", "C62", 2890)),
    "freight": (("Delivery to Breda", "C62", 41500), ("Express", "C62", 8500), ("Storage day", "DAY", 1200)),
}  # fmt: skip
"""What each kind of vendor sells: item, unit (UN/ECE 20) and price in minor units."""
_HALF: Final = frozenset({"PO-4504", "PO-4505"})
_PAID: Final = frozenset({"PO-4506", "PO-4507", "PO-4508", "PO-4509"})
_RATE: Final = 19


def orders(seed: int, today: date) -> list[Record]:
    """Invent the orders."""
    dice = dice_for(seed, "orders")
    sellers = vendors(seed, today)
    chosen = [sellers[place] if place < STAGED else dice.choice(sellers) for place in range(ORDERS)]
    return [_order(dice, f"PO-{4501 + place}", seller.data, today) for place, seller in enumerate(chosen)]


def _order(dice: Random, order: str, vendor: dict[str, Any], today: date) -> Record:
    items = dice.sample(_ITEMS[vendor["category"]], dice.randint(2, 3))
    lines = [_line(dice, str(place), item) for place, item in enumerate(items, start=1)]
    rate = _RATE if vendor["country"] == "DE" else 0
    return Record(
        system="erp",
        kind="order",
        data={
            "id": order,
            "vendor": vendor["id"],
            "status": "open",
            "ordered_on": day(today, -dice.randint(25, 90)),
            "requested_by": dice.choice(("grace.osei", "omar.haddad", "sara.lind")),
            "currency": vendor["currency"],
            "vat_rate": rate,
            "lines": lines,
            **totals(lines, rate),
        },
    )


def _line(dice: Random, number: str, item: tuple[str, str, int]) -> dict[str, Any]:
    name, unit, price = item
    quantity = 2 * dice.randint(1, 3 if price > 100_000 else 20)  # noqa: PLR2004  # of the dear ones only a few
    return {
        "line": number,
        "item": f"I-{price}",
        "name": name,
        "quantity": quantity,
        "unit": unit,
        "price": price,
        "net": quantity * price,
    }


def totals(lines: list[dict[str, Any]], rate: int) -> dict[str, int]:
    """Add up lines, in minor units; the tax is rounded half up, once."""
    net = sum(line["net"] for line in lines)
    vat = (net * rate + 50) // 100
    return {"net": net, "vat": vat, "gross": net + vat}


def receipts(seed: int, today: date) -> list[Record]:
    """Invent what was received: mostly all of it, sometimes in two parts, sometimes half, sometimes nothing yet."""
    dice = dice_for(seed, "receipts")
    found: list[Record] = []
    for order in orders(seed, today):
        is_staged = int(order.id[3:]) < 4501 + STAGED
        way = "all" if is_staged else dice.choice(("all", "all", "parts", "half", "nothing"))
        found += _receipts(order.data, "half" if order.id in _HALF else way, today)
    return found


def _receipts(order: dict[str, Any], way: str, today: date) -> list[Record]:
    shares = {"all": (2,), "parts": (1, 1), "half": (1,), "nothing": ()}[way]
    return [_receipt(order, place, share, today) for place, share in enumerate(shares, start=1)]


def _receipt(order: dict[str, Any], place: int, share: int, today: date) -> Record:
    """Write down what came, and what it is worth at the prices of the order."""
    quantities = [(one, one["quantity"] * share // 2) for one in order["lines"]]
    return Record(
        system="erp",
        kind="receipt",
        data={
            "id": f"GR-{order['id'][3:]}-{place}",
            "order": order["id"],
            "received_on": day(today, -24 + 9 * place),
            "lines": [{"line": one["line"], "quantity": quantity} for one, quantity in quantities],
            "currency": order["currency"],
            **totals([{"net": quantity * one["price"]} for one, quantity in quantities], order["vat_rate"]),
        },
    )


def invoices(seed: int, today: date) -> list[Record]:
    """Invent the invoices already recorded: one for some orders, two halves for others, none for most."""
    dice = dice_for(seed, "invoices")
    accounts = {vendor.id: vendor.data["iban"] for vendor in vendors(seed, today)}
    found: list[Record] = []
    for order in orders(seed, today):
        is_staged = int(order.id[3:]) < 4501 + STAGED
        parts = (1 if order.id in _PAID else 0) if is_staged else dice.choice((0, 0, 1, 1, 2))
        for place in range(1, parts + 1):
            found.append(_invoice(dice, order.data, (place, parts), today))
            found[-1].data["iban"] = accounts[order.data["vendor"]]
    return found


def past_number(order: str) -> str:
    """Give the number of the invoice already recorded for an order."""
    return f"RO-2{order[3:]}-01"


def _invoice(dice: Random, order: dict[str, Any], part: tuple[int, int], today: date) -> Record:
    place, parts = part
    lines = [one | {"quantity": one["quantity"] // parts, "net": one["net"] // parts} for one in order["lines"]]
    number = past_number(order["id"]) if place == 1 else f"RO-2{order['id'][3:]}-0{place}"
    issued = -dice.randint(12, 20) + 5 * (place - 1)
    return Record(
        system="erp",
        kind="invoice",
        data={
            "id": f"INV-{order['id'][3:]}{place}",
            "vendor": order["vendor"],
            "order": order["id"],
            "number": number,
            "number_key": number_key(number),
            "type": "invoice",
            "status": dice.choice(("cleared", "paid", "paid")),
            "issued_on": day(today, issued),
            "due_on": day(today, issued + 30),
            "recorded_on": day(today, issued + 2),
            "currency": order["currency"],
            **totals(lines, order["vat_rate"]),
            "lines": lines,
            "document": None,
            "hold": None,
            "notes": [],
        },
    )
