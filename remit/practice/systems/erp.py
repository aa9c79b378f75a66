"""The ERP: vendors, orders and receipts; its invoices stand in `erp_invoices.py`."""

import re
from typing import Any, Final

from remit.connections.operation import Kind, Operation, Risk, Touch
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records
from remit.practice.systems.erp_invoices import INVOICES


async def _get_vendor(records: Records, asked: Arguments) -> Data | None:
    return await records.get("vendor", asked["vendor"])


async def _find_vendor(records: Records, asked: Arguments) -> list[Data]:
    """Find vendors by any of what is given; by name also those that only begin alike."""
    if not asked:
        raise SystemRefused("`erp.find_vendor` needs a `vat_id`, a `name` or an `iban`. Give at least one")
    found: dict[str, Data] = {}
    for name in ("vat_id", "iban"):
        if name in asked:
            text = re.sub(r"[\s.\-]", "", asked[name]).upper()
            found |= {vendor["id"]: vendor for vendor in await records.find("vendor", **{name: text})}
    if "name" in asked:
        wanted = _first_word(asked["name"])
        found |= {one["id"]: one for one in await records.find("vendor") if _first_word(one["name"]) == wanted}
    return [found[vendor] for vendor in sorted(found)]


def _first_word(name: str) -> str:
    return (re.findall(r"\w+", name.casefold()) or [""])[0]


async def _get_order(records: Records, asked: Arguments) -> Data | None:
    return await records.get("order", asked["order"])


async def _find_orders(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("order", vendor=asked.get("vendor"), id=asked.get("number"), status=asked.get("status"))


async def _list_receipts(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("receipt", order=asked["order"])


async def _change_vendor(records: Records, asked: Arguments) -> dict[str, Any]:
    vendor = await records.take("vendor", asked["vendor"])
    changes = {name: value for name, value in asked.items() if name not in {"vendor", "reason"}}
    if not changes:
        raise SystemRefused("nothing is to be changed. Give `name`, `iban`, `bic`, `terms_days` or `status`")
    previous = {name: vendor.get(name) for name in changes}
    bank = {"bank_changed_on": records.today, "previous_iban": vendor["iban"]} if "iban" in changes else {}
    await records.save("vendor", vendor | changes | bank)
    return {"vendor": vendor["id"], "changed": changes, "previous": previous}


ERP: Final = (
    Deed(
        operation=Operation(
            name="erp.get_vendor",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Read a vendor's record.",
            required=("vendor",),
        ),
        takes={"vendor": Shape.TEXT},
        does=_get_vendor,
    ),
    Deed(
        operation=Operation(
            name="erp.find_vendor",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Find vendors by VAT id, name or bank account.",
        ),
        takes={"vat_id": Shape.TEXT, "name": Shape.TEXT, "iban": Shape.TEXT},
        does=_find_vendor,
    ),
    Deed(
        operation=Operation(
            name="erp.get_order",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Read a purchase order with its lines.",
            required=("order",),
        ),
        takes={"order": Shape.TEXT},
        does=_get_order,
    ),
    Deed(
        operation=Operation(
            name="erp.find_orders",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="Find purchase orders by vendor, number or status.",
        ),
        takes={"vendor": Shape.TEXT, "number": Shape.TEXT, "status": Shape.TEXT},
        does=_find_orders,
    ),
    Deed(
        operation=Operation(
            name="erp.list_receipts",
            kind=Kind.READ,
            touches=frozenset({Touch.BOOKS}),
            summary="List what was received for an order.",
            required=("order",),
        ),
        takes={"order": Shape.TEXT},
        does=_list_receipts,
    ),
    Deed(
        operation=Operation(
            name="erp.change_vendor",
            kind=Kind.WRITE,
            record="vendor",
            summary="Change a vendor's name, bank account, terms or status.",
            risk=Risk.HIGH,
            reversed_by="erp.change_vendor",
            sinks=("vendor", "iban", "bic"),
            required=("vendor", "reason"),
            reads_back=True,
        ),
        takes={
            "vendor": Shape.TEXT,
            "reason": Shape.TEXT,
            "name": Shape.TEXT,
            "iban": Shape.TEXT,
            "bic": Shape.TEXT,
            "terms_days": Shape.NUMBER,
            "status": Shape.TEXT,
        },
        does=_change_vendor,
    ),
    *INVOICES,
)
"""What the ERP can be asked."""
