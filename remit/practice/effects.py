"""What the practice systems really did, from their own logs: the judge of every test that breaks something."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing a practice system did."""

    serial: int
    system: str
    operation: str
    key: str
    """the key it was asked with; kept here even where the system itself pays no heed to it"""
    repetition: int
    """1, or more when the system did it again because it was asked again"""
    arguments: dict[str, Any]
    result: dict[str, Any]
    asked_at: datetime
    performed_at: datetime


async def effects(database: Database, system: str | None = None) -> list[Effect]:
    """List what was done, in the order it was done; of one system when it is given."""
    return [Effect(**row) for row in await database.fetch("list_practice_effects", system or "")]
