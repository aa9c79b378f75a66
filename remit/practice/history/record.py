"""A record as the seed writes it, and the dice every invention is thrown with."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of one system."""

    system: str
    kind: str
    data: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id, unique in its kind."""
        return self.data["id"]


def dice_for(seed: int, subject: str) -> Random:
    """Give each subject dice of its own, so that adding to one leaves the others as they are."""
    return Random(f"{seed} {subject}")  # noqa: S311  # the same every time is what is wanted


def day(today: date, offset: int) -> str:
    """Write the day so many days from today."""
    return (today + timedelta(days=offset)).isoformat()
