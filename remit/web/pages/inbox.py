"""`/reviews`: the inbox of a reviewer, list and item side by side.

The item stands in the address, so that nobody's item changes under their hands: a list that changes is news beside it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from remit.charters.charter import Domain
from remit.connections.operation import Risk
from remit.errors import NotFound
from remit.governance.feedback import RejectCode
from remit.governance.passkeys import needs_passkey
from remit.governance.pending_answers import find_draft, list_pending, list_undone
from remit.governance.reviews import Inbox, list_inbox, show_review, summarize_alone
from remit.runtime.house import House
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.review_form import fields_of
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

PAGE: Final = 50

_UNDONE: Final = timedelta(hours=1)  # as long an approval that came to nothing is shown above everything

Word = Annotated[str, Field(max_length=200)]


class Wanted(BaseModel):
    """Which reviews the inbox lists; what is empty takes any."""

    show: Annotated[str, Field(pattern="^(mine|open|approved|rejected|expired|used|superseded|lapsed)$")] = "mine"
    domain: Word = ""
    risk: Word = ""
    worker: Word = ""
    operation: Word = ""
    after: UUID | None = None

    def query(self, **more: object) -> str:
        """Write the filters as the query of an address, with what else it says."""
        said = self.model_dump(exclude_defaults=True, mode="json") | {k: str(v) for k, v in more.items() if v}
        return f"?{urlencode(said)}" if said else ""


def _wanted(wanted: Annotated[Wanted, Query()]) -> Wanted:
    return wanted


AskedInbox = Annotated[Wanted, Depends(_wanted)]
"""The filters of the inbox, from the address."""


@router.get("/reviews")
async def show(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    wanted: AskedInbox,
    id: UUID | None = None,  # noqa: A002
) -> Response:
    """Show the inbox; without an item the first one is put into the address."""
    listed = await list_inbox(house.database, _inbox(wanted, visitor), limit=PAGE + 1)
    pending = await list_pending(house.database, visitor.person.id)
    if id is None and listed:
        return see_other(f"/reviews{wanted.query(id=listed[0]['id'])}")
    item = await _item(house, visitor, id) if id else None
    shown = {
        "wanted": wanted,
        "listed": listed[:PAGE],
        "older": listed[PAGE - 1]["id"] if len(listed) > PAGE else None,
        "chosen": id,
        "item": item,
        "pending": pending,
        "undone": await list_undone(house.database, visitor.person.id, visitor.formats.now - _UNDONE),
        "alone": None if listed else await _alone(house),
        "choices": {"domains": list(Domain), "risks": list(Risk), "codes": list(RejectCode)},
    }
    return page(request, visitor, "reviews.html", shown)


@router.get("/reviews/{review}")
async def show_one(review: UUID, _: AskedVisitor) -> Response:
    """Lead a link in a notice to the inbox, with its item."""
    return see_other(f"/reviews?id={review}")


async def next_after(house: House, visitor: Visitor, wanted: Wanted, review: UUID) -> UUID | None:
    """Tell which item comes after one in the list, or from its beginning."""
    later = wanted.model_copy(update={"after": review})
    for each in (later, wanted.model_copy(update={"after": None})):
        for row in await list_inbox(house.database, _inbox(each, visitor), limit=2):
            if row["id"] != review:
                return row["id"]
    return None


def _inbox(wanted: Wanted, visitor: Visitor) -> Inbox:
    return Inbox(
        person=visitor.person.id,
        moment=visitor.formats.now,
        is_mine=wanted.show == "mine",
        state="open" if wanted.show == "mine" else wanted.show,
        domain=wanted.domain,
        risk=wanted.risk,
        worker=wanted.worker,
        operation=wanted.operation,
        after=wanted.after,
    )


async def _item(house: House, visitor: Visitor, number: UUID) -> Mapping[str, Any] | None:
    """Give everything one item shows, with what its reader typed before."""
    try:
        review = await show_review(house.database, number, visitor.formats.now)
    except NotFound:
        return None
    draft = await find_draft(house.database, number, visitor.person.id)
    is_same = draft is not None and draft["digest"] == review["digest"]
    typed: dict[str, str] = draft["fields"] if draft and is_same else {}
    fields = fields_of(review["arguments"], review["packet"].get("counts") or "", typed)
    who = visitor.person.id
    return review | {
        "acted": await house.database.fetch_row("find_action_of_review", number),
        "fields": fields,
        "typed": typed,
        "stale": draft["fields"] if draft and not is_same else None,
        "mine": next((one for one in review["can_answer"] if one["person"] == who), None),
        "why_not": review["excluded"].get(who, ""),
        "signs": review["risk"] == Risk.HIGH and await needs_passkey(house.database, who),
        "is_over": review["state"] != "open" or review["expires_at"] <= visitor.formats.now,
    }


async def _alone(house: House) -> Row:
    """Count what workers did today by themselves, for whoever has nothing left to decide."""
    now: datetime = house.clock.now().astimezone(UTC)
    return await summarize_alone(house.database, now.replace(hour=0, minute=0, second=0, microsecond=0))
