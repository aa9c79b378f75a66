"""The registry: every version of every worker, with the text of its charter and playbook, and which one is current.

`lifecycle.py` draws the statuses a worker goes through. Whoever changes one writes the ledger entry in the same
transaction: the registry does not know the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from remit.canonical import digest_of
from remit.charters.charter import Charter, Domain
from remit.charters.charter_file import parse_charter
from remit.charters.lifecycle import Status, check_transition
from remit.charters.worker_record import AccuracyHistory, WorkerRecord, record_of, unreadable
from remit.errors import CharterInvalid, NotFound
from remit.store.database import Database, Row, Transaction

_MOST: Final = 1_000_000  # bytes of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFiles:
    """What makes one version of a worker: the texts of its charter and playbook."""

    name: str
    """the worker's id: the folder's name with dashes"""
    charter: str
    playbook: str

    @property
    def digest(self) -> str:
        """The version."""
        return digest_of({"charter": self.charter, "playbook": self.playbook})

    @property
    def charter_digest(self) -> str:
        """The version of the charter alone."""
        return digest_of(self.charter)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerVersion:
    """One version as the registry holds it."""

    worker: str
    digest: str
    charter_digest: str
    charter: str
    playbook: str
    status: Status
    """the worker's lifecycle status, whichever version is current"""
    registered_at: datetime


def read_folder(folder: Path) -> WorkerFiles:
    """Read the folder of a worker.

    Raises:
        CharterInvalid: A file is missing or is not text.
    """
    name = folder.name.replace("_", "-")
    charter, playbook = (_read(folder / file, f"{name}/{file}") for file in ("charter.yaml", "playbook.py"))
    return WorkerFiles(name=name, charter=charter, playbook=playbook)


def _read(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > _MOST:
            raise CharterInvalid(f"{shown}:1: the file is larger than {_MOST} bytes. A worker fits on a few pages")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CharterInvalid(f"{shown}:{line}: this is not UTF-8 text. Save the file as UTF-8") from None
    except OSError as error:
        raise CharterInvalid(
            f"{shown}:1: the file cannot be read: {error.strerror}. Copy a neighbour's folder"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CharterInvalid(f"{shown}:{line}: there is a character nobody sees, U+0000. Remove it")
    return text


async def register(transaction: Transaction, files: WorkerFiles, charter: Charter, now: datetime) -> bool:
    """Make a version current; give False when it is current already, or the worker has retired.

    A worker new to the house goes live; the status of another stays as it is. Whoever registers several in one
    transaction does it in the order of their names: each is locked until the end, and two orders could wait for ever.

    Raises:
        CharterInvalid: The charter has another name than the folder, so that two folders could be one worker.
    """
    if charter.name != files.name:
        raise CharterInvalid(
            f"{files.name}/charter.yaml: the charter is called `{charter.name}`, its folder `{files.name}`. "
            "Give both one name, with `_` in the folder for `-` in the charter"
        )
    await transaction.execute(
        "insert_version", files.digest, charter.name, files.charter_digest, files.charter, files.playbook, now
    )
    changed = await transaction.fetch_value("set_current", charter.name, charter.domain.value, files.digest, now)
    systems = sorted({access.system for access in charter.systems})
    halting = (charter.process_slug, systems, sorted(set(charter.owners)))
    await transaction.execute("describe_worker", charter.name, files.digest, *halting)
    return changed is not None


async def set_status(transaction: Transaction, worker: str, status: Status, now: datetime) -> None:
    """Take a worker to another status.

    Raises:
        NotFound: There is no such worker.
        Conflict: From its status it cannot go there; the message names where it can.
    """
    before = await transaction.fetch_value("lock_worker", worker)
    if before is None:
        raise NotFound(f"there is no worker `{worker}`. `remit workers` shows those there are")
    check_transition(worker, Status(before), Status(status))
    await transaction.execute("set_status", worker, status, now)


async def version(database: Database, digest: str) -> WorkerVersion:
    """Find one version, however old.

    Raises:
        NotFound: The registry never had it.
    """
    row = await database.fetch_row("find_version", digest)
    if row is None:
        raise NotFound(f"the registry has no version `{digest}`")
    return _version(row)


async def list_current(database: Database) -> Sequence[WorkerVersion]:
    """List the current version of every worker, by name."""
    return [_version(row) for row in await database.fetch("list_current_versions")]


async def list_versions(database: Database, name: str) -> Sequence[WorkerVersion]:
    """List every version of a worker, newest first.

    Raises:
        NotFound: There is no such worker.
    """
    rows = await database.fetch("list_versions", name)
    if not rows:
        raise await _no_worker(database, name)
    return [_version(row) for row in rows]


async def list_workers(database: Database) -> Sequence[WorkerRecord]:
    """List every worker with everything the registry says of it, by name."""
    return [_record(row) for row in await database.fetch("list_worker_records", None)]


async def show_worker(database: Database, name: str) -> WorkerRecord:
    """Show one worker.

    Raises:
        NotFound: There is no such worker.
    """
    row = await database.fetch_row("list_worker_records", name)
    if row is None:
        raise await _no_worker(database, name)
    return _record(row)


async def _no_worker(database: Database, name: str) -> NotFound:
    names = [row["name"] for row in await database.fetch("list_worker_names")]
    near = get_close_matches(name[:80], names, n=1)
    advice = f"Did you mean `{near[0]}`?" if near else "`remit workers` shows those there are"
    return NotFound(f"there is no worker `{name[:80]}`. {advice}")


def _version(row: Row) -> WorkerVersion:
    fields: dict[str, Any] = {**row, "status": Status(row["status"])}
    return WorkerVersion(**fields)


def _record(row: Row) -> WorkerRecord:
    counts = {name: row[name] for name in ("approved", "edited", "rejected", "last_answered_at")}
    try:
        charter, fault = parse_charter(row["charter"], file=f"{row['name']}/charter.yaml"), ""
    except CharterInvalid as error:  # it was stored by looser rules; the others are shown all the same
        charter, fault = unreadable(row["name"], Domain(row["domain"])), str(error)
    return record_of(
        charter,
        status=Status(row["status"]),
        accuracy=AccuracyHistory(**counts),
        modified_at=row["changed_at"],
        version=row["version"],
        fault=fault,
    )
