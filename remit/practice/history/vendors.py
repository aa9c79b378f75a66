"""The vendors: some twice under near-same names, one blocked, one whose bank account changed last week."""

from datetime import date
from random import Random
from typing import Any, Final

from remit.practice.history.record import Record, day, dice_for

BUYER: Final[dict[str, Any]] = {
    "name": "Lindenhof Instruments GmbH",
    "vat_id": "DE814597263",
    "street": "Lindenhof 4",
    "city": "Hamburg",
    "post_code": "20095",
    "country": "DE",
    "mail": "invoices@lindenhof.example",
}
"""The practice company itself."""

_NAMES: Final = (
    ("Nordlicht Papier GmbH", "DE", "office"), ("Brückner Elektronik GmbH", "DE", "parts"),
    ("Halm & Partner Werbung", "DE", "marketing"), ("Rheinmetrik Prüftechnik GmbH", "DE", "parts"),
    ("Küstenlicht Leuchten AG", "DE", "facilities"), ("Tannhof Möbelwerke GmbH", "DE", "facilities"),
    ("Optik Saalfeld GmbH", "DE", "parts"), ("Wendland Reinigung OHG", "DE", "facilities"),
    ("Elbe Verpackungen GmbH", "DE", "packaging"), ("Drehwerk Sauer GmbH", "DE", "parts"),
    ("Fjällverk Precision AB", "SE", "parts"), ("Hansekontor Büro GmbH", "DE", "office"),
    ("Atelier Mercier SARL", "FR", "marketing"), ("De Wit Transport B.V.", "NL", "freight"),
    ("Alpenform Guss GmbH", "AT", "parts"), ("Officina Bellini S.r.l.", "IT", "parts"),
    ("Iberpack Envases S.L.", "ES", "packaging"), ("Zakład Optyczny Wolski", "PL", "parts"),
    ("Schattenberg Handel GmbH", "DE", "office"), ("Kabelhaus Reuter GmbH", "DE", "parts"),
    ("Brandt & Söhne GmbH", "DE", "freight"), ("Brandt und Soehne GmbH", "DE", "freight"),
    ("Vlaams Laserwerk NV", "BE", "parts"), ("Marlin Tooling Ltd", "GB", "parts"),
    ("Nordlicht Papier Handels GmbH", "DE", "office"),
)  # fmt: skip

_BANKS: Final = {
    "DE": "n" * 18, "SE": "n" * 20, "FR": "n" * 23, "NL": "aaaa" + "n" * 10, "AT": "n" * 16, "IT": "a" + "n" * 22,
    "ES": "n" * 20, "PL": "n" * 24, "BE": "n" * 12, "GB": "aaaa" + "n" * 14,
}  # fmt: skip
"""The shape of a bank account in each country: letters and digits after the check digits."""
_VAT_IDS: Final = {
    "DE": "n" * 9, "SE": "n" * 10 + "01", "FR": "n" * 11, "NL": "n" * 9 + "B01", "AT": "U" + "n" * 8, "IT": "n" * 11,
    "ES": "B" + "n" * 8, "PL": "n" * 10, "BE": "0" + "n" * 9, "GB": "n" * 9,
}  # fmt: skip
_CITIES: Final = {
    "DE": "Bremen", "SE": "Umeå", "FR": "Lille", "NL": "Breda", "AT": "Graz", "IT": "Udine", "ES": "Zaragoza",
    "PL": "Łódź", "BE": "Gent", "GB": "Leeds",
}  # fmt: skip
_CURRENCIES: Final = {"SE": "SEK", "GB": "GBP"}
BLOCKED: Final = "V-1019"
MOVED: Final = "V-1020"
"""Its bank account changed six days ago."""
_TWIN: Final = ("V-1021", "V-1022")
"""One company under two numbers, with one VAT id and two accounts."""


def vendors(seed: int, today: date) -> list[Record]:
    """Invent the vendors."""
    dice = dice_for(seed, "vendors")
    found = [_vendor(dice, f"V-{1001 + place}", place, today) for place in range(len(_NAMES))]
    by_id = {one.id: one.data for one in found}
    by_id[BLOCKED] |= {"status": "blocked", "note": "blocked: goods never arrived. Ask procurement"}
    by_id[MOVED] |= {"previous_iban": iban(dice, "DE"), "bank_changed_on": day(today, -6)}
    by_id[_TWIN[1]]["vat_id"] = by_id[_TWIN[0]]["vat_id"]
    return found


def _vendor(dice: Random, vendor: str, place: int, today: date) -> Record:
    name, country, category = _NAMES[place]
    return Record(
        system="erp",
        kind="vendor",
        data={
            "id": vendor,
            "name": name,
            "vat_id": country + _fill(dice, _VAT_IDS[country]),
            "iban": iban(dice, country),
            "bic": f"{_fill(dice, 'aaaa')}{country}{_fill(dice, 'nn')}",
            "street": f"Werkstraße {dice.randint(1, 90)}" if country in {"DE", "AT"} else f"Rue {dice.randint(1, 90)}",
            "city": _CITIES[country],
            "post_code": str(dice.randint(10_000, 99_999)),
            "country": country,
            "currency": _CURRENCIES.get(country, "EUR"),
            "category": category,
            "terms_days": dice.choice((14, 30, 30, 45)),
            "status": "active",
            "vendor_since": day(today, -dice.randint(200, 2500)),
            "bank_changed_on": None,
            "previous_iban": None,
            "mail": f"billing@vendor-{place + 1}.example",
        },
    )


def iban(dice: Random, country: str) -> str:
    """Make up an IBAN whose check digits hold (ISO 13616)."""
    account = _fill(dice, _BANKS[country])
    digits = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{account}"


def _fill(dice: Random, shape: str) -> str:
    """Put a digit for each `n`, a letter for each `a`, and leave the rest."""
    thrown = {"n": "0123456789", "a": "ABCDEFGHKLMNPRSTUVWZ"}
    return "".join(dice.choice(thrown[sign]) if sign in thrown else sign for sign in shape)
