"""The EN 16931 examples of others dropped into a whole house: each comes to an end, and nothing is invented."""

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from remit.canonical import canonical
from remit.practice.documents import CASES, documents
from remit.practice.seed import founding_day
from remit.runtime.house import House
from remit.store.database import Database, Row
from tests.workers.dropping import approve, is_told, keep, kept, opened_drop, performed, process, runs_by_file, work_off
from tests.workers.sellers import SAMPLES, order_of, paper_of, receipt_of, vendor_of

COMPUTED = re.compile(
    # What a reason works out from the figures beside it: a product, a tax, a sum of quantities.
    r" is [\d.\-]+, the invoice says| would be [\d.,]+|: [\d.]+ billed in all|[\d.,]+ \w{3} are charged on top"
)
FIGURE = re.compile(r"\d[\d.,]*\d|\d")


@pytest.fixture
def samples() -> dict[str, Path]:
    """The examples by the name of their file, where they are there."""
    if not SAMPLES.is_dir():
        pytest.skip("the EN 16931 examples are not beside the checkout, at `shared/data/en16931`")
    return {path.name: path for path in sorted(SAMPLES.glob("*/*")) if path.suffix.lower() == ".xml"}


async def test_every_example_of_a_stranger_goes_to_a_person(
    database: Database, tmp_path: Path, samples: dict[str, Path]
) -> None:
    """In a company that knows none of their sellers every example ends in a sentence, and nothing at all is done."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, company):
        _drop_all(folder, samples)

        runs = await process(house, folder)

        assert len(samples) == 34
        assert {name: len(found) for name, found in runs.items()} == dict.fromkeys(samples, 1)
        assert [one["reason"] for (one,) in runs.values() if not is_told(one) or one["state"] != "exception"] == []
        assert [one["reason"] for (one,) in runs.values() if "None" in one["reason"]] == []
        assert await company.effects() == []


async def test_every_example_of_a_known_seller_is_recorded_as_it_stands(
    database: Database, tmp_path: Path, samples: dict[str, Path]
) -> None:
    """Where the sellers are known, what is recorded and said stands in the document or in the ERP, and nowhere else."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, company):
        await _know_sellers(house, samples)
        known = {one["id"]: one for one in await kept(house, "vendor")}
        _drop_all(folder, samples)

        runs = await process(house, folder)

        recorded = {one["document"]: one for one in await kept(house, "invoice") if one["document"]}
        assert set(recorded) == set(samples) - {"BIS3_Invoice_negativ.XML"}  # this one takes money back as an invoice
        for name, path in samples.items():
            (run,) = runs[name]
            assert is_told(run)
            _check_record(recorded.get(name), paper_of(path.read_bytes()), known)
            assert _invented(run, path.read_bytes(), await _held_by_erp(house)) == []
        assert {one["operation"] for found in runs.values() for one in performed(found)} == {
            "erp.record_invoice",
            "erp.hold_invoice",
        }
        held = {one.arguments["invoice"] for one in await company.effects() if one.operation == "erp.hold_invoice"}
        agrees = recorded["BIS3_Invoice_positive.XML"]["id"]  # names an order, which was made from it
        assert held == {one["id"] for one in recorded.values()} - {agrees}
        assert await _vendors_changed(house, known) == []


async def test_the_same_number_of_one_seller_is_held_however_its_vat_id_is_written(
    database: Database, tmp_path: Path, samples: dict[str, Path]
) -> None:
    """Of five examples with one number the second to the last are told to be duplicates of those before them."""
    folder = tmp_path / "invoices"
    same = {name: path for name, path in samples.items() if paper_of(path.read_bytes())["number"] == "12115118"}
    async with opened_drop(database, folder) as (house, _):
        await _know_sellers(house, same)
        _drop_all(folder, dict([*same.items()][:1]))
        await process(house, folder)
        _drop_all(folder, same)

        runs = await process(house, folder)

        first, *others = [run["reason"] for name in same for run in runs[name]]
        assert len(others) == 3
        assert "duplicate" not in first
        assert [reason for reason in others if "has the same number, 12115118" not in reason] == []


