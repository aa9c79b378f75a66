"""How a person likes to read the pages, kept by the house so that it holds in every browser."""

from dataclasses import dataclass

from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How one person likes to read."""

    locale: str = ""
    """empty: as the browser asks"""
    time_zone: str = ""
    """empty: the browser's"""
    theme: str = ""
    """`light`, `dark`, or empty: as the system is set"""
    keys: bool = True
    """whether single letters do something"""


async def find_preferences(database: Database, person: str) -> Preferences:
    """Find how a person likes to read."""
    row = await database.fetch_row("find_preference", person)
    return Preferences(**row) if row else Preferences()


async def save_preferences(database: Database, person: str, liked: Preferences) -> None:
    """Keep how a person likes to read."""
    await database.execute("save_preference", person, liked.locale, liked.time_zone, liked.theme, liked.keys)
