"""`/runs`: the feed of what workers do; the filters stand in the address."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from remit.charters.charter import Domain
from remit.runtime.feed import LOOKED_THROUGH, STATES, Place, Sought, read_feed
from remit.web.asked import AskedHouse
from remit.web.ledger_filters import read_moment
from remit.web.pages.addresses import address
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]


@router.get("/runs")
async def show_feed(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    q: Typed = "",
    state: Typed = "",
    worker: Typed = "",
    domain: Typed = "",
    since: Typed = "",
    until: Typed = "",
    after: Typed = "",
) -> Response:
    """List runs, last changed first."""
    place = Place.from_text(after)
    span = {"since": read_moment(since), "until": read_moment(until)}
    sought = Sought(state=state, worker=worker, domain=domain, text=q.strip(), after=place, **span)
    feed = await read_feed(house.database, sought)
    filters = {"q": q, "state": state, "worker": worker, "domain": domain, "since": since, "until": until}
    names = [row["name"] for row in await house.database.fetch("list_worker_names")]
    shown = {
        "feed": feed,
        "filters": filters,
        "asked": {name: value for name, value in filters.items() if value},
        "states": list(STATES),
        "workers": names if worker in {"", *names} else sorted([*names, worker]),
        "domains": list(Domain),
        "failed_only": address("/runs", filters, state="" if state == "failed" else "failed"),
        "newest": address("/runs", filters) if place else "",
        "older": address("/runs", filters, after=feed.next.as_text()) if feed.next else "",
        "most": LOOKED_THROUGH,
        "without": {name: address("/runs", filters, **{name: ""}) for name, value in filters.items() if value},
    }
    return page(request, visitor, "activity.html", shown)
