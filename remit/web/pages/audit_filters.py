"""What the audit explorer is asked for: filters as they stand in the address, and the search they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from remit.errors import InputInvalid
from remit.ledger.read import Search
from remit.runtime.runs import find_run
from remit.store.database import Database
from remit.web.ledger_filters import read_moment, subjects_named

SUBJECTS: Final = ("workflow", "account", "ticket", "invoice", "alert", "person")
PLAIN: Final = ("run", "worker", "kind", "about", "trace")
TIMES: Final = ("since", "until", "last")
NAMES: Final = (*PLAIN, *SUBJECTS, *TIMES)
"""The filters, as they stand in the address."""

RANGES: Final[Mapping[str, timedelta]] = {
    "1_hour": timedelta(hours=1),
    "24_hours": timedelta(hours=24),
    "7_days": timedelta(days=7),
    "30_days": timedelta(days=30),
    "90_days": timedelta(days=90),
    "365_days": timedelta(days=365),
}
"""How far back `last` reaches, from the moment somebody looks."""

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked, as it was typed."""

    typed: Mapping[str, str]
    """by name; every name is there"""

    @property
    def given(self) -> dict[str, str]:
        """Those that filter."""
        return {name: text for name, text in self.typed.items() if text}

    async def as_search(self, database: Database, now: datetime) -> Search:
        """Make a search of them.

        Raises:
            InputInvalid: A moment is none, or a subject, or both a range and its beginning are given.
            NotFound: There is no such run.
        """
        typed = self.typed
        if typed["last"] and typed["since"]:
            raise InputInvalid("`last` and `since` both say where to begin. Give one of them")
        since = now - RANGES[typed["last"]] if typed["last"] else read_moment(typed["since"])
        search = Search(
            run=await find_run(database, typed["run"]) if typed["run"] else None,
            worker=typed["worker"],
            about=typed["about"],
            concerning=subjects_named(**{name: typed[name] for name in SUBJECTS}),
            trace_id=typed["trace"],
            kind=typed["kind"],
            since=since,
            until=read_moment(typed["until"]),
        )
        search.check()
        return search

    @property
    def as_options(self) -> str:
        """Write them as options of the command line."""
        given = {name: text for name, text in self.given.items() if name != "last"}
        return "".join(f" --{name} {text!r}" if " " in text else f" --{name} {text}" for name, text in given.items())


def read_filters(query: Mapping[str, str]) -> Filters:
    """Read the filters out of an address.

    Raises:
        InputInvalid: One is too long, holds what no text holds, or is an unknown range.
    """
    typed = {name: query.get(name, "").strip() for name in NAMES}
    typed["trace"] = typed["trace"] or query.get("trace_id", "").strip()  # as the API calls it
    if wrong := next((name for name, text in typed.items() if len(text) > _LONGEST or "\x00" in text), ""):
        raise InputInvalid(f"`{wrong}` cannot be looked for. Give at most {_LONGEST} characters, without NUL")
    if typed["last"] and typed["last"] not in RANGES:
        raise InputInvalid(f"`{typed['last'][:40]}` is no range. There are {', '.join(RANGES)}")
    return Filters(typed=typed)
