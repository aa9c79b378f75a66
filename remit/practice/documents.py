"""Practice invoices: e-invoices that match the seeded vendors and orders, each right or wrong in a way worth seeing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from remit.practice.history.orders import STAGED, invoices, orders, past_number
from remit.practice.history.record import day, dice_for
from remit.practice.history.vendors import iban, vendors
from remit.practice.paper import Paper
from remit.practice.paper_cii import write_cii
from remit.practice.paper_ubl import write_ubl


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One practice invoice."""

    name: str
    """what it shows; also the name of its file"""
    about: str
    """what is right or wrong with it, in one sentence"""
    order: str
    """the order whose lines it bills, as the vendor sees them"""
    change: Callable[[Paper], Paper]
    """what the vendor did otherwise than ordered"""
    write: Callable[[Paper], bytes] = write_ubl


def write_documents(folder: Path, *, today: date, seed: int = 7) -> list[Path]:
    """Write every practice invoice into a folder, one file each.

    Args:
        folder: Where to; made when it is not there.
        today: The company's founding day, so that the days agree with what the ERP holds.
        seed: The seed the company was filled with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, content in documents(today, seed=seed).items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def documents(today: date, *, seed: int = 7) -> dict[str, bytes]:
    """Write every practice invoice, by the name of its file."""
    papers = _usual_papers(seed, today)
    return {f"{case.name}.xml": case.write(case.change(papers[case.order])) for case in CASES}


def _usual_papers(seed: int, today: date) -> dict[str, Paper]:
    """Bill each staged order as it was ordered."""
    sellers = {vendor.id: vendor.data for vendor in vendors(seed, today)}
    recorded = {invoice.data["order"]: invoice.data["issued_on"] for invoice in invoices(seed, today)}
    return {
        order.id: Paper(
            number=f"RO-2{order.id[3:]}-05",
            seller=sellers[order.data["vendor"]],
            order=order.data,
            issued_on=recorded.get(order.id) or day(today, -3),
            due_on=day(today, 27),
            iban=sellers[order.data["vendor"]]["iban"],
        )
        for order in orders(seed, today)[:STAGED]
    }


# ── what a vendor may do otherwise ─────────────────────────────────────────────────────────────────────────────────


def _as_ordered(paper: Paper) -> Paper:
    return paper


def _price(permille: int) -> Callable[[Paper], Paper]:
    """Change the price of the first line."""

    def change(paper: Paper) -> Paper:
        line = paper.order["lines"][0]
        price = line["price"] * permille // 1000
        return _with_first_line(paper, price=price, net=price * line["quantity"])

    return change


def _with_first_line(paper: Paper, **figures: int) -> Paper:
    first, *others = paper.order["lines"]
    return _with_lines(paper, [first | figures, *others])


def _with_lines(paper: Paper, lines: list[dict[str, Any]]) -> Paper:
    return replace(paper, order=paper.order | {"lines": lines})


def _half(paper: Paper) -> Paper:
    """Bill half of everything, which is what was received."""
    lines = [one | {"quantity": one["quantity"] // 2, "net": one["net"] // 2} for one in paper.order["lines"]]
    return _with_lines(paper, lines)


def _numbered(write: Callable[[str], str]) -> Callable[[Paper], Paper]:
    """Number it after the invoice already recorded for the order."""
    return lambda paper: replace(paper, number=write(past_number(paper.order["id"])))


def _credit(paper: Paper) -> Paper:
    line = paper.order["lines"][0]
    credited = _with_lines(paper, [line | {"quantity": 1, "net": line["price"]}])
    corrects = (past_number(paper.order["id"]), paper.issued_on)
    return replace(credited, is_credit=True, corrects=corrects, number=f"GS-2{paper.order['id'][3:]}-01")


def _stranger(paper: Paper) -> Paper:
    """Have somebody send it whom the ERP does not know, without an order."""
    dice = dice_for(0, "stranger")
    unknown = {"name": "Falkenried Services GmbH", "vat_id": "DE400721934", "mail": "rechnung@falkenried.example"}
    return replace(
        paper,
        number="2291",
        seller=paper.seller | unknown | {"street": "Hafenstraße 12", "city": "Kiel", "post_code": "24103"},
        order=paper.order | {"id": ""},
        iban=iban(dice, "DE"),
    )


def _other_account(paper: Paper) -> Paper:
    return replace(paper, iban=iban(dice_for(0, "other account"), "DE"))


def _wrong_sum(paper: Paper) -> Paper:
    return replace(paper, gross=paper.sums["gross"] + 9000)


CASES: Final = (
    Case(
        name="01-clean",
        about="Everything agrees with the order and what was received.",
        order="PO-4501",
        change=_as_ordered,
    ),
    Case(
        name="02-price-within-tolerance",
        about="One price is half a percent above the order's.",
        order="PO-4502",
        change=_price(1005),
        write=write_cii,
    ),
    Case(
        name="03-price-too-high",
        about="One price is 18 percent above the order's.",
        order="PO-4503",
        change=_price(1180),
    ),
    Case(
        name="04-more-than-received",
        about="It bills all that was ordered; half of it was received.",
        order="PO-4504",
        change=_as_ordered,
        write=write_cii,
    ),
    Case(
        name="05-partial-delivery",
        about="It bills half of what was ordered, and that half was received.",
        order="PO-4505",
        change=_half,
    ),
    Case(
        name="06-duplicate-number",
        about="An invoice of this vendor with this number is recorded already.",
        order="PO-4506",
        change=_numbered(str),
    ),
    Case(
        name="07-near-same-number",
        about="The number differs from a recorded one only in a letter O for a nought and a missing dash.",
        order="PO-4507",
        change=_numbered(lambda number: number.replace("-0", "O").replace("RO", "R0")),
        write=write_cii,
    ),
    Case(
        name="08-same-amount-and-day",
        about="A recorded invoice of this vendor has another number, and the same amount and day.",
        order="PO-4508",
        change=_as_ordered,
    ),
    Case(
        name="09-credit-note",
        about="It takes back one piece of an invoice recorded earlier.",
        order="PO-4509",
        change=_credit,
    ),
    Case(
        name="10-unknown-vendor",
        about="The ERP knows neither this vendor nor an order.",
        order="PO-4501",
        change=_stranger,
        write=write_cii,
    ),
    Case(
        name="11-other-bank-account",
        about="It agrees with the order, but asks for payment into an account the ERP does not know.",
        order="PO-4510",
        change=_other_account,
    ),
    Case(
        name="12-foreign-currency",
        about="It agrees with the order, in Swedish crowns.",
        order="PO-4511",
        change=_as_ordered,
    ),
    Case(
        name="13-wrong-sum",
        about="Its total is 90.00 more than its lines and tax together.",
        order="PO-4512",
        change=_wrong_sum,
        write=write_cii,
    ),
    Case(
        name="14-clean-from-abroad",
        about="Everything agrees; the buyer accounts for the VAT.",
        order="PO-4513",
        change=_as_ordered,
        write=write_cii,
    ),
)
"""Every practice invoice."""
