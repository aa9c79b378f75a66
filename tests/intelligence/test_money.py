"""Amounts in minor units."""

from decimal import Decimal

import pytest

from remit.errors import DocumentInvalid
from remit.intelligence.documents.money import minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.50", "EUR", 1250),
        ("-0.01", "EUR", -1),
        ("12.500", "EUR", 1250),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("9999999999999999.99", "USD", 999999999999999999),
    ],
)
def test_an_amount_is_counted_in_its_smallest_unit(amount: str, currency: str, units: int) -> None:
    """Each currency counts in its own smallest unit, exactly."""
    assert minor_units(Decimal(amount), currency) == units


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (Decimal("0.005"), "EUR", "finer than the smallest unit"),
        (Decimal("1.5"), "JPY", "finer than the smallest unit"),
        (Decimal(1), "XXX", "not a currency"),
        (Decimal(1), None, "not a currency"),
        (None, "EUR", "missing"),
        (Decimal("NaN"), "EUR", "missing"),
    ],
)
def test_what_is_no_amount_is_not_rounded(amount: Decimal | None, currency: str | None, said: str) -> None:
    """Nothing is rounded, assumed or converted to make an amount."""
    with pytest.raises(DocumentInvalid, match=said):
        minor_units(amount, currency)
