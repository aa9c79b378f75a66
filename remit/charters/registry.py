"""The registry: every version of every worker, with the text of its charter and playbook, and which one is current.

proposed ──▶ approved ──▶ staged ──▶ live ⇄ paused
                                      │ ⇅
                                      │ modified     a new version is current and not live yet
                                      └──▶ retired   from every state; final
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from remit.canonical import digest_of
from remit.charters.charter import Charter
from remit.errors import CharterInvalid, NotFound
from remit.store.database import Database, Row, Transaction


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
    status: str
    """the worker's lifecycle status, whichever version is current"""
    registered_at: datetime


def read_folder(folder: Path) -> WorkerFiles:
    """Read the folder of a worker.

    Raises:
        CharterInvalid: A file is missing or is not text.
    """
    try:
        charter, playbook = (folder / "charter.yaml").read_text(), (folder / "playbook.py").read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CharterInvalid(
            f"the worker in `{folder.name}` cannot be read: {error}. Copy a neighbour's folder"
        ) from None
    return WorkerFiles(name=folder.name.replace("_", "-"), charter=charter, playbook=playbook)


async def register(transaction: Transaction, files: WorkerFiles, charter: Charter, now: datetime) -> bool:
    """Make a version current; give False when it is current already. A worker new to the house goes live."""
    await transaction.execute(
        "insert_version", files.digest, charter.name, files.charter_digest, files.charter, files.playbook, now
    )
    changed = await transaction.fetch_value("set_current", charter.name, charter.domain.value, files.digest, now)
    return changed is not None


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


def _version(row: Row) -> WorkerVersion:
    return WorkerVersion(**row)
