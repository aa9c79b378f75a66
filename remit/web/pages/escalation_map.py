"""`/map`: how work crosses between domains, who answers for it, and where it may get lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from remit.errors import InputInvalid
from remit.runtime.escalation_map import DOMAINS, LOOKS_BACK, MappedPath, read_map
from remit.runtime.feed import Place
from remit.runtime.house import House
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.pages.addresses import address
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]

STATES: Final = ("under_way", "late", "open", "acknowledged", "completed", "failed")
_PAGE: Final = 25
_COLUMN: Final = 150
_ROW: Final = 26
_TOP: Final = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One path as it is drawn: a line from the column of one domain to that of another."""

    path: MappedPath
    href: str
    x: int
    to: int
    y: int
    tone: str
    text_x: int

    @property
    def head(self) -> str:
        """The three corners of the arrow."""
        back = -7 if self.to >= self.x else 7
        return f"{self.to},{self.y} {self.to + back},{self.y - 4} {self.to + back},{self.y + 4}"


@router.get("/map")
async def show(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    domain: Typed = "",
    path: Typed = "",
    worker: Typed = "",
    state: Typed = "",
    after: Typed = "",
) -> Response:
    """Show the paths as a drawing and as a table, who gets what now, and the handoffs."""
    if domain and domain not in DOMAINS:
        raise InputInvalid(f"`{domain[:40]}` is no domain. There are {', '.join(DOMAINS)}")
    every = await read_map(house.database, house.clock.now())
    paths = [each for each in every if domain in {"", each.sender, each.receiver}]
    filters = {"domain": domain, "path": path, "worker": worker, "state": state}
    handoffs, older = await _handoffs(house, filters, Place.from_text(after))
    shown = {
        "paths": paths,
        "known": len(every),
        "domains": DOMAINS,
        "columns": [(name, index * _COLUMN + _COLUMN // 2) for index, name in enumerate(DOMAINS)],
        "links": _drawn(paths, domain),
        "height": _TOP + _ROW * len(paths) + 6,
        "chosen": next((each for each in every if each.name == path and worker in {"", each.worker}), None),
        "pathless": [name for name in DOMAINS if not any(name in {each.sender, each.receiver} for each in every)],
        "filters": filters,
        "handoffs": handoffs,
        "states": STATES,
        "days": LOOKS_BACK.days,
        "hrefs": {(each.worker, each.name): _href(each, domain) for each in every},
        "all_handoffs": address("/map", domain=domain),
        "newest": address("/map", filters) if after else "",
        "older": address("/map", filters, after=older.as_text()) if older else "",
    }
    return page(request, visitor, "map.html", shown)


def _href(path: MappedPath, domain: str, state: str = "") -> str:
    return address("/map", domain=domain, path=path.name, worker=path.worker, state=state)


def _drawn(paths: Sequence[MappedPath], domain: str) -> list[Link]:
    links: list[Link] = []
    for number, each in enumerate(paths):
        ends = (each.sender, each.receiver)
        if any(end not in DOMAINS for end in ends):
            continue
        x, to = (DOMAINS.index(end) * _COLUMN + _COLUMN // 2 for end in ends)
        to = to if to != x else x + 40  # within one domain
        tone = "bad" if each.is_severe else "warn" if each.gaps else "good"
        y = _TOP + _ROW * number + _ROW // 2
        links.append(Link(path=each, href=_href(each, domain), x=x, to=to, y=y, tone=tone, text_x=(x + to) // 2))
    return links


async def _handoffs(house: House, filters: dict[str, str], after: Place | None) -> tuple[list[Row], Place | None]:
    if filters["state"] and filters["state"] not in STATES:
        raise InputInvalid(f"no handoff is ever `{filters['state'][:40]}`. There are {', '.join(STATES)}")
    place = (after.moment, after.id) if after else (None, None)
    what = (filters["state"], filters["domain"], filters["path"], filters["worker"])
    async with house.database.transaction() as transaction:
        await transaction.execute("plan_anew")
        rows = await transaction.fetch("search_handoffs", *what, *place, _PAGE + 1, house.clock.now())
    if len(rows) <= _PAGE:
        return rows, None
    last = rows[_PAGE - 1]
    return rows[:_PAGE], Place(moment=last["opened_at"], id=last["id"])
