"""The EN 16931 examples of others: every one is read or refused, and what is wrong with them is really wrong."""

import contextlib
import random
from decimal import Decimal
from pathlib import Path

import pytest

from remit.errors import DocumentInvalid
from remit.intelligence.documents.checks import check
from remit.intelligence.documents.invoices import read_invoice
from remit.intelligence.local import LocalJudge

TOTALS = {
    # file: number, currency, lines, sum of lines, without VAT, VAT, with VAT, due
    "ubl/ubl-tc434-example1.xml": ("12115118", "EUR", 20, "229.60", "229.60", "20.73", "250.33", "250.33"),
    "ubl/ubl-tc434-example2.xml": ("TOSL108", "NOK", 5, "1436.50", "1436.50", "365.28", "1801.78", "801.78"),
    "ubl/ubl-tc434-example5.xml": ("TOSL110", "DKK", 3, "4000.00", "4000.00", "675.00", "4675.00", "2337.50"),
    "ubl/ubl-tc434-creditnote1.xml": ("018304 / 28865", "EUR", 1, "100.11", "100.11", "0.00", "100.11", "100.11"),
    "ubl/BIS3_Invoice_negativ.XML": (
        "12345", "DKK", 1, "-625743.54", "-625743.54", "-156435.89", "-782179.43", "-782179.43",
    ),
    "ubl/FT G2G_TD01 con Allegato, Bonifico e Split Payment.xml": (
        "1316/85", "EUR", 1, "1246.00", "1246.00", "274.12", "1520.12", "1246.00",
    ),
    "cii/CII_example5.xml": ("TOSL110", "DKK", 3, "4000.00", "4000", "675.00", "4675", "2337.5"),
    "cii/huf_example_cii.xml": (
        "21/001003559/996", "HUF", 3, "69180.00", "69180.00", "18679.00", "87859.00", "87859.00",
    ),
    "cii/CII-BR-CO-10-RoundingIssue.xml": ("0", "EUR", 4, "0.00", "0.00", "0.00", "0.00", "0.00"),
}  # fmt: skip

WRONG_LINES = {
    # What these say of a line does not follow from its quantity and price; worked out by hand from the files.
    "ubl/ubl-tc434-example1.xml": {"20"},  # 6 pieces at 18.33, and a net of -109.98
    "ubl/ubl-tc434-example10.xml": {"20"},
    "ubl/guide-example1.xml": {"20"},
    "cii/CII_example1.xml": {"20"},
    "ubl/ubl-tc434-example2.xml": {"1"},  # 2 pieces at 1273.00, and a net of 1273.00
    "ubl/guide-example2.xml": {"1"},
    "ubl/ubl-tc434-example3.xml": {"1", "2"},  # 2 pieces at 800.00, and a net of 800.00
    "ubl/guide-example3.xml": {"1", "2"},
    "cii/CII_business_example_01.xml": {"1", "2", "3", "4", "5"},  # the price stands in place of its base quantity
    "cii/CII_example2.xml": {"1", "2", "3", "4", "5"},
    "cii/CII_example8.xml": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"},
    "cii/CII_example9.xml": {"1"},
    "cii/CII_business_example_Z.xml": {"16"},  # 1 piece at 1.50, and a net of 177.41
    "cii/XRechnung-O.xml": {"1", "2"},  # the insurance tax is called a charge, and taken off
}


def _files(samples: Path) -> dict[str, Path]:
    paths = [path for path in samples.glob("*/*") if path.suffix.lower() == ".xml"]
    return {path.relative_to(samples).as_posix(): path for path in sorted(paths)}


def test_every_example_is_read(samples: Path) -> None:
    """All thirty-four examples of others are read, and lack nothing that is required."""
    invoices = {name: read_invoice(path.read_bytes()) for name, path in _files(samples).items()}

    assert len(invoices) == 34
    missing = {name: [one.missing for one in check(invoice) if one.missing] for name, invoice in invoices.items()}
    assert {name: names for name, names in missing.items() if names} == {}


@pytest.mark.parametrize("name", TOTALS)
def test_the_totals_are_those_in_the_file(samples: Path, name: str) -> None:
    """Numbers and totals are read as they stand in the file, digit for digit."""
    number, currency, lines, *amounts = TOTALS[name]

    invoice = read_invoice((samples / name).read_bytes())

    assert (invoice.number, invoice.currency, len(invoice.lines)) == (number, currency, lines)
    totals = invoice.totals
    assert [Decimal(amount) for amount in amounts] == [totals.lines, totals.net, totals.tax, totals.gross, totals.due]


def test_only_lines_that_do_not_add_up_are_blamed(samples: Path) -> None:
    """Of all figures in all examples only the lines known to be wrong are found wrong; every sum and tax holds."""
    blamed: dict[str, set[str]] = {}
    for name, path in _files(samples).items():
        for finding in check(read_invoice(path.read_bytes())):
            if finding.rule not in {"IBAN", "VAT-ID", "DUE-DATE", "LINE-ID"}:
                assert finding.rule == "PEPPOL-EN16931-R120", f"{name}: {finding.sentence}"
                blamed.setdefault(name, set()).add(finding.sentence.split(":")[0].removeprefix("line "))

    assert blamed == WRONG_LINES


def test_tax_in_the_accounting_currency_is_not_the_tax(samples: Path) -> None:
    """An invoice in kroner that also states its VAT in euros is summed in kroner."""
    invoice = read_invoice((samples / "ubl/ubl-tc434-example5.xml").read_bytes())

    assert (invoice.totals.tax, invoice.totals.tax_accounted) == (Decimal("675.00"), Decimal("628.62"))
    assert len(invoice.taxes) == 2


def test_an_attachment_of_megabytes_is_measured_not_kept(samples: Path) -> None:
    """An invoice of 3 MB is mostly an attachment; its size is known, its content is gone."""
    path = samples / "ubl/FT G2G_TD01 con Allegato, Bonifico e Split Payment.xml"

    invoice = read_invoice(path.read_bytes())

    assert invoice.attachments[0].media_type == "application/pdf"
    assert 2_000_000 < invoice.attachments[0].size < 3_000_000


async def test_the_judge_extracts_an_example(samples: Path) -> None:
    """The judge's answer carries the invoice, its findings, what is missing, and who read it."""
    document = (samples / "ubl/ubl-tc434-example8.xml").read_bytes()

    judgement = await LocalJudge().extract("invoice", document)

    assert (judgement.by, judgement.version, judgement.confidence) == ("local/einvoice", "1", 1000)
    assert judgement.value["invoice"]["totals"]["gross"] == "1099.78"
    assert (judgement.value["findings"], judgement.value["missing"]) == ([], [])


def test_damaged_examples_are_read_or_refused(samples: Path) -> None:
    """Examples cut short or with flipped bits never raise anything but a refusal."""
    chance = random.Random(16931)
    small = [path.read_bytes() for path in _files(samples).values() if path.stat().st_size < 30_000]

    for _ in range(400):
        document = bytearray(chance.choice(small))
        if chance.random() < 0.3:
            del document[chance.randrange(len(document)) :]
        for _ in range(chance.randrange(1, 30)):
            document[chance.randrange(len(document))] ^= 1 << chance.randrange(8)
        with contextlib.suppress(DocumentInvalid):
            assert all(one.sentence for one in check(read_invoice(bytes(document))))
