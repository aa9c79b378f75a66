"""Amounts of documents in minor units (cents)."""

from decimal import Decimal
from typing import Final

from remit import money
from remit.errors import DocumentInvalid

_WHOLE_IN_PRACTICE: Final = frozenset({"HUF", "IDR", "TWD"})


def minor_units(amount: Decimal | None, currency: str | None) -> int:
    """Give an amount as a whole number of the currency's smallest unit: 12.50 EUR is 1250.

    Raises:
        DocumentInvalid: It is missing, the currency is unknown, or the amount is finer than the unit.
    """
    if amount is None or not amount.is_finite():
        raise DocumentInvalid("the amount is missing. Without it nothing can be paid")
    try:
        return money.minor_units(amount, currency or "")
    except ValueError as error:
        raise DocumentInvalid(str(error)) from None


def is_rounded_to_whole(currency: str | None) -> bool:
    """Tell whether amounts in a currency are usually rounded to whole units, whatever ISO 4217 allows."""
    return currency in _WHOLE_IN_PRACTICE or money.DIGITS.get(currency or "") == 0
