"""Currencies of ISO 4217 and amounts in their minor units (cents)."""

from decimal import Decimal

from remit.errors import DocumentInvalid

_NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_TWO_DIGITS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""

DIGITS: dict[str, int] = {
    code: digits
    for digits, codes in ((0, _NO_MINOR_UNIT), (2, _TWO_DIGITS), (3, _THREE_DIGITS), (4, _FOUR_DIGITS))
    for code in codes.split()
}
"""How many digits each currency has after the point."""


def minor_units(amount: Decimal | None, currency: str | None) -> int:
    """Give an amount as a whole number of the currency's smallest unit: 12.50 EUR is 1250.

    Raises:
        DocumentInvalid: It is missing, the currency is unknown, or the amount is finer than the unit.
    """
    digits = DIGITS.get(currency or "")
    if digits is None:
        raise DocumentInvalid(f"`{currency or ''}` is not a currency of ISO 4217. Use its three letters, as in `EUR`")
    if amount is None or not amount.is_finite():
        raise DocumentInvalid("the amount is missing. Without it nothing can be paid")
    shifted = amount.scaleb(digits)
    if shifted != shifted.to_integral_value():
        raise DocumentInvalid(f"`{amount}` is finer than the smallest unit of {currency}. Round it first")
    return int(shifted)


_WHOLE_IN_PRACTICE = frozenset({"HUF", "IDR", "TWD"})


def is_rounded_to_whole(currency: str | None) -> bool:
    """Tell whether amounts in a currency are usually rounded to whole units, whatever ISO 4217 allows."""
    return currency in _WHOLE_IN_PRACTICE or DIGITS.get(currency or "") == 0
