"""Makes the records an ERP would hold beforehand of the vendor, the order and the receipt of an invoice in a file."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from remit.intelligence.documents.invoices import report

Data = dict[str, Any]

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "en16931"
"""The EN 16931 examples of others."""


def paper_of(document: bytes) -> Data:
    """Read an invoice."""
    return report(document)[0]["invoice"]


def vendor_of(paper: Data, vendor: str) -> Data:
    """Make the record of a vendor as the invoice names it, paid for years into the account the invoice names."""
    return {
        "id": vendor,
        "name": paper["seller"]["name"],
        "vat_id": paper["seller"]["vat_id"],
        "iban": next((one["account"] for one in paper["payments"] if one["account"]), None),
        "currency": paper["currency"],
        "status": "active",
        "vendor_since": "2010-01-01",
        "bank_changed_on": None,
        "previous_iban": None,
    }


def order_of(paper: Data, vendor: str, order: str) -> Data:
    """Make the order that the invoice bills in full."""
    lines = [_line(place, line) for place, line in enumerate(paper["lines"], start=1)]
    return {
        "id": order,
        "vendor": vendor,
        "status": "open",
        "currency": paper["currency"],
        "vat_rate": int(Decimal(paper["taxes"][0]["rate"] or "0")),
        "lines": lines,
        "net": paper["totals"]["net_minor"],
        "vat": paper["totals"]["tax_minor"],
        "gross": paper["totals"]["gross_minor"],
    }


def receipt_of(order: Data, receipt: str) -> Data:
    """Make the receipt of everything that was ordered."""
    lines = [{"line": one["line"], "quantity": one["quantity"]} for one in order["lines"]]
    return {"id": receipt, "order": order["id"], "received_on": "2020-01-01", "lines": lines}


def _line(place: int, line: Data) -> Data:
    quantity, net = Decimal(line["quantity"]), Decimal(line["net"]).scaleb(2)
    return {
        "line": str(place),
        "item": line["buyer_item_id"] or line["seller_item_id"],
        "name": line["name"],
        "quantity": int(quantity) if quantity == int(quantity) else str(quantity),
        "unit": line["unit"],
        "price": round(net / quantity),
        "net": int(net),
    }
