"""`remit bypass`: two people let a review rule rest for some time."""

from datetime import timedelta
from typing import Annotated

import typer

from remit import clock
from remit.cli.number import Number, read_number
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance import bypasses
from remit.governance.bypasses import Bypass
from remit.governance.house import HouseRules
from remit.settings import read_settings
from remit.store.database import Row
from remit.web.opening import open_database

app = typer.Typer(help="Let a review rule rest: one person asks, another grants.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@command
async def list_running(
    *,
    everything: Annotated[bool, typer.Option("--all", help="those that are over too")] = False,
    as_json: AsJson = False,
) -> None:
    """List the bypasses asked for and in force, newest first."""
    async with open_database(read_settings()) as database:
        rows = await bypasses.list_bypasses(database, clock.now(), is_running=not everything)
    if as_json:
        return print_json(rows)
    cells = [
        (
            str(row["id"]),
            row["domain"],
            _what(row),
            row["asked_by"],
            row["granted_by"] or "nobody yet",
            ago(row["until"]),
        )
        for row in rows
    ]
    return print_table(("bypass", "domain", "rests", "asked", "granted", "ends"), cells, empty="nothing rests")


@app.command()
@command
async def ask(
    domain: Annotated[str, typer.Argument(help="where")],
    what: Annotated[
        str, typer.Argument(help="a review rule, `worker/rule`, or `worker/operation` for all that asks there")
    ],
    minutes: Annotated[int, typer.Option(min=1, max=240, help="for how long, from now on")] = 60,
    reason: Annotated[str, typer.Option(help="why")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Ask for a bypass; nothing rests before a second person grants it."""
    settings = read_settings()
    worker, _, rule = what.rpartition("/")
    is_operation = "." in rule and ":" not in rule
    rests = {"rule": "" if is_operation else rule, "worker": worker, "operation": rule if is_operation else ""}
    asked = Bypass(domain=domain, reason=reason, lasts=timedelta(minutes=minutes), **rests)
    async with open_database(settings) as database:
        number = await bypasses.ask_bypass(database, HouseRules.load(), asked, settings.person, clock.now())
    if as_json:
        return print_json({"bypass": number})
    return say(f"A second person grants it: `REMIT_PERSON=… remit bypass grant {number}`")


@app.command()
@command
async def grant(number: Number, *, as_json: AsJson = False) -> None:
    """Grant a bypass another person asked for."""
    settings = read_settings()
    async with open_database(settings) as database:
        await bypasses.grant_bypass(database, read_number(number), settings.person, clock.now())
    return print_json({"bypass": number}) if as_json else say("in force until its end; every decision under it says so")


@app.command()
@command
async def end(number: Number, *, as_json: AsJson = False) -> None:
    """End a bypass before its time, or refuse one that is asked for."""
    settings = read_settings()
    async with open_database(settings) as database:
        await bypasses.end_bypass(database, read_number(number), settings.person, clock.now())
    return print_json({"bypass": number}) if as_json else say("ended")


def _what(row: Row) -> str:
    return " ".join(part for part in (row["rule"], row["operation"], row["worker"]) if part)
