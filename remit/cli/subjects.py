"""`remit subject`: erase what is held about a person, and hold what has to be kept."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance import erasure, holds
from remit.settings import read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Erase what is held about a person; hold what has to be kept.", no_args_is_help=True)

Scope = Annotated[str, typer.Argument(help="a subject `kind:id`, `worker:<name>`, or `everything`")]
Reason = Annotated[str, typer.Option(help="why, in a few words")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command()
@command
async def erase(
    subject: Annotated[str, typer.Argument(help="a person's subject, as in `candidate:C-17`")],
    reason: Reason,
    *,
    as_json: AsJson = False,
) -> None:
    """Make unreadable what the house holds about a person. It cannot be taken back."""
    settings = read_settings()
    async with open_database(settings) as database:
        done = await erasure.erase(database, subject, reason, settings.person, clock.now())
    if as_json:
        return print_json(done)
    return say(
        f"erased `{done.subject}`: {done.runs} runs, {done.memories} memories; the ledger's proofs hold as before"
    )


@app.command()
@command
async def hold(scope: Scope, reason: Reason, *, as_json: AsJson = False) -> None:
    """Keep everything about a subject, of a worker, or at all, until it is released."""
    settings = read_settings()
    async with open_database(settings) as database:
        held = await holds.hold(database, scope, reason, settings.person, clock.now())
    return print_json({"hold": str(held)}) if as_json else say(f"`{scope}` is held: nothing of it is erased")


@app.command()
@command
async def release(scope: Scope, reason: Reason, *, as_json: AsJson = False) -> None:
    """Lift a hold; a second person lifts what the first one set."""
    settings = read_settings()
    async with open_database(settings) as database:
        await holds.release(database, scope, reason, settings.person, clock.now())
    return print_json({"released": scope}) if as_json else say(f"`{scope}` is held no longer")


@app.command("holds")
@command
async def list_holds(*, as_json: AsJson = False) -> None:
    """List the holds in force."""
    async with open_database(read_settings()) as database:
        rows = await holds.list_holds(database)
    if as_json:
        return print_json([dict(row) for row in rows])
    cells = [(row["scope"], ago(row["set_at"]), row["set_by"], row["reason"]) for row in rows]
    return print_table(("scope", "since", "by", "why"), cells, empty="nothing is held")
