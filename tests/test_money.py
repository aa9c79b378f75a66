"""Money in one place: every currency in its own minor units, nothing rounded and nothing guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.money import DIGITS, LARGEST, minor_units, write_money


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.50", "EUR", 1250),
        ("-0.01", "EUR", -1),
        (Decimal("12.500"), "EUR", 1250),
        (Decimal("1E+5"), "EUR", 10_000_000),
        (Decimal("0E-9999"), "EUR", 0),
        (Decimal("0." + "0" * 5000), "EUR", 0),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("1.2345", "UYW", 12345),
        ("92233720368547758.07", "USD", LARGEST),
    ],
)
def test_an_amount_is_counted_in_its_smallest_unit(amount: Decimal | str, currency: str, units: int) -> None:
    """Each currency counts in its own smallest unit, exactly."""
    assert minor_units(amount, currency) == units


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("0.005", "EUR", "`0.005` is finer than the smallest unit of EUR. Round it first"),
        ("1.5", "JPY", "finer than the smallest unit of JPY"),
        (Decimal("1E-999999"), "EUR", "finer than the smallest unit"),
        (Decimal("0." + "3" * 5000), "EUR", "finer than the smallest unit"),
        ("92233720368547758.08", "EUR", "larger amount than the house counts"),
        (Decimal("1E+999999"), "EUR", "larger amount than the house counts"),
        ("9" * 5000, "EUR", "is no amount"),
        ("1,000.00", "EUR", "is no amount. Write it like `1000.00`"),
        ("1_000", "EUR", "is no amount"),
        ("1e3", "EUR", "is no amount"),
        ("\u0661", "EUR", "is no amount"),
        ("", "EUR", "is no amount"),
        ("1\n", "EUR", "is no amount"),
        (Decimal("NaN"), "EUR", "is no amount"),
        (Decimal("sNaN"), "EUR", "is no amount"),
        (Decimal("-Infinity"), "EUR", "is no amount"),
        ("1", "EUT", r"`EUT` is not a currency of ISO 4217. Did you mean `EUR`\?"),
        ("1", "eur", r"`eur` is not a currency of ISO 4217. Did you mean `EUR`\?"),
        ("1", "XXX", "`XXX` is not a currency of ISO 4217. Use its three letters"),
        ("1", "", "is not a currency"),
        ("1", "Q" * 5000, "`Q{20}` is not a currency"),
    ],
)
def test_what_is_no_amount_is_not_rounded(amount: Decimal | str, currency: str, told: str) -> None:
    """Nothing is rounded, assumed or converted to make an amount, and a hostile number costs nothing."""
    with pytest.raises(ValueError, match=told):
        minor_units(amount, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (0, "EUR", "0.00 EUR"),
        (500_000, "USD", "5,000.00 USD"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (1200, "JPY", "1,200 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (1, "CLF", "0.0001 CLF"),
        (2**70, "EUR", "11,805,916,207,174,113,034.24 EUR"),
        (Decimal("33.3333333"), "EUR", "0.333333 EUR"),
        (1234, "XXX", "1,234 minor units of XXX"),
        (1234, "", "1,234 minor units of no currency"),
    ],
)
def test_money_is_written_in_the_digits_of_its_currency(amount: int | Decimal, currency: str, written: str) -> None:
    """Minor units become what people read; where nobody knows the currency, no point is guessed."""
    assert write_money(amount, currency) == written


@given(minor=st.integers(-LARGEST, LARGEST), currency=st.sampled_from(sorted(DIGITS)))
def test_money_written_is_counted_again(minor: int, currency: str) -> None:
    """Writing an amount and counting it gives the same amount, in every currency."""
    number, _, code = write_money(minor, currency).replace(",", "").partition(" ")

    assert (minor_units(number, currency), code) == (minor, currency)


def test_every_currency_stands_once() -> None:
    """The table holds three capital letters for each, and none in two groups."""
    assert len(DIGITS) > 150
    assert {len(code) for code in DIGITS} == {3}
    assert {digits: code for code, digits in DIGITS.items()}.keys() == {0, 2, 3, 4}
    assert [DIGITS[code] for code in ("EUR", "USD", "JPY", "UYI", "KWD", "CLF", "UYW")] == [2, 2, 0, 0, 3, 4, 4]
