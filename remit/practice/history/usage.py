"""Weekly usage of the product: mostly steady, some falling, some with weeks nobody reported, some that never began."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from remit.practice.history.accounts import NAMES
from remit.practice.history.record import Record, dice_for

WEEKS: Final = 16

_FALLS: Final = {"A-101": 0.42, "A-102": 0.54, "A-105": 0.37, "A-111": 0.60, "A-124": 0.68, "A-130": 0.31}
"""What is left of the usual in the last week."""
_SLIDES: Final = frozenset({"A-112", "A-118"})
"""Who loses a little every week."""
_GAPS: Final = {"A-103": (15,), "A-117": (13, 14), "A-127": (9,)}
"""The weeks nobody reported, counted from the oldest; 15 is the last."""
_NEVER: Final = frozenset({"A-104", "A-126"})
"""Who has the product and never used it."""
_UNKNOWN: Final = frozenset({"A-110"})
"""Whom the telemetry does not know."""


def usage(seed: int, today: date) -> list[Record]:
    """Invent the weekly usage of every account the telemetry knows."""
    dice = dice_for(seed, "usage")
    known = [f"A-{101 + place}" for place in range(len(NAMES))]
    return [_usage(dice, account, today) for account in known if account not in _UNKNOWN]


def _usage(dice: Random, account: str, today: date) -> Record:
    seats = 50 * dice.randint(1, 8)
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS)
    weeks = [_week(dice, account, place, seats, monday + timedelta(weeks=place)) for place in range(WEEKS)]
    kept = [week for place, week in enumerate(weeks) if place not in _GAPS.get(account, ())]
    return Record(
        system="product", kind="usage", data={"id": account, "account": account, "seats": seats, "weeks": kept}
    )


def _week(dice: Random, account: str, place: int, seats: int, monday: date) -> dict[str, Any]:
    level = 0.0 if account in _NEVER else 1.0
    if place == WEEKS - 1:
        level *= _FALLS.get(account, 1.0)
    if account in _SLIDES:
        level *= 0.955**place
    # A known fall is exact, so that what is meant to be 40 % is not 39.
    noise = 1.0 if account in _FALLS and place >= WEEKS - 5 else dice.uniform(0.93, 1.07)
    users = round(seats * 0.7 * level * noise)
    iso = monday.isocalendar()
    return {
        "week": f"{iso.year}-W{iso.week:02d}",
        "starts_on": monday.isoformat(),
        "active_users": users,
        "sessions": users * 6,
        "key_feature_uses": round(users * 2.5),
    }
