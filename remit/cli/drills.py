"""`remit drill`: drills of the kill switch, planned and held."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.errors import Conflict
from remit.governance import drills
from remit.practice.drill import hold_drill
from remit.settings import read_settings
from remit.web.opening import open_database, open_house

app = typer.Typer(help="Drill the kill switch on the practice systems.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command()
@command
async def schedule(
    cron: Annotated[str, typer.Argument(help="five fields, in UTC: `0 9 1 * *` is the first of each month at nine")],
    *,
    as_json: AsJson = False,
) -> None:
    """Plan when drills are held; `remit up` holds them."""
    settings = read_settings()
    async with open_database(settings) as database:
        due = await drills.plan_drills(database, cron, settings.person, clock.now())
    return print_json({"next_at": due}) if as_json else say(f"the next drill is due at {due:%Y-%m-%d %H:%M} UTC")


@app.command("list")
@command
async def list_all(*, as_json: AsJson = False) -> None:
    """List the drills held, newest first, and when the next one is due."""
    async with open_database(read_settings()) as database:
        held = await drills.list_drills(database)
        due = await drills.next_drill(database, clock.now())
    if as_json:
        return print_json({"next_at": due, "held": held})
    say(f"next: {due:%Y-%m-%d %H:%M} UTC" if due else "none is planned. See `remit drill schedule`")
    outcomes = {True: "passed", False: "failed", None: "under way"}
    cells = [
        (
            ago(row["began_at"]),
            outcomes[row["has_passed"]],
            f"{row['result'].get('answered_in', 0)} ms",
            row["began_by"],
            "; ".join(row["result"].get("faults", [])),
        )
        for row in held
    ]
    return print_table(("held", "outcome", "answered in", "by", "faults"), cells, empty="no drill was held yet")


@app.command()
@command
async def run(*, as_json: AsJson = False) -> None:
    """Hold a drill now, beside a house that is up: stop a worker of its own under load, look, and let it go on."""
    settings = read_settings()
    async with open_house(settings) as house:
        result = await hold_drill(house, settings.person)
    if result is None:  # never without a moment of the plan
        raise Conflict
    if as_json:
        return print_json(result)
    say(f"the drill {'passed' if result.has_passed else 'failed'}; answered in {result.answered_in} ms")
    say(f"  began after the answer: {result.late_effects}; in flight: {result.in_flight}")
    say(f"  confirmed by {', '.join(result.confirmed) or 'nobody'}")
    for fault in result.faults:
        say(f"  {fault}")
    return None
