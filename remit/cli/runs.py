"""`remit runs`, `remit run show` and `remit handoffs`: what workers did and do."""

from typing import Annotated, Any

import typer

from remit.cli.output import ago, command, print_json, print_table, say, short
from remit.runtime import handoffs, runs
from remit.runtime.run import RunState
from remit.settings import read_settings
from remit.store.database import Row
from remit.web.opening import open_database

app = typer.Typer(help="Look at one run.", no_args_is_help=True)


@command
async def list_runs(
    state: Annotated[RunState | None, typer.Option(help="only runs in this state; `exception` is the queue")] = None,
    worker: Annotated[str, typer.Option(help="only runs of this worker")] = "",
    trace: Annotated[str, typer.Option(help="only runs of this trace: one story across domains")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List runs, last changed first."""
    which = runs.RunFilter(state=state or "", worker=worker, trace_id=trace, limit=limit)
    async with open_database(read_settings()) as database:
        rows = await runs.list_runs(database, which)
    if as_json:
        return print_json([dict(row) for row in rows])
    cells = [(short(row["id"]), row["worker"], _state(row), ago(row["changed_at"]), _what(row)) for row in rows]
    columns = ("run", "worker", "state", "changed", "about")
    return print_table("Runs", columns, cells, empty="no runs. Send a signal: `remit signal send --help`")


def _state(row: Row) -> str:
    return f"{row['state']} ({row['waits_for']})" if row["waits_for"] else row["state"]


def _what(row: Row) -> str:
    about = row["subject"] or row["type"]
    return f"{about}: {row['reason']}" if row["reason"] else about


@app.callback()
def _group() -> None:
    """Look at one run."""


@app.command()
@command
async def show(
    number: Annotated[str, typer.Argument(help="the run's number, or its first or last characters")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show a run: its signal, steps, decisions, reviews and effects."""
    async with open_database(read_settings()) as database:
        row = await runs.show_run(database, await runs.find_run(database, number))
    if as_json:
        return print_json(dict(row))
    say(f"run {row['id']} of {row['worker']}: {_state(row)}")
    say(f"  began with  `{row['type']}` about {row['subject'] or 'nothing named'}, from {row['source']}")
    say(f"  trace       {row['trace_id']}")
    if row["reason"]:
        say(f"  outcome     {row['reason']}")
    say("")
    steps = [(str(step["number"]), step["kind"], step["name"], _answer(step)) for step in row["steps"]]
    print_table("Steps", ("step", "kind", "name", "answer"), steps, empty="no steps recorded yet")
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
        say("")
        say(f"action {action['step']}: {action['operation']}, {action['state']}")
        say(f"  decided     {decision['verdict']}, by {', '.join(decision['rules'])}")
        for reason in decision["reasons"]:
            say(f"              {reason}")
        if action["reason"] and action["reason"] not in "; ".join(decision["reasons"]):
            say(f"  because     {action['reason']}")


@command
async def list_handoffs(
    state: Annotated[str, typer.Option(help="open, acknowledged, completed or failed")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List handoffs between domains, newest first."""
    async with open_database(read_settings()) as database:
        rows = await handoffs.list_handoffs(database, state=state, limit=limit)
    if as_json:
        return print_json([dict(row) for row in rows])
    columns = ("path", "from", "to", "owner", "state", "opened", "reason")
    cells = [
        (
            row["path"],
            row["from_worker"],
            row["receiving_domain"],
            row["owner"],
            row["state"],
            ago(row["opened_at"]),
            row["reason"],
        )
        for row in rows
    ]
    return print_table("Handoffs", columns, cells, empty="no handoffs")
