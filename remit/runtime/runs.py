"""Looks runs up, for people and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from remit.errors import NotFound
from remit.store.database import Database, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to list; an empty field takes any."""

    state: str = ""
    worker: str = ""
    trace_id: str = ""
    domain: str = ""
    """of the worker"""
    before: datetime | None = None
    """only runs that changed before: the `changed_at` of the last one on the page before"""
    limit: int = 50


async def list_runs(database: Database, which: RunFilter) -> Sequence[Row]:
    """List runs, last changed first."""
    what = (which.state, which.worker, which.trace_id, which.before, which.limit, which.domain)
    return await database.fetch("list_runs", *what)


async def show_run(database: Database, run: UUID) -> Row:
    """Show a run with its signal, steps, actions and reviews.

    Raises:
        NotFound: There is none of that number.
    """
    row = await database.fetch_row("show_run", run)
    if row is None:
        raise NotFound(f"there is no run `{run}`. `remit runs` shows those there are")
    return row


async def find_run(database: Database, typed: str) -> UUID:
    """Find the one run whose number begins or ends as typed.

    Raises:
        NotFound: None does, or more than one.
    """
    rows = await database.fetch("find_run", typed.lower().replace("%", "").replace("_", ""))
    if len(rows) != 1:
        how = "no run has" if not rows else "more than one run has"
        raise NotFound(f"{how} a number that begins or ends with `{typed}`. `remit runs` shows those there are")
    return UUID(str(rows[0]["id"]))
