"""Whether the figures of an invoice add up: rules BR-CO-10 to -17, the taxable amounts, and each line.

What is allowed for: a line may be off by 0.01, because it was rounded once. A tax may be off by 0.01 for each line of
the invoice, at most 1.00. A sum that is off by no more than 0.01 for each line, at most 1.00, is a warning; a tax or a
taxable amount that is off by less than 1.00 is one too, as in the official rules. In an invoice whose amounts are all
whole, in a currency people round (HUF, JPY), a line or a tax may be off by 0.50.
"""

from collections.abc import Iterator
from decimal import Decimal

from remit.intelligence.documents.einvoice import Adjustment, Invoice, Line, TaxGroup
from remit.intelligence.documents.finding import Finding, error, money, plain, warning
from remit.intelligence.documents.money import is_rounded_to_whole

ZERO = Decimal(0)
CENT = Decimal("0.01")
UNIT = Decimal(1)
_RULE_LETTERS = {"K": "IC", "L": "AF", "M": "AG"}
"""The letters in the names of rules, where they are not those of the VAT category."""
_RATED = frozenset({"S", "L", "M", "B"})
"""The VAT categories that have a breakdown for each rate; the others have one each."""


def find_differences(invoice: Invoice) -> Iterator[Finding]:
    """Work out every figure that follows from others, and name those that differ."""
    rounding = _rounding(invoice)
    for position, line in enumerate(invoice.lines, start=1):
        yield from _of_line(line, line.id or f"number {position}", max(CENT, rounding))
    yield from _of_sums(invoice)
    for group in invoice.taxes:
        yield from _of_tax(group, max(_tolerance(invoice), rounding))
    yield from _of_taxable_amounts(invoice)


def _tolerance(invoice: Invoice) -> Decimal:
    return min(UNIT, CENT * max(1, len(invoice.lines)))


def _rounding(invoice: Invoice) -> Decimal:
    """Give how far rounding to whole units takes an amount, nothing when this invoice is not rounded so."""
    stated = (*(line.net for line in invoice.lines), *(group.tax for group in invoice.taxes), invoice.totals.gross)
    is_whole = all(amount is None or amount == amount.to_integral_value() for amount in stated)
    return UNIT / 2 if is_whole and is_rounded_to_whole(invoice.currency) else ZERO


def _of_line(line: Line, name: str, tolerance: Decimal) -> Iterator[Finding]:
    if line.price is not None and line.price < 0:
        yield error("BR-27", f"line {name}: the price is {money(line.price)}, and a price is never negative")
    if line.base_quantity is not None and line.base_quantity <= 0:
        yield error("PEPPOL-EN16931-R121", f"line {name}: the price is for {plain(line.base_quantity)} units")
        return
    if line.quantity is None or line.price is None or line.net is None:
        return
    exact = line.quantity * line.price / (line.base_quantity or UNIT) + _balance(line.adjustments)
    if abs(exact - line.net) > tolerance:
        yield error(
            "PEPPOL-EN16931-R120",
            f"line {name}: {_spell_out(line)} is {money(round(exact, 2))}, the invoice says {money(line.net)}",
        )


def _spell_out(line: Line) -> str:
    words = f"{plain(line.quantity or ZERO)} × {money(line.price or ZERO)}"  # noqa: RUF001  # a person reads a product, not the letter x
    if line.base_quantity not in {None, UNIT}:
        words += f" / {plain(line.base_quantity or UNIT)}"
    signs = [("+" if one.is_charge else "-", one.amount or ZERO) for one in line.adjustments]
    return words + "".join(f" {sign} {money(amount)}" for sign, amount in signs)


def _balance(adjustments: tuple[Adjustment, ...]) -> Decimal:
    return _sum_of(adjustments, is_charge=True) - _sum_of(adjustments, is_charge=False)


def _sum_of(adjustments: tuple[Adjustment, ...], *, is_charge: bool) -> Decimal:
    return sum((one.amount or ZERO for one in adjustments if one.is_charge is is_charge), ZERO)


