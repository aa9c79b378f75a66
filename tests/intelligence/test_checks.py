"""What is found wrong with an invoice, and what is left alone."""

from collections.abc import Callable

import pytest

from remit.intelligence.documents.checks import Finding, check
from remit.intelligence.documents.invoices import read_invoice

Spoil = Callable[..., bytes]


def _found(document: bytes) -> dict[str, Finding]:
    return {finding.rule: finding for finding in check(read_invoice(document))}


@pytest.mark.parametrize(
    ("rule", "name", "removed"),
    [
        ("BR-01", "specification identifier", "<b:CustomizationID>urn:cen.eu:en16931:2017</b:CustomizationID>"),
        ("BR-02", "invoice number", "<b:ID>F-2026-17</b:ID>"),
        ("BR-03", "issue date", "<b:IssueDate>2026-03-02</b:IssueDate>"),
        ("BR-04", "type code", "<b:InvoiceTypeCode>380</b:InvoiceTypeCode>"),
        ("BR-06", "seller name", "<b:RegistrationName>Nordlicht Kontor GmbH</b:RegistrationName>"),
        ("BR-07", "buyer name", "<b:RegistrationName>Alpenwerk AG</b:RegistrationName>"),
        ("BR-09", "seller country", "<b:IdentificationCode>DE</b:IdentificationCode>"),
        ("BR-11", "buyer country", "<b:IdentificationCode>AT</b:IdentificationCode>"),
        ("BR-12", "sum of the lines", '<b:LineExtensionAmount currencyID="EUR">110.00</b:LineExtensionAmount>'),
        ("BR-13", "total without VAT", '<b:TaxExclusiveAmount currencyID="EUR">120.00</b:TaxExclusiveAmount>'),
        ("BR-14", "total with VAT", '<b:TaxInclusiveAmount currencyID="EUR">142.80</b:TaxInclusiveAmount>'),
        ("BR-15", "amount due", '<b:PayableAmount currencyID="EUR">100.00</b:PayableAmount>'),
        ("BR-22", "quantity of line 1", '<b:InvoicedQuantity unitCode="HUR">4</b:InvoicedQuantity>'),
        ("BR-25", "item name of line 1", "<b:Name>Repair</b:Name>"),
        ("BR-26", "net price of line 1", '<b:PriceAmount currencyID="EUR">12.50</b:PriceAmount>'),
        ("BR-38", "reason of the charge", "<b:AllowanceChargeReason>Freight</b:AllowanceChargeReason>"),
        ("BR-49", "payment means code", "<b:PaymentMeansCode>58</b:PaymentMeansCode>"),
        ("BR-61", "account to pay into", "<b:ID>DE89370400440532013000</b:ID>"),
        ("BR-CO-25", "due date or payment terms", "<b:DueDate>2026-04-01</b:DueDate>"),
    ],
)
def test_a_missing_value_is_named(ubl: Spoil, rule: str, name: str, removed: str) -> None:
    """A required value that is not there is named, and nothing stands in for it."""
    finding = _found(ubl((removed, "")))[rule]

    assert (finding.missing, finding.sentence) == (name, f"the {name} is missing")


