"""Judges what crashes did, by the systems' own logs against the ledger."""

from collections import Counter
from uuid import UUID

from remit.ledger.read import Search, find_entries
from remit.practice.effects import effects
from remit.store.database import Database

ENDS = {"run.settled"}


async def faults_found(database: Database, runs: list[UUID], *, effects_each: int) -> list[str]:
    """Name everything that was lost, doubled or not recorded; an empty list is what should come."""
    found: list[str] = []
    done = Counter(effect.key for effect in await effects(database))
    found += [f"{key} took effect {count} times" for key, count in done.items() if count != 1]
    for run in runs:
        keys = [key for key in done if key.startswith(f"{run}:")]
        if len(keys) != effects_each:
            found.append(f"run {run} had {len(keys)} effects")
        entries = await find_entries(database, Search(run=run), limit=500)
        kinds = Counter(entry.kind for entry in entries)
        performed = Counter(entry.body["key"] for entry in entries if entry.kind == "action.performed")
        found += [f"{key} has no entry" for key in keys if key not in performed]
        found += [f"{key} has {count} entries" for key, count in performed.items() if count != 1]
        found += [f"{key} is in the ledger, and nothing happened" for key in performed if key not in keys]
        found += [f"run {run} has {kinds[kind]} entries {kind}" for kind in ENDS if kinds[kind] != 1]
    return found
