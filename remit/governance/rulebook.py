"""The rulebook: the house rules in force, those that come with the house overlaid by the changes people approved.

Its number is the version every decision is held against: a decision made by an older number is made again.
"""

import asyncio
from dataclasses import dataclass

from remit.governance.house import PACKAGED, HouseRules
from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The house rules at one moment."""

    number: int = 0
    """of the newest file approved; 0 while nothing was ever changed"""
    rules: HouseRules


async def read_rulebook(database: Database, shipped: HouseRules) -> Rulebook:
    """Read the house rules in force.

    Args:
        database: Where the approved files are.
        shipped: The rules the house came with.

    Raises:
        PolicyInvalid: An approved file cannot be used any more, as after a new version of the house.
    """
    rows = await database.fetch("list_rule_files")
    if not rows:
        return Rulebook(rules=shipped)
    texts = {row["name"]: row["text"] for row in rows}
    rules = await asyncio.to_thread(shipped.overlaid, texts)  # it asks a child process
    return Rulebook(number=max(row["number"] for row in rows), rules=rules)


async def read_rule_file(database: Database, shipped: HouseRules, name: str) -> str:
    """Read the text of one rule file in force, to begin a change with; empty when nobody here has it as it was written.

    Args:
        database: Where the approved files are.
        shipped: The rules the house came with: a file of another directory than the packaged one is not read again.
        name: The file.
    """
    for row in await database.fetch("list_rule_files"):
        if row["name"] == name:
            return row["text"] or ""
    packaged = HouseRules.load()
    is_packaged = name in packaged.files and packaged.digest_of_file(name) == shipped.digest_of_file(name)
    return (PACKAGED / name).read_text(encoding="utf-8") if is_packaged else ""
