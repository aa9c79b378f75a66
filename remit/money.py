"""Money of ISO 4217: an amount is a whole number of its currency's smallest unit (cents), and is never rounded."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

_NO_MINOR_UNIT: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS: Final = "CLF UYW"
_TWO_DIGITS: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

DIGITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        code: digits
        for digits, codes in ((0, _NO_MINOR_UNIT), (2, _TWO_DIGITS), (3, _THREE_DIGITS), (4, _FOUR_DIGITS))
        for code in codes.split()
    }
)
"""How many digits each currency has after the point."""

LARGEST: Final = 2**63 - 1
"""The largest amount the house counts, in minor units."""

_PLAIN: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_EXACT: Final = Context(prec=200, traps=[Inexact, InvalidOperation])
_MOST_PLACES: Final = 20  # before the point; what is longer is no amount, and would cost memory to write out
_FINER: Final = 4  # more digits shown where a price is finer than the smallest coin


def minor_units(amount: Decimal | str, currency: str) -> int:
    """Give an amount as a whole number of the currency's smallest unit: 12.50 EUR is 1250.

    Raises:
        ValueError: It is no number, the currency is unknown, the amount is finer than the unit or too large to count.
    """
    if currency not in DIGITS:
        raise ValueError(f"`{currency[:20]}` is not a currency of ISO 4217. {_nearest(currency[:20])}")
    if isinstance(amount, str) and not _PLAIN.fullmatch(amount):
        raise ValueError(f"`{amount[:40]}` is no amount. Write it like `1000.00`")
    number = Decimal(amount)
    if not number.is_finite():
        raise ValueError(f"`{number}` is no amount. Write it like `1000.00`")
    if number and number.adjusted() > _MOST_PLACES:
        raise ValueError(f"`{number:.3e}` is a larger amount than the house counts. Write a smaller one")
    return _counted(number, currency)


def write_money(minor: int | Decimal, currency: str) -> str:
    """Write minor units as people read them: 100000 EUR is `1,000.00 EUR`."""
    if currency not in DIGITS:  # a guessed point would show a hundred times too much
        return f"{minor:,} minor units of {currency or 'no currency'}"
    digits = DIGITS[currency]
    shown = digits if minor == int(minor) else digits + _FINER
    return f"{Decimal(minor).scaleb(-digits, _EXACT):,.{shown}f} {currency}"


def _counted(number: Decimal, currency: str) -> int:
    try:
        shifted = number.scaleb(DIGITS[currency], _EXACT)
        whole = shifted.to_integral_value()
    except (Inexact, InvalidOperation):
        shifted, whole = number, None
    if shifted != whole:
        raise ValueError(f"`{str(number)[:40]}` is finer than the smallest unit of {currency}. Round it first")
    if abs(shifted) > LARGEST:
        raise ValueError(f"`{number}` {currency} is a larger amount than the house counts. Write a smaller one")
    return int(shifted)


def _nearest(currency: str) -> str:
    """Advise by country first: the first two letters are its code."""
    same_country = [code for code in sorted(DIGITS) if code[:2] == currency[:2].upper()]
    near = same_country or get_close_matches(currency.upper(), DIGITS, n=1)
    listed = " or ".join(f"`{code}`" for code in near)
    return f"Did you mean {listed}?" if near else "Use its three letters, as in `EUR`"
