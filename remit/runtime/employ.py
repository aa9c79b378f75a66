"""Brings the workers of a directory into the registry, each version once, with its entry in the ledger."""

import asyncio
from datetime import datetime
from pathlib import Path

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.errors import CharterInvalid
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime.playbooks import load_playbook
from remit.store.database import Database


async def employ_all(database: Database, directory: Path, now: datetime) -> list[str]:
    """Register every worker folder below a directory that is new or has changed; give the names of those.

    Raises:
        CharterInvalid: There is no such directory, or a charter breaks a rule of charters; nothing was registered.
        PlaybookInvalid: A playbook cannot be loaded; nothing was registered.
    """
    folders = await asyncio.to_thread(_find_folders, directory)
    # By name, not by folder: two processes that register the same workers never wait for each other in a circle.
    files = sorted((registry.read_folder(folder) for folder in folders), key=lambda each: each.name)
    charters = [parse_charter(each.charter, file=f"{each.name}/charter.yaml") for each in files]
    for each in files:
        load_playbook(each.playbook, each.name)
    changed: list[str] = []
    async with database.transaction() as transaction:
        for each, charter in zip(files, charters, strict=True):
            if await registry.register(transaction, each, charter, now):
                changed.append(charter.name)
                body = {"version": each.digest, "charter": each.charter, "playbook": each.playbook}
                kind = EntryKind.CHARTER_REGISTERED
                await append(transaction, Entry(kind=kind, body=body, worker=charter.name, at=now))
    return changed


def _find_folders(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise CharterInvalid(f"there is no folder `{directory}`. Name the one that holds the workers")
    return [path.parent for path in directory.rglob("charter.yaml")]
