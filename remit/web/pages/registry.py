"""`/workers`: the registry of every worker: what it is for, who answers for it, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from remit.charters import registry
from remit.charters.charter import Domain, Stage
from remit.charters.lifecycle import Status
from remit.charters.worker_record import WorkerRecord
from remit.governance.shares import Share
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor
from remit.web.pages.worker_page import accuracy_of

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Query(max_length=500)]

STOPPED: Final = "stopped"
"""the state of a worker that a halt covers, whatever its status"""
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One worker in the list."""

    record: WorkerRecord
    state: str
    stages: Sequence[str]
    """each stage one of its operations stands at, from the most to the least supervised"""
    accuracy: Share
    standing: Row
    """what waits, what ran in the last week, the last incident and the last verdicts"""


@router.get("/workers")
async def show_all(  # noqa: PLR0913, PLR0917  # each is a filter in the query
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    q: Typed = "",
    domain: Typed = "",
    level: Typed = "",
    owner: Typed = "",
    state: Typed = "",
) -> Response:
    """List the workers; the filters stand in the address."""
    records = await registry.list_workers(house.database)
    rows = {row["name"]: row for row in await house.database.fetch("list_standing", None, visitor.formats.now - _WEEK)}
    changed = {(row["worker"], row["operation"]): row["stage"] for row in await house.database.fetch("list_stages")}
    halted = {halt["scope"] for halt in visitor.halts}
    workers = [
        Listed(
            record=each,
            state=STOPPED if not halted.isdisjoint(each.scopes) else each.status.value,
            stages=_stages(each, changed),
            accuracy=accuracy_of(each),
            standing=rows[each.name],
        )
        for each in records
        if each.name in rows
    ]
    filters = {"q": q, "domain": domain, "level": level, "owner": owner, "state": state}
    shown = {
        "workers": [each for each in workers if _matches(each, filters)],
        "known": len(records),
        "filters": filters,
        "domains": list(Domain),
        "levels": list(Stage),
        "owners": sorted({who for each in records for who in (each.business_owner, each.technical_owner) if who}),
        "states": [*Status, STOPPED],
    }
    return page(request, visitor, "workers.html", shown)


def _stages(record: WorkerRecord, changed: dict[tuple[str, str], str]) -> Sequence[str]:
    found = {changed.get((record.name, each.operation)) or each.stage.value for each in record.action_permissions}
    return [stage.value for stage in Stage if stage.value in found]


def _matches(each: Listed, filters: dict[str, str]) -> bool:
    record = each.record
    return (
        filters["q"].strip().lower() in f"{record.name} {record.title} {record.purpose} {record.process}".lower()
        and filters["domain"] in {"", record.domain}
        and filters["level"] in {"", *each.stages}
        and filters["owner"] in {"", record.business_owner, record.technical_owner}
        and filters["state"] in {"", each.state}
    )
