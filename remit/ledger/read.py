"""Reading the ledger: one entry, or entries that match, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from remit.errors import NotFound
from remit.ledger.sealing import unseal
from remit.store.database import Database, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """An entry as it stands in the ledger."""

    index: int | None
    """its place in the tree; None until it is sequenced"""
    serial: int
    """its place in the order of writing: what pages are cut by"""
    id: UUID
    at: datetime
    kind: str
    worker: str
    run: UUID | None
    about: str
    trace_id: str
    body: dict[str, Any]
    """what it says; `{"erased": true}` where the person it is about was erased"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for; all that is given must hold."""

    run: UUID | None = None
    worker: str = ""
    about: str = ""
    """`kind:id`, as in `invoice:4711`"""
    trace_id: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """not included"""


async def find_entries(
    database: Database, search: Search, *, before: int | None = None, limit: int = 50
) -> tuple[RecordedEntry, ...]:
    """Find entries, newest first.

    Args:
        database: Where the ledger is.
        search: What to look for.
        before: The serial of the last entry of the page before this one.
        limit: How many at most.
    """
    rows = await database.fetch(
        "find_entries",
        search.run,
        search.worker or None,
        search.about or None,
        search.trace_id or None,
        search.kind or None,
        search.since,
        search.until,
        before,
        limit,
    )
    return tuple(_recorded(row) for row in rows)


async def read_entry(database: Database, entry: UUID) -> RecordedEntry:
    """Read one entry.

    Raises:
        NotFound: There is none with this id.
    """
    row = await database.fetch_row("find_entry", entry)
    if row is None:
        raise NotFound(f"there is no entry `{entry}`. See `remit ledger search` for those there are")
    return _recorded(row)


def _recorded(row: Row) -> RecordedEntry:
    fields = dict(row)
    body = unseal(orjson.loads(fields.pop("body"))["body"], fields.pop("key"), str(row["id"]))
    return RecordedEntry(**fields, body=body)
