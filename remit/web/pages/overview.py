"""`/`: the overview. Throughput, integrity and trust side by side; what outcomes cost; what waits for somebody."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from remit.charters.charter import Domain
from remit.errors import InputInvalid
from remit.governance.authority import Permission
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.runtime import comparison
from remit.runtime.feed import Sought, read_feed
from remit.runtime.house import House
from remit.runtime.measures import Measured, Span, measure
from remit.web.asked import AskedHouse
from remit.web.ledger_filters import read_moment
from remit.web.pages.addresses import address
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]

COMPARED: Final = {"previous": "the period before"}
"""What a period may be compared with, by its word in the address."""
PRESETS: Final = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
_HEIGHT: Final = 72
_WIDTH: Final = 480
_LISTED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a drawing."""

    x: float
    width: float
    top: float
    height: float
    bad: float
    """how much of its height, from the bottom, are exceptions"""
    part: object


@router.get("/")
async def show(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    since: Annotated[str, Query(alias="from", max_length=100)] = "",
    until: Annotated[str, Query(alias="to", max_length=100)] = "",
    worker: Typed = "",
    domain: Typed = "",
    compare: Typed = "",
) -> Response:
    """Show how the house is doing; the filters stand in the address."""
    span = _span(visitor.formats.now, since, until, worker, domain)
    measured, earlier = await _measure(house, span, compare)
    names = [row["name"] for row in await house.database.fetch("list_worker_names")]
    failed = await read_feed(house.database, Sought(state="exception", worker=worker, domain=domain))
    exceptions = failed.runs
    filters = {"from": since, "to": until, "worker": worker, "domain": domain, "compare": compare}
    shown = {
        "it": measured,
        "bars": _bars(measured),
        "drawing": (_WIDTH, _HEIGHT),
        "filters": filters,
        "presets": _presets(filters),
        "workers": names if worker in {"", *names} else sorted([*names, worker]),
        "domains": list(Domain),
        "exceptions": exceptions[:_LISTED],
        "has_more": len(exceptions) > _LISTED,
        "complete": await _completeness(house, visitor),
        "links": _links(span),
        **_compared(measured, earlier),
        "is_empty": not names,
    }
    return page(request, visitor, "overview.html", shown)


async def _measure(house: House, span: Span, compare: str) -> tuple[Measured, Measured | None]:
    """Measure a period and, where that is asked for, the one it is compared with."""
    if compare and compare not in COMPARED:
        raise InputInvalid(f"nothing can be compared with `{compare[:40]}`. There is {', '.join(COMPARED)}")
    if not compare:
        return await measure(house.database, span), None
    span.check()
    now, then = await asyncio.gather(measure(house.database, span), measure(house.database, comparison.before(span)))
    return now, then


def _compared(now: Measured, then: Measured | None) -> Mapping[str, object]:
    """Give what the page says of the period before; nothing of it where nobody asked."""
    shown: dict[str, object] = {"comparisons": COMPARED, "then": then, "changes": {}, "before": {}}
    if then:
        shown |= {"changes": comparison.compare(now, then), "before": _links(then.span)}
        shown |= {"costlier": comparison.compare_costs(now, then), "slower": comparison.compare_latencies(now, then)}
    return shown


def _span(now: datetime, since: str, until: str, worker: str, domain: str) -> Span:
    end = read_moment(until) or now
    begin = PRESETS.get(since)
    moment = end - begin if begin else read_moment(since) or end - PRESETS["7d"]
    return Span(since=moment, until=end, worker=worker, domain=domain)


def _presets(filters: Mapping[str, str]) -> Sequence[tuple[str, str, bool]]:
    """Give each preset with its address, and whether it is what is shown."""
    kept = {name: filters[name] for name in ("worker", "domain", "compare")}
    chosen = "" if filters["to"] else filters["from"] or "7d"
    return [(name, address("/", kept, **{"from": name}), name == chosen) for name in PRESETS]


def _links(span: Span) -> Mapping[str, str]:
    """Give the pages that show the rows behind each number."""
    who = {"worker": span.worker, "domain": span.domain}
    time = {"since": span.since.isoformat(timespec="seconds"), "until": span.until.isoformat(timespec="seconds")}
    ledger = {"worker": span.worker} | time
    runs = {name: address("/runs", who, time, state=name) for name in ("done", "exception", "stopped")}
    kinds = ("action.performed", "action.decided", "action.failed", "handoff.opened", "review.answered", "limit.spiked")
    entries = {kind: address("/ledger", ledger, kind=kind) for kind in (*kinds, "reversal.requested")}
    reviews = {f"reviews.{name}": address("/reviews", who, show=name) for name in ("used", "rejected", "open")}
    return {"runs": address("/runs", who, time), **runs, **entries, **reviews}


def _bars(measured: Measured) -> Sequence[Bar]:
    most = max((part.runs for part in measured.parts), default=0)
    step = _WIDTH / len(measured.parts)
    scale = _HEIGHT / most if most else 0.0
    return [
        Bar(
            x=round(at * step + 1, 1),
            width=round(step - 2, 1),
            top=round(_HEIGHT - part.runs * scale, 1),
            height=round(part.runs * scale, 1),
            bad=round(part.exceptions * scale, 1),
            part=part,
        )
        for at, part in enumerate(measured.parts)
    ]


async def _completeness(house: House, visitor: Visitor) -> RecordedEntry | None:
    """Find the last measure of how complete the record is; nothing for who may not read it."""
    if not any(visitor.person.may(Permission.LEDGER_READ, domain) for domain in ("", *Domain)):
        return None
    found = await find_entries(house.database, Search(kind="completeness.measured"), limit=1)
    return found[0] if found else None
