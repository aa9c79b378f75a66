"""`/notices`: what the person who looks was told, newest first, and what of it is new to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from remit.governance.notices_seen import mark_seen
from remit.runtime.notifying import list_notices
from remit.web.asked import AskedHouse, Moment
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

_PAGE = 50


@router.get("/notices")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor, before: UUID | None = None) -> Response:
    """List what the visitor was told, and what became of it on each channel."""
    rows = await list_notices(house.database, visitor.person.id, before=before, limit=_PAGE + 1)
    shown: dict[str, object] = {
        "notices": rows[:_PAGE],
        "older": request.url.include_query_params(before=rows[_PAGE - 1]["id"]) if len(rows) > _PAGE else "",
        "newer": "/notices" if before else "",
    }
    return page(request, visitor, "notices.html", shown)


@router.post("/notices/read")
async def mark_all(house: AskedHouse, visitor: AskedVisitor, until: Annotated[Moment, Form()]) -> Response:
    """Mark everything up to the newest one that was shown as read; what came since stays new."""
    await mark_seen(house.database, visitor.person, until, house.clock.now())
    return see_other("/notices", "Everything you were shown is marked as read.")
