"""Money, durations and confidence as people write them in a charter, and as rules compare them: integers."""

import re
from decimal import Decimal
from typing import Final

from remit.money import DIGITS, minor_units

MONEY: Final = r"((?:[0-9]+|[0-9]{1,3}(?:_[0-9]{3})+)(?:\.[0-9]+)?) ([A-Z]{3})"
"""How an amount is written; `_` may part thousands."""

CONFIDENCE: Final = r"(100(?:\.0)?|[0-9]{1,2}(?:\.[0-9])?) ?%"
"""How a confidence is written as a share."""

_MONEY: Final = re.compile(MONEY, re.ASCII)
_CONFIDENCE: Final = re.compile(CONFIDENCE, re.ASCII)
_DURATION: Final = re.compile(r"([0-9]{1,12}) ?(s|min|h|d)", re.ASCII)
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_MOST_SECONDS: Final = 3660 * 86400
_MOST_DIGITS: Final = 60
_PERCENT: Final = 100


def parse_money(text: str) -> tuple[int, str]:
    """Read `1000.00 EUR` as minor units and currency; the decimals are those of ISO 4217.

    Raises:
        ValueError: It is not written so, the currency is unknown or has fewer decimals, or the house cannot count it.
    """
    found = _MONEY.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if not found:
        raise ValueError(f"`{text[:_MOST_DIGITS]}` is no amount of money. Write it like `1000.00 EUR`")
    amount, currency = found.group(1).replace("_", ""), found.group(2)
    decimals = len(amount.partition(".")[2])
    # Three decimals of two may be thousands, by the point of another country.
    if decimals > DIGITS.get(currency, decimals):
        raise ValueError(f"`{text}` has more decimals than {currency} has. Write {DIGITS[currency] or 'none'}")
    return minor_units(amount, currency), currency


def parse_duration(text: str) -> int:
    """Read `90s`, `30min`, `24h` or `3d` as seconds.

    Raises:
        ValueError: It is not written so, is nothing, or is longer than ten years.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"`{text[:_MOST_DIGITS]}` is no duration. Write it like `30min`, `24h` or `3d`")
    seconds = int(found.group(1)) * _SECONDS[found.group(2)]
    if not 0 < seconds <= _MOST_SECONDS:
        raise ValueError(f"`{text}` is too short or too long a duration. Write one between `1s` and `3660d`")
    return seconds


def write_duration(seconds: int) -> str:
    """Write seconds in the largest unit that leaves no rest: `1d`, `90s`."""
    unit = next(unit for unit in ("d", "h", "min", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def parse_confidence(given: object) -> object:
    """Read `70%` as 700 of 1000; a whole number of 1000 stays as it is, for its range is checked by the form.

    Raises:
        ValueError: It is no confidence, or could be either.
    """
    match given:
        case bool():
            return given
        case int() if 1 <= given <= _PERCENT:
            share, of_thousand = f"{given}%", f"{given // 10}.{given % 10}%".replace(".0%", "%")
            raise ValueError(f"`{given}` may be {given} % or {given} of 1000. Write `{share}` or `{of_thousand}`")
        case float():
            raise ValueError(f"`{given:g}` is no confidence. Write a share like `70%`, or a whole number of 1000")
        case str():
            found = _CONFIDENCE.fullmatch(given)
            if not found:
                shown = given[:_MOST_DIGITS]
                raise ValueError(f"`{shown}` is no confidence. Write it like `70%`, at most `100%`")
            return int(Decimal(found.group(1)) * 10)
        case _:
            return given