async def test_examples_that_agree_with_the_erp_are_cleared_once(
    database: Database, tmp_path: Path, samples: dict[str, Path]
) -> None:
    """Five examples whose order was given and received are cleared: the small ones alone, the others after a review."""
    folder = tmp_path / "invoices"
    clean = dict(_made_clean(samples))
    async with opened_drop(database, folder) as (house, company):
        for place, (name, content) in enumerate(clean.items(), start=1):
            await _expect(house, paper_of(content), place)
            (folder / name).write_bytes(content)

        before = await process(house, folder)
        for name in ("BIS3_Invoice_positive.XML", "huf_example_cii.xml"):
            for person in ("lena.fischer", "maria.rossi"):  # over such amounts two people decide
                await approve(house, before[name][0], person)
        await work_off(house)
        after = await runs_by_file(house)

        assert {name: found[0]["state"] for name, found in before.items()} == {
            "ubl-tc434-example8.xml": "done",  # 1,099.78 EUR
            "sample-discount-price.xml": "done",  # 15.15 EUR
            "CII_example9.xml": "done",  # 177.87 EUR
            "BIS3_Invoice_positive.XML": "waiting",  # 782,179.43 DKK
            "huf_example_cii.xml": "waiting",  # 87,859.00 HUF
        }
        assert [one["reason"] for found in after.values() for one in found if one["state"] != "done"] == []
        by_id = {one["id"]: one for one in await kept(house, "invoice")}
        cleared = [one for one in await company.effects() if one.operation == "erp.clear_invoice"]
        assert sorted(by_id[one.arguments["invoice"]]["document"] for one in cleared) == sorted(clean)
        for one in cleared:
            due = paper_of(clean[by_id[one.arguments["invoice"]]["document"]])
            assert (one.arguments["amount"], one.arguments["currency"], one.repetition) == (
                due["totals"]["due_minor"],
                due["currency"],
                1,
            )


ENDS = {
    "01-clean": ("waiting", "a finance reviewer looks"),
    "02-price-within-tolerance": ("waiting", "a finance reviewer looks"),
    "03-price-too-high": ("exception", "is billed at"),
    "04-more-than-received": ("exception", "received"),
    "05-partial-delivery": ("done", "is cleared for payment"),
    "06-duplicate-number": ("exception", "has the same number"),
    "07-near-same-number": ("exception", "nearly the same number"),
    "08-same-amount-and-day": ("exception", "is over the same amount"),
    "09-credit-note": ("waiting", "comes from no record of ours"),
    "10-unknown-vendor": ("exception", "missing: the vendor"),
    "11-other-bank-account": ("exception", "it asks for payment to"),
    "12-foreign-currency": ("waiting", "a finance reviewer looks"),
    "13-wrong-sum": ("exception", "the invoice says 2520.69"),
    "14-clean-from-abroad": ("waiting", "a finance reviewer looks"),
}


