"""Checks an invoice: what is missing, what does not add up, and what cannot be right. Pure: it asks nobody."""

from collections import Counter
from collections.abc import Iterator
from decimal import localcontext

from remit.intelligence.documents.arithmetic import find_differences
from remit.intelligence.documents.einvoice import Invoice, Party, Period
from remit.intelligence.documents.finding import Finding, Severity, error, warning
from remit.intelligence.documents.identifiers import fault_of_iban, fault_of_vat_id, is_like_iban
from remit.intelligence.documents.presence import find_missing
from remit.money import DIGITS

__all__ = ["Finding", "Severity", "check"]

_SEPA_CREDIT_TRANSFER = "58"
_ENOUGH_DIGITS = 60
"""Figures have at most 28 digits, so that a product of two is exact."""


def check(invoice: Invoice) -> tuple[Finding, ...]:
    """Find what is wrong with an invoice, in the order a person would look."""
    with localcontext(prec=_ENOUGH_DIGITS):
        return (*find_missing(invoice), *find_differences(invoice), *_find_implausible(invoice))


def _find_implausible(invoice: Invoice) -> Iterator[Finding]:
    yield from _in_currencies(invoice)
    yield from _in_dates(invoice)
    yield from _in_accounts(invoice)
    for role, party in (("seller", invoice.seller), ("buyer", invoice.buyer)):
        yield from _in_vat_id(role, party)
    for name, count in Counter(line.id for line in invoice.lines if line.id).items():
        if count > 1:
            yield warning("LINE-ID", f"{count} lines have the id {name}")


def _in_currencies(invoice: Invoice) -> Iterator[Finding]:
    for rule, currency in (("BR-CL-04", invoice.currency), ("BR-CL-05", invoice.tax_currency)):
        if currency and currency not in DIGITS:
            yield error(rule, f"`{currency}` is not a currency of ISO 4217")
    for currency in invoice.other_currencies:
        yield error("PEPPOL-EN16931-R051", f"some amounts are in {currency}, the invoice is in {invoice.currency}")


def _in_dates(invoice: Invoice) -> Iterator[Finding]:
    if invoice.due_date and invoice.issue_date and invoice.due_date < invoice.issue_date:
        yield warning("DUE-DATE", f"it is due on {invoice.due_date}, before it was issued on {invoice.issue_date}")
    if _ends_before_it_starts(invoice.period):
        yield error("BR-29", "the billing period ends before it starts")
    for line in invoice.lines:
        if _ends_before_it_starts(line.period):
            yield error("BR-30", f"line {line.id}: the period ends before it starts")


def _ends_before_it_starts(period: Period | None) -> bool:
    return period is not None and period.start is not None and period.end is not None and period.end < period.start


def _in_accounts(invoice: Invoice) -> Iterator[Finding]:
    for payment in invoice.payments:
        account = payment.account or ""
        if is_like_iban(account) and (fault := fault_of_iban(account)):
            yield error("IBAN", f"the account `{account}` {fault}")
        elif account and payment.code == _SEPA_CREDIT_TRANSFER and not is_like_iban(account):
            yield warning("IBAN", f"it asks for a SEPA transfer, and the account `{account}` is not an IBAN")


def _in_vat_id(role: str, party: Party) -> Iterator[Finding]:
    if party.vat_id and (fault := fault_of_vat_id(party.vat_id)):
        yield warning(
            "BR-CO-09" if fault.startswith("does not begin") else "VAT-ID",
            f"the VAT id `{party.vat_id}` of the {role} {fault}",
        )
