"""`/runs/{run}` and `/traces/{trace}`: one run whole, and the runs that one signal led to as one story."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, Response

from remit.charters.charter import Charter
from remit.errors import NotFound, RemitError
from remit.governance.authority import Permission
from remit.governance.reversal import Reversal, reversal_of
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.runtime.feed import neighbours
from remit.runtime.house import House
from remit.runtime.reversals import may_request
from remit.runtime.runs import show_run
from remit.runtime.story import Span, cost_of, handoff_span, spans_of, tell_story
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.taking_back import ask_for
from remit.web.pages.visitor import AskedVisitor, Visitor
from remit.web.pages.waterfall import draw

router = APIRouter(include_in_schema=False)

_MOST_ENTRIES = 500
_MOST_RUNS = 100


@router.get("/runs/{run}")
async def show(run: UUID, request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show a run whole: its signal, then everything in the order in which it happened."""
    row, database, now = await show_run(house.database, run), house.database, house.clock.now()
    beside = await neighbours(database, row)
    domain: str = beside["domain"] or ""
    entries = await _entries(house, visitor, run, domain)
    answers = await database.fetch("list_run_answers", run)
    handoffs = await database.fetch("list_trace_handoffs", row["trace_id"])
    story = tell_story(row, entries, answers, handoffs)
    shown = {
        "run": row,
        "domain": domain,
        "story": story,
        "cost": cost_of(story),
        "day": timedelta(days=1),
        "waterfall": draw(spans_of(row, handoffs, now)),
        "reads_ledger": visitor.person.may(Permission.LEDGER_READ, domain),
        "is_cut": len(entries) == _MOST_ENTRIES,
        "review": next((each for each in row["reviews"] if each["state"] == "open"), None),
        "reversals": await _reversals(house, row),
        "may_reverse": may_request(visitor.person, domain),
        "neighbours": beside,
        "trace": await database.fetch("list_trace_runs", row["trace_id"], _MOST_RUNS),
        "received": next((each for each in handoffs if each["id"] == row["handoff"]), None),
    }
    return page(request, visitor, "run.html", shown)


@router.get("/traces/{trace}")
async def show_trace(
    trace: Annotated[str, Path(max_length=200)], request: Request, house: AskedHouse, visitor: AskedVisitor
) -> Response:
    """Show all that followed one signal, across domains, as one story."""
    runs = await house.database.fetch("list_trace_runs", trace, _MOST_RUNS)
    if not runs:
        raise NotFound(f"no run belongs to the trace `{trace[:80]}`. The activity page lists runs")
    handoffs = await house.database.fetch("list_trace_handoffs", trace)
    now = house.clock.now()
    shown = {
        "trace": trace,
        "runs": runs,
        "handoffs": handoffs,
        "waterfall": draw(_story_spans(runs, handoffs, now)),
        "domains": list(dict.fromkeys(run["domain"] for run in runs if run["domain"])),
        "most": _MOST_RUNS,
    }
    return page(request, visitor, "trace.html", shown)


@router.post("/runs/{run}/actions/{step}/reversal")
async def reverse(
    run: UUID,
    step: Annotated[int, Path(ge=0, lt=2**31)],
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Ask for an action to be taken back: a second person is asked."""
    taking_back = await ask_for(house, visitor, f"{run}:{step}", reason, await request.form(max_fields=100))
    said = "Asked for. Nothing is taken back before a second person approves; this run does it then."
    return see_other(f"/runs/{taking_back}", said)


async def _entries(house: House, visitor: Visitor, run: UUID, domain: str) -> tuple[RecordedEntry, ...]:
    if not visitor.person.may(Permission.LEDGER_READ, domain):
        return ()
    return await find_entries(house.database, Search(run=run), limit=_MOST_ENTRIES)


async def _reversals(house: House, run: Row) -> dict[int, dict[str, Any]]:
    """Tell by step what would take each performed action back, what somebody has to look up for it, and who does."""
    charter = await _charter_of(house, run["worker"])
    found: dict[int, dict[str, Any]] = {}
    for action in run["actions"]:
        if action["state"] != "performed" or run["reverses"]:
            continue
        known: dict[str, Any] = {**action["arguments"], **(action["result"] or {})}
        plan = reversal_of(action["operation"], house.connections.operations, known, charter)
        if plan:
            before = await house.database.fetch_row("find_reversal", f"{run['id']}:{action['step']}")
            found[action["step"]] = {"plan": plan, "fields": _fields(plan, action), "run": before}
    return found


def _fields(plan: Reversal, action: dict[str, Any]) -> list[tuple[str, Any]]:
    """Name what has to be looked up, each with what was set; the reason is asked for anyway."""
    names = [*plan.missing, *(action["arguments"] if plan.sets_a_value else ())]
    wanted = [name for name in dict.fromkeys(names) if name != "reason" and name not in plan.arguments]
    return [(name, action["arguments"].get(name)) for name in wanted]


async def _charter_of(house: House, worker: str) -> Charter | None:
    try:
        return (await house.roster.mandate(worker)).charter
    except RemitError:  # not on duty: then nobody can say what it is granted
        return None


def _story_spans(runs: list[Row], handoffs: list[Row], now: datetime) -> list[Span]:
    over = {"done", "exception", "stopped"}
    spans = [
        Span(
            name=f"{run['worker']} · {(run['domain'] or '').replace('_', ' ')}",
            kind="run",
            begin=run["opened_at"],
            end=run["changed_at"] if run["state"] in over else max(now, run["opened_at"]),
            is_over=run["state"] in over,
        )
        for run in runs
    ]
    spans += [handoff_span(each, now) for each in handoffs]
    return sorted(spans, key=lambda span: span.begin)