async def test_the_practice_invoices_end_as_they_were_made_to(database: Database, tmp_path: Path) -> None:
    """All practice invoices dropped at once end each as what is right or wrong with it asks for."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, _):
        today = await founding_day(database)
        assert today is not None
        for name, content in documents(today).items():
            (folder / name).write_bytes(content)

        runs = await process(house, folder)

        assert set(ENDS) == {case.name for case in CASES}
        for name, (state, said) in ENDS.items():
            (run,) = runs[f"{name}.xml"]
            assert (run["state"], said in run["reason"]) == (state, True), f"{name}: {run['state']}, {run['reason']}"
            assert is_told(run)


# ── what is given ──────────────────────────────────────────────────────────────────────────────────────────────────


def _drop_all(folder: Path, samples: dict[str, Path]) -> None:
    for name, path in samples.items():
        shutil.copyfile(path, folder / name)


async def _know_sellers(house: House, samples: dict[str, Path]) -> None:
    """Put each seller into the ERP once, and the order where one is named."""
    known: dict[tuple[str, str], str] = {}
    for path in samples.values():
        paper = paper_of(path.read_bytes())
        who = paper["seller"]["name"], paper["seller"]["vat_id"]
        if who not in known:
            known[who] = f"V-9{len(known):03}"
            await keep(house, "vendor", vendor_of(paper, known[who]))
        if paper["order_reference"]:
            order = order_of(paper, known[who], paper["order_reference"])
            await keep(house, "order", order)
            await keep(house, "receipt", receipt_of(order, f"GR-{order['id']}"))


async def _expect(house: House, paper: dict[str, Any], place: int) -> None:
    """Put the vendor, the order and the receipt of one invoice into the ERP."""
    order = order_of(paper, f"V-9{place:03}", paper["order_reference"])
    await keep(house, "vendor", vendor_of(paper, order["vendor"]))
    await keep(house, "order", order)
    await keep(house, "receipt", receipt_of(order, f"GR-9{place:03}"))


def _made_clean(samples: dict[str, Path]) -> Iterator[tuple[str, bytes]]:
    """Give three examples in UBL and two in CII that are right in themselves, with the number of an order."""
    ubl, cii = b"<cac:AccountingSupplierParty>", b"</ram:BuyerTradeParty>"
    wanted = {
        "BIS3_Invoice_positive.XML": [],  # names an order itself
        "ubl-tc434-example8.xml": [_insert(ubl, b"<cac:OrderReference><cbc:ID>R-8</cbc:ID></cac:OrderReference>", 0)],
        "sample-discount-price.xml": [
            _insert(ubl, b"<cac:OrderReference><cbc:ID>R-15</cbc:ID></cac:OrderReference>", 0)
        ],
        "CII_example9.xml": [
            _insert(cii, _cii_order(b"<ram:IssuerAssignedID>R-9</ram:IssuerAssignedID>"), len(cii)),
            (b'<ram:BasisQuantity unitCode="MON">49<', b'<ram:BasisQuantity unitCode="MON">1<'),  # holds the price
        ],
        "huf_example_cii.xml": [
            _insert(cii, _cii_order(b"<ram:IssuerAssignedID>R-27</ram:IssuerAssignedID>"), len(cii)),
            *[_in_line(place) for place in (b"1", b"2", b"3")],
        ],
    }
    for name, changes in wanted.items():
        content = samples[name].read_bytes()
        for old, new in changes:
            assert old in content
            content = content.replace(old, new, 1)
        yield name, content


def _insert(mark: bytes, piece: bytes, place: int) -> tuple[bytes, bytes]:
    return mark, mark[:place] + piece + mark[place:]


def _in_line(place: bytes) -> tuple[bytes, bytes]:
    """Name the line of the order on the next line that names none."""
    mark, order = b"<ram:SpecifiedLineTradeAgreement>\n", _cii_order(b"<ram:LineID>" + place + b"</ram:LineID>")
    return mark, mark.rstrip() + order


def _cii_order(what: bytes) -> bytes:
    return b"<ram:BuyerOrderReferencedDocument>" + what + b"</ram:BuyerOrderReferencedDocument>"


# ── what may not be invented ───────────────────────────────────────────────────────────────────────────────────────


def _check_record(record: dict[str, Any] | None, paper: dict[str, Any], known: dict[str, Any]) -> None:
    if record is None:
        return
    totals = paper["totals"]
    assert (record["number"], record["currency"]) == (paper["number"], paper["currency"])
    assert (record["net"], record["gross"]) == (totals["net_minor"], totals["gross_minor"])
    assert record["vat"] == totals["gross_minor"] - totals["net_minor"]
    assert (record["issued_on"], record["due_on"]) == (paper["issue_date"], paper["due_date"])
    assert known[record["vendor"]]["name"] == paper["seller"]["name"]
    assert record["iban"] in {one["account"] for one in paper["payments"]} | {None}
    assert [(one["name"], Decimal(str(one["quantity"]))) for one in record["lines"]] == [
        (one["name"], Decimal(one["quantity"])) for one in paper["lines"]
    ]


def _invented(run: Row, document: bytes, held: str) -> list[str]:
    """List the figures and quoted names of a reason that stand neither in the document nor in the ERP."""
    text = document.decode() + held
    figures = {Decimal(one.replace(",", "").rstrip(".")) for one in FIGURE.findall(text) if one.count(".") < 2}
    figures |= {one.scaleb(-2) for one in figures}  # the ERP holds minor units
    paper = paper_of(document)
    figures |= set(map(Decimal, range(len(paper["lines"]) + 1)))  # the places of lines
    said = COMPUTED.sub("", run["reason"])
    quoted = [one for one in re.findall(r"`([^`]*)`", said) if one not in text and not one.startswith("erp.")]
    without = (
        re.sub(r"`[^`]*`|[A-Z]+-\d+", "", said).replace(paper["number"], "").replace(str(paper["seller"]["vat_id"]), "")
    )
    return (
        quoted
        + [one for one in FIGURE.findall(without) if Decimal(one.replace(",", "").rstrip(".")) not in figures]
        + [one for one in re.findall(r"[A-Z]+-\d+", said) if one not in text]
    )


async def _held_by_erp(house: House) -> str:
    kinds = ("vendor", "order", "receipt", "invoice")
    return "".join([canonical(await kept(house, kind)).decode() for kind in kinds])


async def _vendors_changed(house: House, before: dict[str, Any]) -> list[str]:
    after = {one["id"]: one for one in await kept(house, "vendor")}
    return [name for name in before | after if before.get(name) != after.get(name)]
