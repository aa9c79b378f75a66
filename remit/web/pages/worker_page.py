"""`/workers/{name}`: the page of one worker, and its tabs: all the house knows of it, and who answers for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response

from remit.charters import registry
from remit.charters.charter import Charter, Stage
from remit.charters.charter_file import parse_charter
from remit.charters.comparing import compare
from remit.charters.in_words import describe, describe_trigger
from remit.charters.worker_record import WorkerRecord
from remit.errors import NotFound
from remit.governance import identity
from remit.governance.authority import Permission
from remit.governance.budgets import workflow_of
from remit.governance.costs import Period, action_costs
from remit.governance.feedback import count_overrides, list_feedback
from remit.governance.roles import list_people
from remit.governance.shares import Share
from remit.runtime.feed import Sought, read_feed
from remit.runtime.house import House
from remit.runtime.measures import MOST_COSTED, Span
from remit.web.asked import AskedHouse
from remit.web.limits import state_harm
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor
from remit.web.rules import tell
from remit.web.seats import list_answering

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=500)]
Typed = Annotated[str, Form(max_length=4000)]

TABS: Final = {
    "": "Registry",
    "charter": "Charter",
    "could": "What it may do",
    "raci": "Who answers",
    "runs": "Runs",
    "reviews": "Reviews",
    "costs": "Costs and harm",
    "identity": "Identity",
}
_LISTED: Final = 20
_MONTH: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a tab is made from."""

    house: House
    visitor: Visitor
    record: WorkerRecord
    charter: Charter | None
    """None when it cannot be read"""
    query: Mapping[str, str]


