"""Reading the ledger: one entry, or entries that match, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from remit.errors import InputInvalid, NotFound
from remit.ledger.sealing import unseal
from remit.ledger.subjects import LONGEST
from remit.store.database import Database, Row, Transaction


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
    """`kind:id`, as in `invoice:4711`: what the entry is about, or concerns besides"""
    concerning: tuple[str, ...] = ()
    """further subjects `kind:id`, as in `person:ann` or `workflow:accounts-payable`; each must be concerned"""
    trace_id: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """not included"""

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that the entries must concern, each once."""
        return tuple(dict.fromkeys(subject for subject in (self.about, *self.concerning) if subject))

    @property
    def asked(self) -> tuple[UUID | str | datetime | None, ...]:
        """What each statement takes first: run, worker, trace, kind, since and until; None does not filter."""
        words = (self.worker or None, self.trace_id or None, self.kind or None)
        return (self.run, *words, self.since, self.until)

    def check(self) -> None:
        """Make sure that it can be looked for.

        Raises:
            InputInvalid: A text is too long or holds a NUL character, a subject is none, or the end is not after the
                beginning.
        """
        texts = (self.worker, self.trace_id, self.kind, *self.subjects)
        if wrong := next((text for text in texts if len(text) > LONGEST or "\x00" in text), ""):
            raise InputInvalid(f"`{wrong[:40]}…` cannot be looked for. Give at most {LONGEST} characters, without NUL")
        if wrong := next((subject for subject in self.subjects if not all(subject.partition(":"))), ""):
            raise InputInvalid(f"`{wrong}` is no subject. Write it `kind:id`, as in `invoice:4711`")
        if self.since and self.until and self.since > self.until:
            raise InputInvalid(f"nothing is between `{self.since}` and `{self.until}`. Give the earlier one first")


async def find_entries(
    database: Database, search: Search, *, before: int | None = None, limit: int = 50
) -> tuple[RecordedEntry, ...]:
    """Find entries, newest first.

    Args:
        database: Where the ledger is.
        search: What to look for.
        before: The serial of the last entry of the page before this one.
        limit: How many at most.

    Raises:
        InputInvalid: The search makes no sense.
    """
    async with database.transaction() as transaction:
        rows = await find_rows(transaction, search, before=before, limit=limit)
    return tuple(_recorded(row) for row in rows)


async def find_rows(transaction: Transaction, search: Search, *, before: int | None, limit: int) -> list[Row]:
    """Find entries as rows, newest first: index, all that `RecordedEntry` has, and the bytes as `body`.

    Raises:
        InputInvalid: The search makes no sense.
    """
    search.check()
    await transaction.execute("plan_anew")
    moment = await transaction.fetch_row("find_moment", before) if before is not None else None
    edge = (moment["at"], moment["serial"]) if moment else (None, None)
    wanted = (*search.asked, *edge, limit)
    rarest, others = await _rank(transaction, search)
    if rarest:
        return await transaction.fetch("find_entries_concerning", *wanted, rarest, others)
    return await transaction.fetch("find_entries", *wanted, search.subjects)


async def find_place_above(database: Database, search: Search, *, after: int, until: int, many: int = 50) -> int | None:
    """Find where the page above a page begins: the serial to look `before`, or None when that is the newest page.

    Args:
        database: Where the ledger is.
        search: What to look for.
        after: The serial of the first entry of the page below.
        until: Of entries from this serial on nothing is shown.
        many: How many entries stand on a page.

    Raises:
        InputInvalid: The search makes no sense.
    """
    search.check()
    async with database.transaction() as transaction:
        await transaction.execute("plan_anew")
        below, above = [await transaction.fetch_row("find_moment", serial) for serial in (after, until)]
        if below is None:
            return None
        edge = (above["at"], above["serial"]) if above else (None, None)
        wanted = (*search.asked, below["at"], below["serial"], *edge, many)
        rarest, others = await _rank(transaction, search)
        if rarest:
            return await transaction.fetch_value("find_place_above_concerning", *wanted, rarest, others)
        return await transaction.fetch_value("find_place_above", *wanted, search.subjects)


async def count_entries(database: Database, search: Search, *, most: int) -> int:
    """Count the entries that match, up to so many.

    Raises:
        InputInvalid: The search makes no sense.
    """
    search.check()
    async with database.transaction() as transaction:
        await transaction.execute("plan_anew")
        rarest, others = await _rank(transaction, search)
        if rarest:
            return await transaction.fetch_value("count_entries_concerning", *search.asked, rarest, others, most)
        return await transaction.fetch_value("count_entries", *search.asked, search.subjects, most)


async def _rank(transaction: Transaction, search: Search) -> tuple[str, list[str]]:
    """Give the rarest of the subjects, empty when something else that is asked is rarer, and the others."""
    if search.run or search.trace_id or not search.subjects:
        return "", list(search.subjects)  # of one run, or of one trace, there are few
    if len(search.subjects) == 1 and not search.worker and not search.kind:
        return search.subjects[0], []
    rows = await transaction.fetch("rank_filters", search.subjects, search.worker or None, search.kind or None)
    rarest, *others = [row["subject"] for row in rows]
    return rarest, [each for each in others if each]


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
