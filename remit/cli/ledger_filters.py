"""The filters of `remit ledger search` and `remit ledger export`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from remit.ledger.read import Search
from remit.runtime.runs import find_run
from remit.store.database import Database
from remit.web.ledger_filters import read_moment, subjects_named

Run = Annotated[str, typer.Option("--run", help="entries of this run")]
Worker = Annotated[str, typer.Option("--worker", help="entries of this worker")]
Workflow = Annotated[str, typer.Option("--workflow", help="entries of this business process")]
About = Annotated[
    list[str] | None, typer.Option("--about", help="entries that concern this, `kind:id`; may be repeated")
]
Account = Annotated[str, typer.Option("--account", help="entries that concern this account")]
Ticket = Annotated[str, typer.Option("--ticket", help="entries that concern this ticket")]
Invoice = Annotated[str, typer.Option("--invoice", help="entries that concern this invoice")]
Alert = Annotated[str, typer.Option("--alert", help="entries that concern this alert")]
Someone = Annotated[str, typer.Option("--person", help="entries of what this person did, or that concern them")]
Trace = Annotated[str, typer.Option("--trace", help="entries of this trace")]
Kind = Annotated[str, typer.Option("--kind", help="entries of this kind, as in `action.performed`")]
Since = Annotated[str, typer.Option("--since", help="entries of this day or moment and later, in UTC")]
Until = Annotated[str, typer.Option("--until", help="entries before this day or moment")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked on the command line."""

    run: str
    worker: str
    about: list[str] | None
    named: dict[str, str]
    """subjects by kind, as in `account`"""
    trace: str
    kind: str
    since: str
    until: str

    async def as_search(self, database: Database) -> Search:
        """Make a search of them.

        Raises:
            InputInvalid: A moment is none, or a subject.
            NotFound: There is no such run.
        """
        return Search(
            run=await find_run(database, self.run) if self.run else None,
            worker=self.worker,
            concerning=(*(self.about or ()), *subjects_named(**self.named)),
            trace_id=self.trace,
            kind=self.kind,
            since=read_moment(self.since),
            until=read_moment(self.until),
        )
