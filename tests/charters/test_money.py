"""Money, time spans and confidence, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charters.money import parse_confidence, parse_duration, parse_money, write_duration
from remit.money import write_money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1000.00 EUR", 100_000),
        ("1_000.5 EUR", 100_050),
        ("0 USD", 0),
        ("250 JPY", 250),
        ("1.234 KWD", 1234),
        ("1.1234 CLF", 11234),
        ("0.0001 UYW", 1),
        ("1_000_000 EUR", 100_000_000),
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
        "5.000 EUR",
        "250.0 JPY",
        "1.5 JPY",
        "1.12345 CLF",
        "1_000_.00 EUR",
        "1__000 EUR",
        "1_00 EUR",
        "_1 EUR",
        "92233720368547758.08 EUR",
        "9" * 5000 + " EUR",
        "0." + "0" * 5000 + " EUR",
    ],
)
def test_what_is_no_money_is_refused(text: str) -> None:
    """What could be read in two ways, would be rounded or is too large is refused with what to write."""
    with pytest.raises(ValueError, match="Write"):
        parse_money(text)


@given(minor=st.integers(0, 2**63 - 1), currency=st.sampled_from(["EUR", "JPY", "KWD", "USD", "XOF", "CLF"]))
def test_money_written_is_read_again(minor: int, currency: str) -> None:
    """Writing an amount and reading it gives the same amount, but for the sign between thousands."""
    assert parse_money(write_money(minor, currency).replace(",", "_")) == (minor, currency)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5.00 EUT", r"`EUT` is not a currency of ISO 4217. Did you mean `EUR`\?"),
        ("5.00 UDS", r"`UDS` is not a currency of ISO 4217. Did you mean `U"),
        ("5.00 XXX", "`XXX` is not a currency of ISO 4217"),
        ("5.000 EUR", "`5.000 EUR` has more decimals than EUR has. Write 2"),
        ("250.0 JPY", "has more decimals than JPY has. Write none"),
    ],
)
def test_an_unknown_currency_or_a_foreign_point_is_refused(text: str, told: str) -> None:
    """A currency that does not exist names the nearest; a point that may part thousands is not guessed at."""
    with pytest.raises(ValueError, match=told):
        parse_money(text)


@pytest.mark.parametrize(
    ("given", "read"), [("70%", 700), ("70.5 %", 705), ("0%", 0), ("100%", 1000), (0, 0), (101, 101), (1000, 1000)]
)
def test_a_confidence_is_read_of_a_thousand(given: object, read: int) -> None:
    """A share becomes thousandths; a whole number that cannot be a share of a hundred stays as it is."""
    assert parse_confidence(given) == read


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (1, "`1` may be 1 % or 1 of 1000. Write `1%` or `0.1%`"),
        (70, "`70` may be 70 % or 70 of 1000. Write `70%` or `7%`"),
        (100, "`100` may be 100 % or 100 of 1000. Write `100%` or `10%`"),
        (0.7, "`0.7` is no confidence. Write a share like `70%`"),
        ("70", "`70` is no confidence. Write it like `70%`"),
        ("101%", "at most `100%`"),
        ("100.5%", "at most `100%`"),
        ("70.55%", "at most `100%`"),
        ("\u0667%", "at most `100%`"),
        ("-5%", "at most `100%`"),
        ("9" * 5000 + "%", "at most `100%`"),
    ],
)
def test_a_confidence_that_may_be_either_is_asked_about(given: object, told: str) -> None:
    """A bare number up to a hundred is not guessed at: the author is asked which is meant."""
    with pytest.raises(ValueError, match=told):
        parse_confidence(given)


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