def _of_sums(invoice: Invoice) -> Iterator[Finding]:
    """Compare each sum; an allowance, charge, tax, prepayment or rounding that is not stated counts as nothing."""
    totals = invoice.totals
    lines = [line.net for line in invoice.lines]
    allowances, charges, tax = totals.allowances or ZERO, totals.charges or ZERO, totals.tax or ZERO
    prepaid, rounding = totals.prepaid or ZERO, totals.rounding or ZERO
    taxes = [group.tax for group in invoice.taxes]
    sums: list[tuple[str, str, Decimal | None, Decimal | None]] = [
        ("BR-CO-10", "the lines together", _all(lines), totals.lines),
        ("BR-CO-11", "the allowances together", _sum_of(invoice.adjustments, is_charge=False), allowances),
        ("BR-CO-12", "the charges together", _sum_of(invoice.adjustments, is_charge=True), charges),
        (
            "BR-CO-13",
            f"{money(totals.lines or ZERO)} - {money(allowances)} + {money(charges)} without VAT",
            None if totals.lines is None else totals.lines - allowances + charges,
            totals.net,
        ),
        ("BR-CO-14", "the VAT of all categories together", _all(taxes), tax),
        (
            "BR-CO-15",
            f"{money(totals.net or ZERO)} + {money(tax)} VAT",
            None if totals.net is None else totals.net + tax,
            totals.gross,
        ),
        (
            "BR-CO-16",
            f"the amount due, {money(totals.gross or ZERO)} - {money(prepaid)} + {money(rounding)},",
            None if totals.gross is None else totals.gross - prepaid + rounding,
            totals.due,
        ),
    ]
    for rule, words, worked_out, stated in sums:
        yield from _compare(rule, words, worked_out, stated, _tolerance(invoice))


def _all(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _compare(
    rule: str, words: str, worked_out: Decimal | None, stated: Decimal | None, tolerance: Decimal
) -> Iterator[Finding]:
    if worked_out is None or stated is None or worked_out == stated:
        return
    make = warning if abs(worked_out - stated) <= tolerance else error
    yield make(rule, f"{words} is {money(worked_out)}, the invoice says {money(stated)}")


def _of_tax(group: TaxGroup, tolerance: Decimal) -> Iterator[Finding]:
    if group.taxable is None or group.tax is None:
        return
    exact = group.taxable * (group.rate or ZERO) / 100
    difference = abs(exact - group.tax)
    if difference <= tolerance:
        return
    make = warning if difference < UNIT else error
    words = f"{plain(group.rate or ZERO)} % of {money(group.taxable)}"
    yield make("BR-CO-17", f"{words} is {money(round(exact, 2))}, the invoice says {money(group.tax)}")


def _of_taxable_amounts(invoice: Invoice) -> Iterator[Finding]:
    """Compare the base of each VAT category with the lines, allowances and charges that carry it."""
    if any(line.net is None or line.vat_category is None for line in invoice.lines):
        return
    bases = _bases_of(invoice)
    stated: dict[tuple[str, Decimal | None], Decimal] = {}
    for group in invoice.taxes:
        key = _key(group.category, group.rate)
        stated[key] = stated.get(key, ZERO) + (group.taxable or ZERO)
    for key in bases | stated:
        letters = _RULE_LETTERS.get(key[0], key[0])
        name = f"VAT category {key[0]}" + (f" at {plain(key[1])} %" if key[1] is not None else "")
        if key not in stated:
            yield error(f"BR-{letters}-01", f"lines are in {name}, and the VAT breakdown has no such group")
        elif abs(bases.get(key, ZERO) - stated[key]) > 0:
            words = f"what is in {name} together"
            yield from _compare(f"BR-{letters}-08", words, bases.get(key, ZERO), stated[key], tolerance=UNIT - CENT)


def _bases_of(invoice: Invoice) -> dict[tuple[str, Decimal | None], Decimal]:
    parts = [(_key(line.vat_category, line.vat_rate), line.net or ZERO) for line in invoice.lines]
    for one in invoice.adjustments:
        amount = one.amount or ZERO
        parts.append((_key(one.vat_category, one.vat_rate), amount if one.is_charge else -amount))
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    for key, amount in parts:
        bases[key] = bases.get(key, ZERO) + amount
    return bases


def _key(category: str | None, rate: Decimal | None) -> tuple[str, Decimal | None]:
    return (category or "?", rate if category in _RATED else None)
