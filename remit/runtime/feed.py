"""The feed of runs: what workers do and did, searched and a page at a time.

A text is looked for among a bounded number of runs, the last changed first, so that no search grows with the house;
where the next one goes on from is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from remit.errors import InputInvalid
from remit.runtime.run import RunState
from remit.store.database import Database, Row

PAGE: Final = 50
LOOKED_THROUGH: Final = 5000
"""runs a text is looked for among at once"""

STATES: Final = {
    "failed": ("exception", ""),
    "waiting": ("waiting", ""),
    "waiting_for_a_person": ("waiting", "review"),
    "waiting_for_a_halt": ("waiting", "halt"),
    "waiting_for_a_system": ("waiting", "system"),
    "waiting_for_a_time": ("waiting", "time"),
    **{state.value: (state.value, "") for state in RunState if state not in {RunState.EXCEPTION, RunState.WAITING}},
    "exception": ("exception", ""),
}
"""What may be asked for, with the state of the run and what it waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the feed a page ends: the next one begins after it."""

    moment: datetime
    id: UUID

    def as_text(self) -> str:
        """Write it as it stands in an address."""
        return f"{self.moment.isoformat()}_{self.id}"

    @classmethod
    def from_text(cls, text: str) -> "Place | None":
        """Read it back; None for an empty text.

        Raises:
            InputInvalid: It is none.
        """
        if not text:
            return None
        moment, _, number = text.replace(" ", "+").partition("_")
        try:
            place = cls(moment=datetime.fromisoformat(moment), id=UUID(number))
        except (ValueError, OverflowError):
            place = None
        if place is None or place.moment.tzinfo is None:
            raise InputInvalid(f"`{text[:60]}` is no place in a list. Begin again at the first page")
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which runs; an empty field takes any."""

    state: str = ""
    """a word of `STATES`"""
    worker: str = ""
    domain: str = ""
    text: str = ""
    """in what it is about, its type, its reason, its worker, its number or its trace"""
    since: datetime | None = None
    """begun from then on"""
    until: datetime | None = None
    """begun before"""
    after: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One page of runs."""

    runs: Sequence[Row]
    looked: int
    """among how many they were found"""
    next: Place | None
    """where the next page begins, when there may be more"""


async def read_feed(database: Database, sought: Sought) -> Feed:
    """Read a page of runs, last changed first.

    Raises:
        InputInvalid: No run is ever in such a state.
    """
    if sought.state and sought.state not in STATES:
        raise InputInvalid(f"no run is ever `{sought.state[:40]}`. There are {', '.join(STATES)}")
    state, waits_for = STATES.get(sought.state, ("", ""))
    many = LOOKED_THROUGH if sought.text else PAGE + 1
    where = (sought.after.moment, sought.after.id) if sought.after else (None, None)
    words = (state, waits_for, sought.worker, sought.domain)
    asked = (*words, *where, many, sought.text.lower(), PAGE + 1, sought.since, sought.until)
    async with database.transaction() as transaction:
        await transaction.execute("plan_anew")  # a worker with three runs and all of them want different indexes
        rows = await transaction.fetch("search_runs", *asked)
    runs = [row for row in rows if row["id"] is not None]
    looked = rows[0]["looked"] if rows else 0
    if len(runs) > PAGE:
        last = runs[PAGE - 1]
        return Feed(runs=runs[:PAGE], looked=looked, next=Place(moment=last["changed_at"], id=last["id"]))
    more = Place(moment=rows[0]["edge_at"], id=rows[0]["edge_id"]) if sought.text and looked == many else None
    return Feed(runs=runs, looked=looked, next=more)


async def neighbours(database: Database, run: Row) -> Row:
    """Find the runs of the same worker that changed just before and just after, and the domain.

    `older` and `newer` are None where there is none.
    """
    [found] = await database.fetch("find_neighbour_runs", run["id"], run["worker"], run["changed_at"])
    return found