@router.get("/workers/{name}")
async def show(request: Request, name: str, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show what the registry holds of a worker."""
    return await _show(request, name, "", house, visitor)


@router.get("/workers/{name}/{tab}")
async def show_tab(request: Request, name: str, tab: str, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show one tab of a worker."""
    if tab not in _SHOWN or not tab:
        near = get_close_matches(tab[:40], _SHOWN, n=1)
        raise NotFound(f"a worker has no page `{tab[:40]}`. {f'Did you mean `{near[0]}`?' if near else 'Go back'}")
    return await _show(request, name, tab, house, visitor)


@router.post("/workers/{name}/identity/{change}")
async def change_identity(
    name: str, change: str, house: AskedHouse, visitor: AskedVisitor, reason: Typed = ""
) -> Response:
    """Rotate, revoke or restore the identity of a worker."""
    if change not in _CHANGES:
        raise NotFound(f"an identity cannot be `{change[:40]}`. It can be {', '.join(_CHANGES)}")
    do, said = _CHANGES[change]
    wanted = identity.Change(worker=name, reason=reason, who=visitor.person.id)
    await do(house.database, wanted, house.clock.now())
    return see_other(f"/workers/{name}/identity", said)


async def _show(request: Request, name: str, tab: str, house: House, visitor: Visitor) -> Response:
    record = await registry.show_worker(house.database, name)
    text = (await registry.version(house.database, record.version)).charter
    charter = None if record.fault else parse_charter(text, file=f"{name}/charter.yaml")
    looked = Looked(house=house, visitor=visitor, record=record, charter=charter, query=request.query_params)
    shown = {
        "it": record,
        "charter": charter,
        "tab": tab,
        "tabs": TABS,
        "halts": [halt for halt in visitor.halts if halt["scope"] in record.scopes],
        "accuracy": accuracy_of(record),
        "may_change": visitor.person.may(Permission.IDENTITIES_MODIFY, record.domain.value),
        "may_propose": visitor.person.may(Permission.WORKERS_MODIFY, record.domain.value),
    }
    return page(request, visitor, f"worker_{tab or 'registry'}.html", shown | await _SHOWN[tab](looked))


def accuracy_of(record: WorkerRecord) -> Share:
    """Tell how many of a worker's proposals people approved as they were."""
    return Share(part=record.accuracy.approved, whole=record.accuracy.reviewed)


# ── the tabs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _registry(looked: Looked) -> dict[str, Any]:
    house, record = looked.house, looked.record
    systems = {each.system: each for each in house.connections}
    [standing] = await house.database.fetch(
        "list_standing", record.name, looked.visitor.formats.now - timedelta(days=7)
    )
    return {
        "triggers": [(each.name, describe_trigger(each)) for each in record.triggers],
        "connections": [(name, systems.get(name)) for name in record.connected_systems],
        "standing": standing,
        "incidents": await house.database.fetch("list_incidents_of", list(record.scopes), 5),
        "stages": await _stages(looked),
    }


async def _stages(looked: Looked) -> Mapping[str, str]:
    """Give the stage of each operation granted, as it is in force."""
    rows = await looked.house.database.fetch("list_worker_stages", looked.record.name)
    changed = {row["operation"]: row["stage"] for row in rows}
    grants = looked.record.action_permissions
    return {each.operation: changed.get(each.operation) or each.stage.value for each in grants}


async def _charter(looked: Looked) -> dict[str, Any]:
    versions = await registry.list_versions(looked.house.database, looked.record.name)
    by_digest = {each.digest: each for each in versions}
    older = next((each for each in versions if each.digest != looked.record.version), None)
    after = by_digest.get(looked.query.get("to", ""), by_digest[looked.record.version])
    before = by_digest.get(looked.query.get("from", ""), older)
    return {
        "sentences": describe(looked.charter) if looked.charter else (),
        "text": by_digest[looked.record.version].charter,
        "versions": versions,
        "before": before,
        "after": after,
        "differs": compare(before.charter, after.charter) if before else (),
        "playbook_differs": compare(before.playbook, after.playbook) if before else (),
    }


async def _could(looked: Looked) -> dict[str, Any]:
    house, query = looked.house, looked.query
    stages = await _stages(looked)
    operation, stage = query.get("operation", ""), query.get("stage", "")
    wanted = (operation, Stage(stage)) if operation and stage in set(Stage) else None
    arguments = (house.connections.operations, house.roster.shipped, looked.record.name, wanted)
    told = await tell(house.database, *arguments) if looked.charter else None
    return {"told": told, "stages": stages, "all_stages": list(Stage), "operation": operation, "stage": stage}


async def _raci(looked: Looked) -> dict[str, Any]:
    people = {one.id: one for one in await list_people(looked.house.database)}
    rows = await list_answering(looked.house.database, looked.record.name) if looked.charter else []
    return {"rows": rows, "people": people}


async def _runs(looked: Looked) -> dict[str, Any]:
    feed = await read_feed(looked.house.database, Sought(worker=looked.record.name))
    return {"rows": feed.runs[:_LISTED]}


async def _reviews(looked: Looked) -> dict[str, Any]:
    house, name = looked.house, looked.record.name
    overrides = await count_overrides(house.database, looked.visitor.formats.now - _MONTH, worker=name)
    corrections = await list_feedback(house.database, worker=name, operation="", after=None, limit=_LISTED)
    [standing] = await house.database.fetch("list_standing", name, looked.visitor.formats.now)
    shares = [
        (row, Share(part=row["decided"] - row["edited"] - row["rejected"], whole=row["decided"])) for row in overrides
    ]
    return {"shares": shares, "corrections": corrections, "standing": standing}


async def _costs(looked: Looked) -> dict[str, Any]:
    house, now = looked.house, looked.visitor.formats.now
    end = now + timedelta(seconds=1)
    span = Span(since=now - _MONTH, until=end, worker=looked.record.name)
    day = Period(since=now - timedelta(days=1), until=end, worker=looked.record.name)
    holders = [looked.record.name, *([workflow_of(looked.charter)] if looked.charter else [])]
    used = await house.database.fetch("list_budgets_of_day", holders, now.astimezone(UTC).date())
    return {
        "outcomes": await house.database.fetch("measure_costs", *span.asked, MOST_COSTED),
        "looked_at": MOST_COSTED,
        "dearest": await action_costs(house.database, day, limit=10, newest=MOST_COSTED),
        "harm": await state_harm(house.database, house.roster, looked.record.name) if looked.charter else None,
        "lines": _budget_lines(looked.charter, {(row["holder"], row["name"]): row for row in used}),
    }


def _budget_lines(charter: Charter | None, used: Mapping[tuple[str, str], Any]) -> list[dict[str, Any]]:
    """Set what is used of each budget of the day beside its limit."""
    if charter is None:
        return []
    found: list[dict[str, Any]] = []

    def line(holder: str, name: str, limit: int | None, currency: str = "") -> None:
        row = used.get((holder, name))
        if limit is None:
            return
        spent, reserved = (row["spent"], row["reserved"]) if row else (0, 0)
        title = f"{name} of the whole workflow" if holder != charter.name else name
        found.append(
            {
                "title": title,
                "limit": limit,
                "currency": currency,
                "spent": spent,
                "reserved": reserved,
                "is_cost": name == "cost",
            }
        )

    for holder, budget in ((charter.name, charter.budget), (workflow_of(charter), charter.workflow_budget)):
        line(holder, "money", budget.money, budget.currency)
        for name in ("actions", "calls", "cost", "tokens"):
            line(holder, name, getattr(budget, name))
    for grant in charter.grants:
        line(charter.name, f"operation:{grant.operation}", grant.per_day)
        line(charter.name, f"money:{grant.operation}", grant.money_per_day, grant.day_currency)
    return found


async def _identity(looked: Looked) -> dict[str, Any]:
    trust = looked.house.gateway.issuer.trust
    found = await identity.list_identities(looked.house.database, trust, looked.record.name)
    return {"who": found[0] if found else None}


_SHOWN: Final[Mapping[str, Callable[[Looked], Awaitable[dict[str, Any]]]]] = {
    "": _registry,
    "charter": _charter,
    "could": _could,
    "raci": _raci,
    "runs": _runs,
    "reviews": _reviews,
    "costs": _costs,
    "identity": _identity,
}

_CHANGES: Final[Mapping[str, tuple[Callable[..., Awaitable[int]], str]]] = {
    "rotate": (identity.rotate, "Every token minted until now is refused; runs under way get new ones."),
    "revoke": (identity.revoke, "The identity is revoked: its runs wait before their next read or write."),
    "restore": (identity.restore, "The identity counts again: what waited goes on."),
}
