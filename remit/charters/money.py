"""Money and durations as people write them in a charter, and as rules compare them: integers."""

import re
from decimal import Decimal, InvalidOperation

_EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0, "UGX": 0, "PYG": 0}
_EXPONENTS |= {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}
_MONEY = re.compile(r"^([0-9][0-9_]*(?:\.[0-9]+)?) ([A-Z]{3})$")
_DURATION = re.compile(r"^([0-9]+) ?(s|min|h|d)$")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def parse_money(text: str) -> tuple[int, str]:
    """Read `1000.00 EUR` as minor units and currency; the exponents are those of ISO 4217.

    Raises:
        ValueError: It is not written so, or has more decimals than the currency.
    """
    found = _MONEY.match(text)
    if not found:
        raise ValueError(f"`{text}` is no amount of money. Write it like `1000.00 EUR`")
    try:
        minor = Decimal(found.group(1).replace("_", "")).scaleb(_EXPONENTS.get(found.group(2), 2))
    except InvalidOperation:
        raise ValueError(f"`{text}` is too large an amount") from None
    if minor != minor.to_integral_value():
        raise ValueError(f"`{text}` has more decimals than {found.group(2)} has")
    return int(minor), found.group(2)


def parse_duration(text: str) -> int:
    """Read `90s`, `30min`, `24h` or `3d` as seconds.

    Raises:
        ValueError: It is not written so.
    """
    found = _DURATION.match(text)
    if not found:
        raise ValueError(f"`{text}` is no duration. Write it like `30min`, `24h` or `3d`")
    return int(found.group(1)) * _SECONDS[found.group(2)]
