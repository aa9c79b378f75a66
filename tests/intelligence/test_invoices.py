"""What is read from an invoice, in both syntaxes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import orjson
import pytest

from remit.errors import DocumentInvalid
from remit.intelligence.documents.invoices import read_invoice, report


def test_a_ubl_invoice_is_read(ubl: Callable[..., bytes]) -> None:
    """Every part of an invoice in UBL is where it belongs, whatever the prefixes."""
    invoice = read_invoice(ubl())

    assert (invoice.syntax, invoice.number, invoice.type_code) == ("ubl", "F-2026-17", "380")
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 3, 2), date(2026, 4, 1))
    assert (invoice.currency, invoice.order_reference, invoice.is_credit) == ("EUR", "PO-88", False)
    assert (invoice.seller.name, invoice.seller.vat_id) == ("Nordlicht Kontor GmbH", "DE123456789")
    assert invoice.payments[0].account == "DE89370400440532013000"
    assert invoice.totals.gross == Decimal("142.80")
    assert invoice.totals.due == Decimal("100.00")
    assert [line.net for line in invoice.lines] == [Decimal("50.00"), Decimal("60.00")]
    assert invoice.lines[1].base_quantity == Decimal(100)
    assert invoice.lines[1].order_line == "7"
    assert invoice.adjustments[0].is_charge
    assert (invoice.attachments[0].name, invoice.attachments[0].size) == ("hours.txt", 5)


def test_a_cii_credit_note_is_read(cii: Callable[..., bytes]) -> None:
    """Every part of a credit note in CII is where it belongs; tax in two currencies is told apart."""
    invoice = read_invoice(cii())

    assert (invoice.syntax, invoice.number, invoice.is_credit) == ("cii", "G-5", True)
    assert invoice.issue_date == date(2026, 3, 2)
    assert invoice.due_date is None
    assert (invoice.seller.vat_id, invoice.seller.tax_id) == ("FR12345678901", "99")
    assert (invoice.totals.tax, invoice.totals.tax_accounted) == (Decimal("20.00"), Decimal("18.80"))
    assert invoice.lines[0].base_quantity == Decimal(100)
    assert invoice.preceding[0].number == "F-1"


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_a_clean_invoice_has_no_findings(request: pytest.FixtureRequest, syntax: str) -> None:
    """A complete invoice whose figures add up is reported as such, with full confidence."""
    told, sureness = report(request.getfixturevalue(syntax)())

    assert (told["findings"], told["missing"], sureness) == ([], [], 1000)


def test_a_report_is_json(ubl: Callable[..., bytes]) -> None:
    """A report is plain JSON: amounts are strings digit for digit, minor units are whole numbers."""
    told, _ = report(ubl())

    assert orjson.loads(orjson.dumps(told)) == told
    assert told["invoice"]["totals"]["gross"] == "142.80"
    assert told["invoice"]["totals"]["due_minor"] == 10000
    assert told["invoice"]["issue_date"] == "2026-03-02"


def test_a_ubl_credit_note_is_a_credit(ubl: Callable[..., bytes]) -> None:
    """A CreditNote document is a credit, with its own names for quantity, line and type."""
    text = ubl().decode().replace("Invoice-2", "CreditNote-2").replace("i:Invoice", "i:CreditNote")
    text = text.replace("InvoiceLine", "CreditNoteLine").replace("InvoicedQuantity", "CreditedQuantity")

    invoice = read_invoice(
        text.replace("InvoiceTypeCode>380", "CreditNoteTypeCode>381").replace("InvoiceType", "CreditNoteType").encode()
    )

    assert invoice.is_credit
    assert invoice.type_code == "381"
    assert invoice.lines[0].quantity == Decimal(4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("142.80</b:TaxIn", "142,80</b:TaxIn", "`142,80` in `TaxInclusiveAmount`"),
        ("142.80</b:TaxIn", "1e5</b:TaxIn", "not a number"),
        ("142.80</b:TaxIn", "NaN</b:TaxIn", "not a number"),
        ("142.80</b:TaxIn", "1_0</b:TaxIn", "not a number"),
        ("142.80</b:TaxIn", "\u0661\u0662</b:TaxIn", "not a number"),
        ("142.80</b:TaxIn", "9" * 50 + "</b:TaxIn", "not a number"),
        ("2026-03-02", "02.03.2026", "not a date"),
        ("2026-03-02", "2026-02-30", "not a date"),
        ("<b:ChargeIndicator>true", "<b:ChargeIndicator>maybe", "neither `true` nor `false`"),
        ("<b:ChargeIndicator>true</b:ChargeIndicator>", "", "neither `true` nor `false`"),
        ("<b:ID>F-2026-17</b:ID>", "<b:ID>F-2026-17</b:ID><b:ID>F-2026-18</b:ID>", "stands 2 times"),
        (
            '<b:PayableAmount currencyID="EUR">100.00</b:PayableAmount>',
            '<b:PayableAmount currencyID="EUR">100.00</b:PayableAmount><b:PayableAmount>1.00</b:PayableAmount>',
            "stands 2 times",
        ),
    ],
)
def test_a_value_that_cannot_be_read_is_named(ubl: Callable[..., bytes], old: str, new: str, said: str) -> None:
    """A figure, date or sign that cannot be read, or a value with two answers, is refused by name."""
    with pytest.raises(DocumentInvalid) as refusal:
        read_invoice(ubl((old, new)))

    assert said in str(refusal.value)


def test_a_foreign_element_of_the_same_name_is_not_seen(ubl: Callable[..., bytes]) -> None:
    """A total in a stranger's namespace does not stand in for the real one."""
    document = ubl(("<b:PayableAmount", '<e:PayableAmount xmlns:e="urn:evil">1.00</e:PayableAmount><b:PayableAmount'))

    assert read_invoice(document).totals.due == Decimal("100.00")


def test_a_date_with_a_time_zone_is_that_date(ubl: Callable[..., bytes]) -> None:
    """The time zone XML allows on a date does not move it."""
    assert read_invoice(ubl(("2026-03-02", "2026-03-02+02:00"))).issue_date == date(2026, 3, 2)


def test_an_amount_finer_than_the_currency_has_no_minor_units(ubl: Callable[..., bytes]) -> None:
    """A total that is no whole number of cents is null in cents, not rounded."""
    told, _ = report(ubl(("100.00</b:Pay", "100.001</b:Pay")))

    assert told["invoice"]["totals"]["due_minor"] is None
    assert told["invoice"]["totals"]["due"] == "100.001"
