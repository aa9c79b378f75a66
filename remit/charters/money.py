"""Money and durations as people write them in a charter, and as rules compare them: integers."""

import re
from decimal import Decimal
from typing import Final

_EXPONENTS: Final = {  # the decimals of currencies that do not have two, by ISO 4217
    0: frozenset(re.findall("[A-Z]+", "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")),
    3: frozenset(re.findall("[A-Z]+", "BHD IQD JOD KWD LYD OMR TND")),
}
_MONEY: Final = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?) ([A-Z]{3})", re.ASCII)
_DURATION: Final = re.compile(r"([0-9]{1,12}) ?(s|min|h|d)", re.ASCII)
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_MOST_MINOR: Final = 2**63 - 1
_MOST_SECONDS: Final = 3660 * 86400
_MOST_DIGITS: Final = 60


def parse_money(text: str) -> tuple[int, str]:
    """Read `1000.00 EUR` as minor units and currency; the decimals are those of ISO 4217.

    Raises:
        ValueError: It is not written so, has more decimals than the currency, or is larger than the house counts.
    """
    found = _MONEY.fullmatch(text) if len(text) <= _MOST_DIGITS else None
    if not found:
        raise ValueError(f"`{text[:_MOST_DIGITS]}` is no amount of money. Write it like `1000.00 EUR`")
    currency = found.group(2)
    exponent = _exponent(currency)
    whole, _, part = found.group(1).replace("_", "").partition(".")
    if part[exponent:].strip("0"):
        raise ValueError(f"`{text}` has more decimals than {currency} has. Write {exponent}")
    minor = int(whole + part[:exponent].ljust(exponent, "0"))
    if minor > _MOST_MINOR:
        raise ValueError(f"`{text}` is a larger amount than the house counts. Write a smaller one")
    return minor, currency


def write_money(minor: int, currency: str) -> str:
    """Write minor units as people do: `1000.00 EUR`."""
    exponent = _exponent(currency)
    return f"{Decimal(minor).scaleb(-exponent):.{exponent}f} {currency}"


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


def _exponent(currency: str) -> int:
    return next((decimals for decimals, codes in _EXPONENTS.items() if currency in codes), 2)
