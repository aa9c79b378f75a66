"""What the ledger can be searched by, for the API and the command line alike."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from remit.charters.charter import slug_of
from remit.errors import InputInvalid
from remit.ledger.read import Search
from remit.web.asked import Moment, Word


def subjects_named(
    *, workflow: str = "", account: str = "", ticket: str = "", invoice: str = "", alert: str = "", person: str = ""
) -> tuple[str, ...]:
    """Write subjects as entries name them; a workflow may be given in the words of the charter."""
    named = {
        "workflow": slug_of(workflow),
        "account": account,
        "ticket": ticket,
        "invoice": invoice,
        "alert": alert,
        "person": person,
    }
    return tuple(f"{kind}:{value}" for kind, value in named.items() if value)


def read_moment(text: str) -> datetime | None:
    """Read a day or a moment, in UTC where no time zone is given; None for an empty text.

    Raises:
        InputInvalid: It is neither.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputInvalid(f"`{text[:40]}` is no moment. Write a day or a time, as in `2026-03-01T12:00Z`") from None


def _search(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    run: UUID | None = None,
    worker: Word = "",
    workflow: Annotated[Word, Query(description="the business process, as its charter or a halt names it")] = "",
    about: Annotated[Word, Query(description="what it concerns, `kind:id`")] = "",
    account: Word = "",
    ticket: Word = "",
    invoice: Word = "",
    alert: Word = "",
    person: Annotated[Word, Query(description="who answered, stopped, asked or owns, or whom it is about")] = "",
    trace_id: Word = "",
    kind: Word = "",
    since: Annotated[Moment | None, Query(description="entries of this moment and later")] = None,
    until: Annotated[Moment | None, Query(description="entries before this moment")] = None,
) -> Search:
    named = subjects_named(
        workflow=workflow, account=account, ticket=ticket, invoice=invoice, alert=alert, person=person
    )
    return Search(
        run=run,
        worker=worker,
        about=about,
        concerning=named,
        trace_id=trace_id,
        kind=kind,
        since=since,
        until=until,
    )


AskedSearch = Annotated[Search, Depends(_search)]
"""What is searched for; all filters given must hold."""
