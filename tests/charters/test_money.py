"""Money and time spans, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charters.money import parse_duration, parse_money, write_duration, write_money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1000.00 EUR", 100_000),
        ("1_000.5 EUR", 100_050),
        ("0 USD", 0),
        ("250 JPY", 250),
        ("250.0 JPY", 250),
        ("1.234 KWD", 1234),
        ("92233720368547758.07 EUR", 2**63 - 1),
    ],
)
def test_money_is_read_in_minor_units(text: str, minor: int) -> None:
    """Each currency has its own decimals; nothing is rounded."""
    amount, currency = parse_money(text)

    assert (amount, currency) == (minor, text[-3:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1000",
        "EUR 1000",
        "1,000.00 EUR",
        "1000 eur",
        "-5 EUR",
        "1e3 EUR",
        "1000.00 EUR\n",
        "5. EUR",
        "\u0665 EUR",
        "1.001 EUR",
        "1.5 JPY",
        "92233720368547758.08 EUR",
        "9" * 5000 + " EUR",
        "0." + "0" * 5000 + " EUR",
    ],
)
def test_what_is_no_money_is_refused(text: str) -> None:
    """What could be read in two ways, would be rounded or is too large is refused with what to write."""
    with pytest.raises(ValueError, match="Write"):
        parse_money(text)


@given(minor=st.integers(0, 2**63 - 1), currency=st.sampled_from(["EUR", "JPY", "KWD", "USD", "XOF"]))
def test_money_written_is_read_again(minor: int, currency: str) -> None:
    """Writing an amount and reading it gives the same amount."""
    assert parse_money(write_money(minor, currency)) == (minor, currency)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30min", 1800), ("24h", 86400), ("3 d", 259_200)])
def test_a_span_is_read_in_seconds(text: str, seconds: int) -> None:
    """A span has a whole number and a unit."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "24", "1.5h", "-1h", "h", "1h30min", "1 week", "0s", "3661d", "9" * 400 + "d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """No unit, parts, nothing and more than ten years are refused with what to write."""
    with pytest.raises(ValueError, match="Write"):
        parse_duration(text)


@given(seconds=st.integers(1, 3660 * 86400))
def test_a_span_written_is_read_again(seconds: int) -> None:
    """Writing a span and reading it gives the same span."""
    assert parse_duration(write_duration(seconds)) == seconds