@pytest.mark.parametrize(
    ("rule", "old", "new", "sentence"),
    [
        ("PEPPOL-EN16931-R120", ">50.00<", ">55.00<", "line 1: 4 × 12.50 is 50.00, the invoice says 55.00"),  # noqa: RUF001  # a product
        (
            "PEPPOL-EN16931-R120",
            ">60.00<",
            ">63.00<",
            "line 2: 300 × 21.00 / 100 - 3.00 is 60.00, the invoice says 63.00",  # noqa: RUF001  # a product
        ),
        ("BR-CO-10", ">110.00<", ">111.00<", "the lines together is 110.00, the invoice says 111.00"),
        ("BR-CO-12", "10.00</b:ChargeT", "12.00</b:ChargeT", "the charges together is 10.00, the invoice says 12.00"),
        (
            "BR-CO-13",
            "120.00</b:TaxE",
            "130.00</b:TaxE",
            "110.00 - 0.00 + 10.00 without VAT is 120.00, the invoice says 130.00",
        ),
        (
            "BR-CO-14",
            "22.80</b:TaxAmount>\n",
            "25.80</b:TaxAmount>\n",
            "the VAT of all categories together is 22.80, the invoice says 25.80",
        ),
        ("BR-CO-15", "142.80</b:TaxI", "152.80</b:TaxI", "120.00 + 22.80 VAT is 142.80, the invoice says 152.80"),
        (
            "BR-CO-16",
            "100.00</b:Pay",
            "142.80</b:Pay",
            "the amount due, 142.80 - 42.80 + 0.00, is 100.00, the invoice says 142.80",
        ),
        (
            "BR-CO-17",
            "<b:Percent>19</b:Percent></a:TaxCategory></a:TaxSub",
            "<b:Percent>7</b:Percent></a:TaxCategory></a:TaxSub",
            "7 % of 120.00 is 8.40, the invoice says 22.80",
        ),
        (
            "BR-S-08",
            ">120.00</b:TaxableAmount>",
            ">125.00</b:TaxableAmount>",
            "what is in VAT category S at 19 % together is 120.00, the invoice says 125.00",
        ),
        ("BR-27", "12.50", "-12.50", "line 1: the price is -12.50, and a price is never negative"),
        ("PEPPOL-EN16931-R121", ">100</b:BaseQ", ">0</b:BaseQ", "line 2: the price is for 0 units"),
        (
            "BR-CL-04",
            "EUR</b:DocumentCurrencyCode",
            "EUX</b:DocumentCurrencyCode",
            "`EUX` is not a currency of ISO 4217",
        ),
        (
            "PEPPOL-EN16931-R051",
            'PayableAmount currencyID="EUR"',
            'PayableAmount currencyID="JPY"',
            "some amounts are in JPY, the invoice is in EUR",
        ),
        (
            "IBAN",
            "DE89370400440532013000",
            "DE89370400440532013001",
            "the account `DE89370400440532013001` fails its checksum",
        ),
        (
            "IBAN",
            "DE89370400440532013000",
            "DE8937040044053201300",
            "the account `DE8937040044053201300` has 21 characters, and an IBAN of DE has 22",
        ),
        (
            "VAT-ID",
            "DE123456789",
            "DE12345678",
            "the VAT id `DE12345678` of the seller does not have the shape of a VAT id of DE",
        ),
        (
            "BR-CO-09",
            "DE123456789",
            "123456789",
            "the VAT id `123456789` of the seller does not begin with the two letters of a country",
        ),
        ("DUE-DATE", "2026-04-01", "2026-02-01", "it is due on 2026-02-01, before it was issued on 2026-03-02"),
        ("LINE-ID", "<b:ID>2</b:ID>", "<b:ID>1</b:ID>", "2 lines have the id 1"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_figures(ubl: Spoil, rule: str, old: str, new: str, sentence: str) -> None:
    """Each rule broken gives one finding with its id and a sentence a person can check."""
    sentences = {finding.sentence for finding in check(read_invoice(ubl((old, new)))) if finding.rule == rule}

    assert sentence in sentences


@pytest.mark.parametrize(
    ("old", "new", "severity"),
    [
        (">110.00<", ">110.01<", "warning"),
        (">110.00<", ">110.02<", "warning"),
        (">110.00<", ">110.03<", "error"),
        ("22.80</b:TaxAmount>\n      <a:TaxC", "23.50</b:TaxAmount>\n      <a:TaxC", "warning"),
        ("22.80</b:TaxAmount>\n      <a:TaxC", "23.80</b:TaxAmount>\n      <a:TaxC", "error"),
    ],
)
def test_a_cent_a_line_is_a_warning(ubl: Spoil, old: str, new: str, severity: str) -> None:
    """A sum off by a cent a line, or a tax off by less than one unit, is a warning; more is an error."""
    found = _found(ubl((old, new)))
    rule = "BR-CO-10" if "110" in old else "BR-CO-17"

    assert found[rule].severity == severity


def test_a_line_rounded_once_is_right(ubl: Spoil) -> None:
    """A line off by one cent was rounded; by two it is wrong."""
    one, two = _found(ubl((">12.50<", ">12.5025<"))), _found(ubl((">12.50<", ">12.505<")))

    assert "PEPPOL-EN16931-R120" not in one
    assert "PEPPOL-EN16931-R120" in two


def test_whole_forints_are_rounded_and_whole_euros_are_not(cii: Spoil) -> None:
    """An invoice rounded to whole units passes in a currency people round, and not in euros."""
    changes = [("<r:ChargeAmount>200<", "<r:ChargeAmount>200.8<")]
    forints = cii(*changes).decode().replace("EUR", "HUF").encode()

    assert "PEPPOL-EN16931-R120" not in _found(forints)
    assert "PEPPOL-EN16931-R120" in _found(cii(*changes))


def test_a_national_account_number_is_no_broken_iban(ubl: Spoil) -> None:
    """An account that does not mean to be an IBAN is not judged by its checksum, only noted in a SEPA transfer."""
    national = [("DE89370400440532013000", "1234567891234"), ("Code>58<", "Code>30<")]

    assert "IBAN" not in _found(ubl(*national))
    assert _found(ubl(national[0]))["IBAN"].severity == "warning"


def test_lines_without_their_tax_group_are_found(ubl: Spoil) -> None:
    """A VAT category that lines carry and the breakdown lacks is found."""
    found = _found(ubl(("<b:Percent>19.00", "<b:Percent>7.00")))

    assert "BR-S-01" in found
    assert "BR-S-08" in found


def test_the_largest_figures_are_multiplied_exactly(ubl: Spoil) -> None:
    """Figures of sixteen digits do not lose a cent on the way."""
    found = _found(
        ubl(
            (">4</b:InvoicedQuantity>", ">9999999999999999</b:InvoicedQuantity>"),
            (">12.50<", ">9999999999999999.123456789012<"),
        )
    )

    exact = 9999999999999999 * 9999999999999999123456789012 / 10**12
    assert f"{exact:.0f}"[:10] in found["PEPPOL-EN16931-R120"].sentence
