from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from remit.intelligence.documents.checks import check
from remit.intelligence.documents.einvoice import Invoice
from remit.intelligence.documents.invoices import read_invoice
from remit.intelligence.documents.money import minor_units
from remit.practice.company import Company
from remit.practice.documents import CASES, documents, write_documents
from remit.practice.history.orders import invoices, orders, receipts
from remit.practice.history.vendors import BUYER, vendors
from remit.practice.seed import founding_day
from remit.practice.systems.erp_invoices import number_key
from remit.store.database import Database

DAY = date(2026, 3, 4)
READ = {name.removesuffix(".xml"): read_invoice(content) for name, content in documents(DAY).items()}
VENDORS = {record.id: record.data for record in vendors(7, DAY)}
ORDERS = {record.id: record.data for record in orders(7, DAY)}


def gross(invoice: Invoice) -> int:
    """Give what an invoice says is due with tax, in minor units."""
    return minor_units(invoice.totals.gross, invoice.currency) or 0


def order_of(name: str) -> dict[str, Any]:
    """Find the order an invoice refers to."""
    return ORDERS[READ[name].order_reference or ""]


def past(order: dict[str, Any]) -> dict[str, Any]:
    """Find the invoice already recorded for an order."""
    return next(one.data for one in invoices(7, DAY) if one.data["order"] == order["id"])


@pytest.mark.parametrize("name", [case.name for case in CASES if case.name != "13-wrong-sum"])
def test_a_document_is_flawless(name: str) -> None:
    """Every practice invoice is a complete EN 16931 invoice whose figures add up, whatever else is odd about it."""
    assert check(READ[name]) == ()
    assert READ[name].buyer.vat_id == BUYER["vat_id"]


def test_both_syntaxes_and_both_kinds_are_there() -> None:
    """There are documents in UBL and in CII, invoices and a credit note."""
    assert {invoice.syntax for invoice in READ.values()} == {"ubl", "cii"}
    assert [name for name, invoice in READ.items() if invoice.is_credit] == ["09-credit-note"]


@pytest.mark.parametrize("name", [case.name for case in CASES if case.name != "10-unknown-vendor"])
def test_the_seller_is_the_vendor_of_the_order(name: str) -> None:
    """Each names an order the ERP has, and the VAT id of that order's vendor."""
    vendor = VENDORS[order_of(name)["vendor"]]

    assert READ[name].seller.vat_id == vendor["vat_id"]
    assert (READ[name].payments[0].account == vendor["iban"]) == (name != "11-other-bank-account")


@pytest.mark.parametrize(
    "name",
    ["01-clean", "04-more-than-received", "11-other-bank-account", "12-foreign-currency", "14-clean-from-abroad"],
)
def test_what_agrees_agrees_to_the_cent(name: str) -> None:
    """Lines, quantities, prices and totals are those of the order."""
    order = order_of(name)

    assert [(line.quantity, line.order_line) for line in READ[name].lines] == [
        (line["quantity"], line["line"]) for line in order["lines"]
    ]
    assert (gross(READ[name]), READ[name].currency) == (order["gross"], order["currency"])


def test_prices_are_off_as_said() -> None:
    """One price is half a percent too high, another eighteen percent."""

    def over(name: str) -> float:
        price = READ[name].lines[0].price
        assert price is not None
        return float(price * 100) / order_of(name)["lines"][0]["price"] - 1

    assert 0 < over("02-price-within-tolerance") <= 0.005
    assert 0.17 < over("03-price-too-high") <= 0.18


def test_quantities_are_as_received_or_not() -> None:
    """Half was received of two orders: one invoice bills that half, the other everything."""
    received = {one.data["order"]: one.data["lines"][0]["quantity"] for one in receipts(7, DAY)}

    half, whole = READ["05-partial-delivery"], READ["04-more-than-received"]

    assert half.lines[0].quantity == received[str(half.order_reference)]
    assert whole.lines[0].quantity == 2 * received[str(whole.order_reference)]


def test_duplicates_look_like_what_is_recorded() -> None:
    """One has a recorded number, one a near-same one, one the same amount and day as a recorded invoice."""
    same, near, alike = (
        READ[name] for name in ("06-duplicate-number", "07-near-same-number", "08-same-amount-and-day")
    )

    assert same.number == past(order_of("06-duplicate-number"))["number"]
    recorded = past(order_of("07-near-same-number"))
    assert near.number != recorded["number"]
    assert number_key(near.number or "") == recorded["number_key"]
    recorded = past(order_of("08-same-amount-and-day"))
    assert number_key(alike.number or "") != recorded["number_key"]
    assert (gross(alike), str(alike.issue_date)) == (recorded["gross"], recorded["issued_on"])


def test_a_credit_note_names_what_it_corrects() -> None:
    """The credit note takes back part of a recorded invoice and names it."""
    credit = READ["09-credit-note"]
    recorded = past(order_of("09-credit-note"))

    assert [one.number for one in credit.preceding] == [recorded["number"]]
    assert 0 < gross(credit) < recorded["gross"]


def test_the_stranger_is_nobody_we_know() -> None:
    """The unknown vendor's VAT id and account belong to no vendor, and it names no order."""
    stranger = READ["10-unknown-vendor"]

    assert stranger.order_reference is None
    assert stranger.seller.vat_id not in {vendor["vat_id"] for vendor in VENDORS.values()}
    assert stranger.payments[0].account not in {vendor["iban"] for vendor in VENDORS.values()}


def test_the_wrong_sum_is_noticed() -> None:
    """The invoice whose total is wrong is found out by its arithmetic."""
    assert [finding.rule for finding in check(READ["13-wrong-sum"])] == ["BR-CO-15"]


def test_foreign_currency_is_foreign() -> None:
    """The Swedish invoice is in crowns, the buyer accounting for the VAT."""
    assert READ["12-foreign-currency"].currency == "SEK"
    assert READ["12-foreign-currency"].taxes[0].category == "AE"


async def test_documents_match_the_company_as_filled(company: Company, database: Database, tmp_path: Path) -> None:
    """Written for the founding day, the documents agree with what the ERP answers."""
    founded = await founding_day(database)
    assert founded

    written = write_documents(tmp_path / "invoices", today=founded)
    same = read_invoice((tmp_path / "invoices" / "06-duplicate-number.xml").read_bytes())
    found = await company.connectors["erp"].read("erp.find_invoices", {"number": same.number})

    assert [path.stem for path in written] == [case.name for case in CASES]
    assert [invoice["order"] for invoice in found] == [same.order_reference]


@pytest.mark.parametrize("seed", range(20))
def test_every_seed_writes_flawless_documents(seed: int) -> None:
    """Whatever the seed and the day, only the wrong sum has findings."""
    day = DAY + timedelta(days=37 * seed)

    flawed = [name for name, content in documents(day, seed=seed).items() if check(read_invoice(content))]

    assert flawed == ["13-wrong-sum.xml"]
