"""`remit stop`, `remit resume`, `remit halts`: the kill switch."""

from typing import Annotated, Any

import orjson
import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say, short
from remit.cli.table import print_table
from remit.errors import InputInvalid
from remit.governance import blast_report, halts
from remit.governance.blast_report import BlastReport, DoneAction
from remit.governance.halts import HaltReport
from remit.governance.scopes import KINDS
from remit.runtime.reversals import Request, request_reversal
from remit.settings import read_settings
from remit.web.opening import open_connections, open_database

Scope = Annotated[str, typer.Argument(help=f"{KINDS}; or just a worker's name")]
app = typer.Typer(help="Show what a halt touches.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


def _full(scope: str) -> str:
    return scope if scope == "everything" or ":" in scope else f"worker:{scope}"


@command
async def stop(
    scope: Scope,
    reason: Annotated[str, typer.Option(help="what went wrong, in a few words")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Stop a worker, a workflow, a domain, a connection or everything. Once this has answered, nothing begins there."""
    settings = read_settings()
    async with open_database(settings) as database:
        report = await halts.stop(database, _full(scope), reason, settings.person, clock.now())
    if as_json:
        return print_json(report)
    _tell(report)
    return say(f"A second person lets it go on: `REMIT_PERSON=… remit resume {scope} --reason …`")


@command
async def resume(
    scope: Scope,
    reason: Annotated[str, typer.Option(help="why it may go on")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Lift a halt: what waited goes on. Not by the person who set it."""
    settings = read_settings()
    async with open_database(settings) as database:
        runs = await halts.lift(database, _full(scope), reason, settings.person, clock.now())
    if as_json:
        return print_json({"scope": _full(scope), "runs": runs})
    return say(f"{_full(scope)} goes on, {runs} {'run' if runs == 1 else 'runs'} with it")


def _tell(report: HaltReport) -> None:
    say(f"{report.scope} is stopped. Nothing new begins there")
    say(f"  {report.open_runs} runs wait, {report.waiting_reviews} reviews are frozen")
    say(f"  answered in {report.answered_in} ms")
    for key in report.settled:
        say(f"  was in flight and has finished: {key}")
    for key in report.in_flight:
        say(f"  is still in flight, its system has not answered: {key}")
    for process in report.confirmations:
        told = "has confirmed" if process.has_confirmed else "is silent, and can begin nothing all the same"
        asking = "".join(f"; asking {system}: {count}" for system, count in process.asking.items())
        say(f"  process {process.pid} on {process.host} {told}{asking}")
    say(f"  What it touches: `remit halt report {report.id}`. Its review: `remit incident show {report.incident}`")


@command
async def list_halts(*, as_json: AsJson = False) -> None:
    """List the halts in force."""
    async with open_database(read_settings()) as database:
        rows = await halts.list_halts(database)
    if as_json:
        return print_json(rows)
    cells = [(row["scope"], row["set_by"], ago(row["set_at"]), row["reason"]) for row in rows]
    return print_table(("scope", "set by", "since", "reason"), cells, empty="nothing is stopped")


@app.command()
@command
async def report(
    halt: Annotated[str, typer.Argument(help="the halt's number, its last characters, or the scope it holds")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a halt touches: what was done and how it is taken back, what is in flight, what waits."""
    settings = read_settings()
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        number = await halts.find_halt(database, halt)
        blast = await blast_report.report(database, number, connected.connections.operations)
    return print_json(blast) if as_json else _print(blast)


def _print(blast: BlastReport) -> None:
    say(f"{blast.halt['scope']}, stopped by {blast.halt['set_by']} {ago(blast.halt['set_at'])}: {blast.halt['reason']}")
    say(f"  in flight {len(blast.in_flight)}, runs that wait {len(blast.runs)}, frozen reviews {len(blast.reviews)}")
    for worker in blast.workers:
        say(
            f"  touches {worker.name} ({worker.process}), owned by {worker.business_owner} and {worker.technical_owner}"
        )
        for path in worker.escalation_paths:
            say(f"    hands nothing over along {path}")
    for handoff in blast.handoffs:
        say(f"  handoff under way: {handoff['path']} from {handoff['from_worker']} to {handoff['receiving_domain']}")
    cells = [(done.key, done.operation, done.about, ago(done.settled_at), _taken_back(done)) for done in blast.done]
    print_table(("done", "operation", "about", "when", "taken back by"), cells, empty="nothing was done the day before")


@app.command()
@command
async def reverse(
    key: Annotated[str, typer.Argument(help="of the action, as `remit halt report` lists it")],
    reason: Annotated[str, typer.Option(help="what went wrong, in a few words")] = "",
    argument: Annotated[
        list[str] | None, typer.Option(help="`name=value`, what the action itself does not tell; may be repeated")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Request that an action is taken back, its worker stopped or not. A second person is asked."""
    settings = read_settings()
    request = Request(key=key, who=settings.person, reason=reason, arguments=_arguments(argument or []))
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        run = await request_reversal(database, connected.connections.operations, request, clock.now())
    if as_json:
        return print_json({"run": run})
    say(f"run {run} takes it back, once a second person approves: `remit review list`")
    return None


def _arguments(given: list[str]) -> dict[str, Any]:
    """Read `name=value` each; what is JSON counts as that, anything else as a text."""
    if wrong := next((each for each in given if not each.partition("=")[1] or not each.partition("=")[0]), None):
        raise InputInvalid(f"`{wrong}` is no argument. Write `name=value`")
    return {name: _value(value) for name, _, value in (each.partition("=") for each in given)}


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _taken_back(done: DoneAction) -> str:
    if done.requested:
        newest = done.requested[-1]
        return f"run {short(newest['run'])}, requested by {newest['requested_by']}: {newest['state']}"
    if done.reversal is None:
        return "nothing"
    missing = f", needs {' and '.join(done.reversal.missing)}" if done.reversal.missing else ""
    by_hand = "" if done.reversal.is_granted else ", by a person in the system: the charter does not grant it"
    return f"{done.reversal.operation}{missing}{by_hand}"
