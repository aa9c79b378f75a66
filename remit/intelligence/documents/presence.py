"""What EN 16931 requires to be there: of its rules BR-01 to BR-61 and BR-CO-04, -18, -25, -26 those a payer needs."""

from collections.abc import Iterator

from remit.intelligence.documents.einvoice import Adjustment, Invoice, Line, Party, Payment, TaxGroup
from remit.intelligence.documents.finding import Finding, absent

NOT_TAXED = "O"
"""The VAT category outside the scope of VAT: the only one without a rate."""
_CREDIT_TRANSFERS = frozenset({"30", "58"})


def find_missing(invoice: Invoice) -> Iterator[Finding]:
    """Name every required value that is not there."""
    yield from _name_absent(_in_head(invoice))
    yield from _in_seller(invoice.seller)
    for position, line in enumerate(invoice.lines, start=1):
        yield from _name_absent(_in_line(line, line.id or f"number {position}"))
    for adjustment in invoice.adjustments:
        yield from _name_absent(_in_adjustment(adjustment))
    for group in invoice.taxes:
        yield from _name_absent(_in_tax_group(group))
    yield from _in_payments(invoice)
    if any(not one.number for one in invoice.preceding):
        yield absent("BR-55", "number of the preceding invoice")


def _name_absent(wanted: list[tuple[str, str, object]]) -> Iterator[Finding]:
    for rule, name, value in wanted:
        if value is None or value in ("", ()):
            yield absent(rule, name)


def _in_head(invoice: Invoice) -> list[tuple[str, str, object]]:
    seller, buyer, totals = invoice.seller, invoice.buyer, invoice.totals
    accounts_apart = invoice.tax_currency not in {None, invoice.currency}
    return [
        ("BR-01", "specification identifier", invoice.specification),
        ("BR-02", "invoice number", invoice.number),
        ("BR-03", "issue date", invoice.issue_date),
        ("BR-04", "type code", invoice.type_code),
        ("BR-05", "currency", invoice.currency),
        ("BR-06", "seller name", seller.name),
        ("BR-07", "buyer name", buyer.name),
        ("BR-08", "seller address", seller.address),
        ("BR-09", "seller country", seller.address.country if seller.address else "with the address"),
        ("BR-10", "buyer address", buyer.address),
        ("BR-11", "buyer country", buyer.address.country if buyer.address else "with the address"),
        ("BR-12", "sum of the lines", totals.lines),
        ("BR-13", "total without VAT", totals.net),
        ("BR-14", "total with VAT", totals.gross),
        ("BR-15", "amount due", totals.due),
        ("BR-16", "invoice lines", invoice.lines),
        ("BR-53", "VAT in the accounting currency", totals.tax_accounted if accounts_apart else "not wanted"),
        ("BR-CO-18", "VAT breakdown", invoice.taxes),
    ]


def _in_seller(seller: Party) -> Iterator[Finding]:
    if not (seller.ids or seller.legal_id or seller.vat_id):
        yield absent("BR-CO-26", "seller identifier, register number or VAT id")


def _in_line(line: Line, name: str) -> list[tuple[str, str, object]]:
    wanted: list[tuple[str, str, object]] = [
        ("BR-21", f"id of line {name}", line.id),
        ("BR-22", f"quantity of line {name}", line.quantity),
        ("BR-23", f"unit of line {name}", line.unit),
        ("BR-24", f"net amount of line {name}", line.net),
        ("BR-25", f"item name of line {name}", line.name),
        ("BR-26", f"net price of line {name}", line.price),
        ("BR-CO-04", f"VAT category of line {name}", line.vat_category),
    ]
    for one in line.adjustments:
        rules = ("BR-43", "BR-44") if one.is_charge else ("BR-41", "BR-42")
        wanted += [
            (rules[0], f"amount of the {_word(one)} on line {name}", one.amount),
            (rules[1], f"reason of the {_word(one)} on line {name}", one.reason or one.reason_code),
        ]
    return wanted


def _in_adjustment(one: Adjustment) -> list[tuple[str, str, object]]:
    rules = ("BR-36", "BR-37", "BR-38") if one.is_charge else ("BR-31", "BR-32", "BR-33")
    return [
        (rules[0], f"amount of the {_word(one)}", one.amount),
        (rules[1], f"VAT category of the {_word(one)}", one.vat_category),
        (rules[2], f"reason of the {_word(one)}", one.reason or one.reason_code),
    ]


def _word(one: Adjustment) -> str:
    return "charge" if one.is_charge else "allowance"


def _in_tax_group(group: TaxGroup) -> list[tuple[str, str, object]]:
    name = f"VAT category {group.category or '?'}"
    return [
        ("BR-45", f"taxable amount of {name}", group.taxable),
        ("BR-46", f"tax of {name}", group.tax),
        ("BR-47", "category of a VAT breakdown", group.category),
        ("BR-48", f"rate of {name}", "none" if group.category == NOT_TAXED else group.rate),
    ]


def _in_payments(invoice: Invoice) -> Iterator[Finding]:
    for payment in invoice.payments:
        yield from _name_absent(_in_payment(payment))
    due = invoice.totals.due
    if due and due > 0 and not invoice.is_credit and not (invoice.due_date or invoice.terms):
        yield absent("BR-CO-25", "due date or payment terms")


def _in_payment(payment: Payment) -> list[tuple[str, str, object]]:
    is_transfer = payment.code in _CREDIT_TRANSFERS
    return [
        ("BR-49", "payment means code", payment.code),
        ("BR-61", "account to pay into", payment.account if is_transfer else "not wanted"),
    ]
