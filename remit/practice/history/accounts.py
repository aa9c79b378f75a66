"""The customers: accounts and contacts, some with owners missing, contacts twice, or no touch for a year."""

from datetime import date
from random import Random
from typing import Any, Final

from remit.practice.history.record import Record, day, dice_for
from remit.practice.people import SALES, SUCCESS

NAMES: Final = (
    "Havelland Logistics", "Meridian Foods", "Korrigan Energy", "Sundberg Medical", "Pinewood Retail",
    "Altona Shipping", "Bramley Education", "Cascade Water", "Dunmore Steel", "Eastgate Hotels",
    "Fennica Forestry", "Glasner Optics", "Hollins Insurance", "Iberica Solar", "Juniper Clinics",
    "Kestrel Aviation", "Lumen Theatres", "Marlow Textiles", "Norrland Rail", "Orchard Dairies",
    "Pannonia Glass", "Quayside Property", "Rosedale Farms", "Silvan Paper", "Tarbert Fisheries",
    "Umbria Ceramics", "Vesper Media", "Westerly Wind", "Xanten Museums", "Yarrow Pharma",
    "Zephyr Cycles", "Ashdown Legal", "Birchwood Homes", "Corvus Analytics", "Delft Instruments",
    "Elmfield Schools", "Firth Robotics", "Granby Books", "Hazel Cosmetics", "Inverness Spirits",
)  # fmt: skip
_TIERS: Final = ("platinum", "gold", "silver", "silver", "bronze")
_ARR: Final = {"platinum": 24_000_000, "gold": 9_600_000, "silver": 3_600_000, "bronze": 900_000}
_INDUSTRIES: Final = ("logistics", "food", "energy", "health", "retail", "education", "industry", "media")
_FIRST: Final = (
    "Anna",
    "Bence",
    "Clara",
    "David",
    "Elif",
    "Farid",
    "Greta",
    "Henrik",
    "Irina",
    "Jamal",
    "Keiko",
    "Luis",
)
_LAST: Final = (
    "Arslan",
    "Bauer",
    "Costa",
    "Dahl",
    "Evans",
    "Fontaine",
    "Grünwald",
    "Horvat",
    "Iyer",
    "Jansen",
    "Kowal",
)
_ROLES: Final = ("head of operations", "finance director", "IT lead", "project manager", "managing director")

_ODD: Final[dict[str, dict[str, Any]]] = {
    "A-101": {"tier": "platinum", "arr": 31_200_000, "renewal": 62, "owner": "tom.becker", "csm": "sara.lind"},
    "A-102": {"tier": "gold", "onboarded": -43, "since": -110, "overdue": 1_480_000, "csm": "nina.kowalski"},
    "A-103": {"tier": "platinum", "csm": "sara.lind"},
    "A-104": {"tier": "platinum", "onboarded": None, "since": -35},
    "A-105": {"tier": "silver"},
    "A-106": {"tier": "gold", "owner": None},
    "A-107": {"tier": None, "renewal": None},
    "A-108": {"csm": None, "health": None},
    "A-109": {"tier": "silver", "last_touch": -427, "health": 81},
    "A-110": {"tier": "bronze", "renewal": 12},
    "A-111": {"tier": "gold"},
    "A-112": {"tier": "platinum", "overdue": 6_240_000, "renewal": 24},
    "A-113": {"owner": "eva.lang"},
}
"""What is unusual, by account. `eva.lang` has left the company."""


def accounts(seed: int, today: date) -> list[Record]:
    """Invent the accounts."""
    dice = dice_for(seed, "accounts")
    return [_account(dice, f"A-{101 + place}", name, today) for place, name in enumerate(NAMES)]


def _account(dice: Random, account: str, name: str, today: date) -> Record:
    usual: dict[str, Any] = {
        "tier": _TIERS[dice.randrange(len(_TIERS))],
        "owner": dice.choice(SALES),
        "csm": dice.choice(SUCCESS),
        "renewal": dice.randint(20, 350),
        "health": dice.randint(55, 95),
        "since": -dice.randint(400, 2200),
        "onboarded": -dice.randint(200, 380),
        "last_touch": -dice.randint(2, 60),
        "overdue": 0,
    }
    figures = usual | _ODD.get(account, {})
    arr = round(_ARR.get(figures["tier"] or "silver", 0) * dice.uniform(0.7, 1.4), -4)
    domain = f"{name.split(maxsplit=1)[0].lower()}.example"
    return Record(
        system="crm",
        kind="account",
        data={
            "id": account,
            "name": name,
            "domain": domain,
            "industry": dice.choice(_INDUSTRIES),
            "tier": figures["tier"],
            "owner": figures["owner"],
            "csm": figures["csm"],
            "arr": figures.get("arr", int(arr)),
            "currency": "EUR",
            "health_score": figures["health"],
            "customer_since": day(today, figures["since"]),
            "onboarded_on": None if figures["onboarded"] is None else day(today, figures["onboarded"]),
            "renewal_on": None if figures["renewal"] is None else day(today, figures["renewal"]),
            "last_touch_on": day(today, figures["last_touch"]),
            "billing": {"overdue": figures["overdue"], "currency": "EUR", "invoices": min(figures["overdue"], 2)},
        },
    )


def contacts(seed: int, today: date) -> list[Record]:
    """Invent the contacts: two to four an account, and some of them twice."""
    dice = dice_for(seed, "contacts")
    found: list[Record] = []
    for account in accounts(seed, today):
        people = [_contact(dice, account, place, today) for place in range(dice.randint(2, 4))]
        found += people
        if account.id in {"A-101", "A-112", "A-120"}:
            found.append(_twice(people[0], account.id))
    return found


def _contact(dice: Random, account: Record, place: int, today: date) -> Record:
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    is_reachable = dice.random() > 0.06  # noqa: PLR2004  # a few have no mail address
    return Record(
        system="crm",
        kind="contact",
        data={
            "id": f"{account.id}-C{place + 1}",
            "account": account.id,
            "name": f"{first} {last}",
            "mail": f"{first}.{last}@{account.data['domain']}".lower().replace("ü", "ue") if is_reachable else None,
            "role": dice.choice(_ROLES),
            "is_decision_maker": place == 0 and account.id not in {"A-114", "A-121"},
            "last_contact_on": day(today, -dice.randint(1, 120)),
        },
    )


def _twice(contact: Record, account: str) -> Record:
    """Enter a contact once more, as somebody in a hurry did."""
    data = contact.data
    first, _, last = data["name"].partition(" ")
    again = {"id": f"{account}-C9", "name": f"{last}, {first}", "mail": (data["mail"] or "").title() or None}
    return Record(system="crm", kind="contact", data=data | again | {"role": "", "is_decision_maker": False})
