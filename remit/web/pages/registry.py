"""`/workers`: the registry, and the page of each worker."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from remit.charters import registry
from remit.charters.charter import Domain
from remit.charters.lifecycle import Status
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]


@router.get("/workers")
async def show_all(
    request: Request, house: AskedHouse, visitor: AskedVisitor, q: Typed = "", domain: Typed = "", status: Typed = ""
) -> Response:
    """List the workers; the filters stand in the address."""
    records = await registry.list_workers(house.database)
    found = [
        each
        for each in records
        if q.lower() in f"{each.name} {each.title} {each.purpose}".lower()
        and domain in {"", each.domain}
        and status in {"", each.status}
    ]
    shown = {
        "workers": found,
        "known": len(records),
        "q": q,
        "domain": domain,
        "status": status,
        "domains": list(Domain),
        "statuses": list(Status),
    }
    return page(request, visitor, "workers.html", shown)
