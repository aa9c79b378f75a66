"""Brings the workers of a directory into the registry, each version once, with its entry in the ledger.

The first workers of a house are employed at once. Later a folder that has changed, or is new, only proposes: its worker
goes on as it is until a second person has approved the change.
"""

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.lifecycle import Status
from remit.charters.registry import WorkerFiles, WorkerVersion
from remit.errors import CharterInvalid, Conflict, InputInvalid, NotFound, PlaybookInvalid
from remit.governance.change import ChangeKind, Proposal
from remit.governance.changes import Changes
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime.playbooks import load_playbook
from remit.store.database import Database

_log = logging.getLogger(__name__)


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


async def propose_changed(
    database: Database, changes: Changes, directory: Path, *, author: str, now: datetime
) -> list[str]:
    """Draft a change for every worker folder that is new or has changed; give the names of those drafted now.

    A folder that cannot be used is logged, and keeps nobody else from being proposed.

    Raises:
        CharterInvalid: There is no such directory.
    """
    folders = await asyncio.to_thread(_find_folders, directory)
    current = {record.worker: record for record in await registry.list_current(database)}
    drafted: list[str] = []
    for folder in sorted(folders):
        try:
            files = registry.read_folder(folder)
            known = current.get(files.name)
            if known and (known.digest == files.digest or known.status is Status.RETIRED):
                continue
            why = "its folder has changed" if known else "its folder is new"
            if await changes.draft_found(proposal_of_folder(files, known, why=why, author=author), now):
                drafted.append(files.name)
        except (InputInvalid, PlaybookInvalid, NotFound, Conflict) as error:
            _log.error("the folder `%s` cannot be used: %s", folder.name, error)
    return drafted


def proposal_of_folder(files: WorkerFiles, known: WorkerVersion | None, *, why: str, author: str) -> Proposal:
    """Make a proposal of a worker's folder: with its playbook only when that is another than the current one."""
    playbook = "" if known and known.playbook == files.playbook else files.playbook
    return Proposal(
        kind=ChangeKind.CHARTER, name=files.name, text=files.charter, playbook=playbook, why=why, author=author
    )


def _find_folders(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise CharterInvalid(f"there is no folder `{directory}`. Name the one that holds the workers")
    return [path.parent for path in directory.rglob("charter.yaml")]
