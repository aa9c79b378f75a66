"""`remit runs`, `remit run show` and `remit handoffs`: what workers did and do."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from remit.charters.charter import Domain
from remit.cli.output import ago, command, field, in_money, print_json, say, short
from remit.cli.table import print_table
from remit.runtime import handoffs, runs
from remit.runtime.run import RunState
from remit.settings import read_settings
from remit.store.database import Row
from remit.web.opening import open_database

app = typer.Typer(help="Look at one run.", no_args_is_help=True)


Limit = Annotated[int, typer.Option(min=1, max=500, help="how many at most")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


class HandoffState(StrEnum):
    """How far a handoff has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    COMPLETED = "completed"
    FAILED = "failed"


@command
async def list_runs(
    state: Annotated[RunState | None, typer.Option(help="only runs in this state; `exception` is the queue")] = None,
    worker: Annotated[str, typer.Option(help="only runs of this worker")] = "",
    domain: Annotated[Domain | None, typer.Option(help="only runs of the workers of this domain")] = None,
    trace: Annotated[str, typer.Option(help="only runs of this trace: one story across domains")] = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List runs, last changed first."""
    which = runs.RunFilter(state=state or "", worker=worker, domain=domain or "", trace_id=trace, limit=limit)
    async with open_database(read_settings()) as database:
        rows = await runs.list_runs(database, which)
    if as_json:
        return print_json(rows)
    cells = [
        (short(row["id"]), row["worker"], _state(row), ago(row["changed_at"]), row["subject"] or row["type"])
        for row in rows
    ]
    notes = [_note(row) for row in rows]
    empty = "no such runs. `remit signal send --help` says how to begin one"
    return print_table(("run", "worker", "state", "changed", "about"), cells, empty=empty, notes=notes)


def _state(row: Row) -> str:
    return f"{row['state']} ({row['waits_for']})" if row["waits_for"] else row["state"]


def _note(row: Row) -> str:
    """Say why in one sentence: a run that asks a person names the first rule that asks, `run show` names them all."""
    return row["reason"].partition("; ")[0] if row["waits_for"] == "review" else row["reason"]


@app.callback()
def _group() -> None:
    """Look at one run."""


@app.command()
@command
async def show(
    number: Annotated[str, typer.Argument(help="the run's number, or its first or last characters")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a run: its signal, steps, decisions, reviews and effects."""
    async with open_database(read_settings()) as database:
        row = await runs.show_run(database, await runs.find_run(database, number))
    if as_json:
        return print_json(row)
    say(f"run {row['id']} of {row['worker']}: {_state(row)}")
    field("began with", f"`{row['type']}` about {row['subject'] or 'nothing named'}, from {row['source']}")
    field("trace", row["trace_id"])
    if row["reason"]:
        field("reason", row["reason"])
    if row["reverses"]:
        field("takes back", row["reverses"])
    if row["overrides"]:
        field("people", f"{', '.join(row['overrides'])} what it did")
    for review in row["reviews"]:
        field("review", f"{short(review['id'])}: {review['state']}")
    say()
    steps = [(str(step["number"]), step["kind"], step["name"], _answer(step)) for step in row["steps"]]
    print_table(("step", "kind", "name", "answer"), steps, empty="no steps recorded yet")
    return _show_actions(row["actions"])


def _answer(step: dict[str, Any]) -> str:
    result = step["result"]
    if step["kind"] == "judge" and isinstance(result, dict):
        return f"confidence {result['confidence']} by {result['by']}: {result['because']}"
    if step["kind"] == "act" and isinstance(result, dict):
        return f"{result['state']} {result['reason']}".strip()
    text = "nothing" if result is None else str(result)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 160  # characters of an answer in the table


def _show_actions(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        decision = action["decision"]
        say()
        say(f"action {action['step']}: {action['operation']}, {action['state']}")
        for name, value in action["arguments"].items():
            field(name, in_money(name, value, action["arguments"].get("currency")))
        field("decided", f"{decision['verdict']}, by {', '.join(decision['rules'])}")
        for reason in decision["reasons"]:
            field("", reason)
        if action["reason"] and action["reason"] not in "; ".join(decision["reasons"]):
            field("because", action["reason"])


@command
async def list_handoffs(
    state: Annotated[HandoffState | None, typer.Option(help="only handoffs in this state")] = None,
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List handoffs between domains, newest first."""
    async with open_database(read_settings()) as database:
        rows = await handoffs.list_handoffs(database, state=state or "", limit=limit)
    if as_json:
        return print_json(rows)
    columns = ("path", "from", "to", "owner", "state", "opened")
    cells = [
        (row["path"], row["from_worker"], row["receiving_domain"], row["owner"], row["state"], ago(row["opened_at"]))
        for row in rows
    ]
    return print_table(columns, cells, empty="no such handoffs", notes=[row["reason"] for row in rows])
