"""`remit notices`: what people were told, and whether it went out."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance.notices_seen import mark_seen
from remit.governance.roles import person as find_person
from remit.runtime.notifying import list_notices
from remit.settings import read_settings
from remit.web.opening import open_database


@command
async def notices(
    person: Annotated[str, typer.Argument(help="a person's id; everybody when not given")] = "",
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    read: Annotated[bool, typer.Option("--read", help="mark what you were told until now as read")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List what people were told, newest first, and whether it was delivered."""
    settings = read_settings()
    async with open_database(settings) as database:
        if read:
            await mark_seen(database, await find_person(database, settings.person), clock.now(), clock.now())
            return print_json({"read": settings.person}) if as_json else say("marked as read")
        rows = await list_notices(database, person or None, limit=limit)
    if as_json:
        return print_json([dict(row) for row in rows])
    cells = [
        (ago(row["made_at"]), ", ".join(row["recipients"]), row["title"], _delivered(row["deliveries"])) for row in rows
    ]
    return print_table(("when", "to", "what", "went out"), cells, empty="nobody was told anything yet")


def _delivered(deliveries: Sequence[dict[str, Any]]) -> str:
    return ", ".join(f"{one['channel']} {one['state']}" for one in deliveries) or "shown here only"
