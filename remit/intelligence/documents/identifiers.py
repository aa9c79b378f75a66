"""Identifiers that can be checked without asking anybody: IBAN by its checksum, VAT ids by their shape."""

import re

_IBAN_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{4,30}")
_IBAN_LENGTHS: dict[str, int] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22,
    "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip

_VAT_SHAPES: dict[str, str] = {
    "AT": r"U[0-9]{8}",
    "BE": r"[01][0-9]{9}",
    "BG": r"[0-9]{9,10}",
    "CY": r"[0-9]{8}[A-Z]",
    "CZ": r"[0-9]{8,10}",
    "DE": r"[0-9]{9}",
    "DK": r"[0-9]{8}",
    "EE": r"[0-9]{9}",
    "EL": r"[0-9]{9}",
    "ES": r"[A-Z0-9][0-9]{7}[A-Z0-9]",
    "FI": r"[0-9]{8}",
    "FR": r"[A-Z0-9]{2}[0-9]{9}",
    "GB": r"([0-9]{9}([0-9]{3})?|(GD|HA)[0-9]{3})",
    "GR": r"[0-9]{9}",
    "HR": r"[0-9]{11}",
    "HU": r"[0-9]{8}",
    "IE": r"([0-9][A-Z0-9+*][0-9]{5}[A-Z]|[0-9]{7}[A-Z]{2})",
    "IT": r"[0-9]{11}",
    "LT": r"([0-9]{9}|[0-9]{12})",
    "LU": r"[0-9]{8}",
    "LV": r"[0-9]{11}",
    "MT": r"[0-9]{8}",
    "NL": r"[A-Z0-9+*]{10}[0-9]{2}",
    "NO": r"[0-9]{9}(MVA)?",
    "PL": r"[0-9]{10}",
    "PT": r"[0-9]{9}",
    "RO": r"[0-9]{2,10}",
    "SE": r"[0-9]{12}",
    "SI": r"[0-9]{8}",
    "SK": r"[0-9]{10}",
    "XI": r"([0-9]{9}([0-9]{3})?|(GD|HA)[0-9]{3})",
}
"""The shape after the country's two letters, where the country publishes one."""


def compact(identifier: str) -> str:
    """Write an identifier without the blanks, points and dashes people put in it."""
    return re.sub(r"[\s.\-/]", "", identifier).upper()


def is_like_iban(account: str) -> bool:
    """Tell whether an account number means to be an IBAN; national numbers begin otherwise."""
    return re.match(r"[A-Z]{2}[0-9]{2}", compact(account)) is not None


def fault_of_iban(account: str) -> str:
    """Say what is wrong with an IBAN, nothing when its length and checksum (ISO 7064, mod 97) hold."""
    text = compact(account)
    length = _IBAN_LENGTHS.get(text[:2])
    if not _IBAN_SHAPE.fullmatch(text):
        return "is not an IBAN"
    if length and len(text) != length:
        return f"has {len(text)} characters, and an IBAN of {text[:2]} has {length}"
    digits = "".join(str(int(letter, 36)) for letter in text[4:] + text[:4])
    return "" if int(digits) % 97 == 1 else "fails its checksum"


def fault_of_vat_id(vat_id: str) -> str:
    """Say what is wrong with the shape of a VAT id, nothing when it fits or the country publishes none."""
    text = compact(vat_id)
    if not re.match(r"[A-Z]{2}", text):
        return "does not begin with the two letters of a country"
    shape = _VAT_SHAPES.get(text[:2])
    return (
        "" if shape is None or re.fullmatch(shape, text[2:]) else f"does not have the shape of a VAT id of {text[:2]}"
    )
