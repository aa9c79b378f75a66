"""`remit stop`, `remit resume`, `remit halts`: the kill switch."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance import halts
from remit.settings import read_settings
from remit.web.opening import open_database

Scope = Annotated[str, typer.Argument(help="`everything`, `domain:<domain>`, `worker:<name>`, or just a worker's name")]
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
    """Stop a worker, a domain or everything. Once this has answered, nothing new begins there, on any machine."""
    settings = read_settings()
    async with open_database(settings) as database:
        report = await halts.stop(database, _full(scope), reason, settings.person, clock.now())
    if as_json:
        return print_json(report)
    say(f"{report.scope} is stopped. Nothing new begins there")
    say(f"  {report.open_runs} runs wait, {report.waiting_reviews} reviews are open")
    for key in report.settled:
        say(f"  was in flight and has finished: {key}")
    for key in report.in_flight:
        say(f"  is still in flight, its system has not answered: {key}")
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


@command
async def list_halts(*, as_json: AsJson = False) -> None:
    """List the halts in force."""
    async with open_database(read_settings()) as database:
        rows = await halts.list_halts(database)
    if as_json:
        return print_json(rows)
    cells = [(row["scope"], row["set_by"], ago(row["set_at"]), row["reason"]) for row in rows]
    return print_table(("scope", "set by", "since", "reason"), cells, empty="nothing is stopped")
