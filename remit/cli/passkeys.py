"""`remit passkey`: whether what is of high impact has to be approved with a passkey."""

from typing import Annotated

import typer
from webauthn.helpers import bytes_to_base64url

from remit import clock
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance import passkeys
from remit.settings import read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Have high-impact approvals signed by a device of the person's own.", no_args_is_help=True)


@app.command("list")
@command
async def list_all(
    person: Annotated[str, typer.Argument(help="a person's id")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List a person's passkeys."""
    async with open_database(read_settings()) as database:
        rows = await database.fetch("list_passkeys", person)
    shown = [(bytes_to_base64url(row["id"]), row["name"], row["made_at"]) for row in rows]
    if as_json:
        return print_json([{"id": one, "name": name, "made_at": made_at} for one, name, made_at in shown])
    cells = [(one[:16], name, ago(made_at)) for one, name, made_at in shown]
    return print_table(("passkey", "name", "made"), cells, empty="none. People add theirs in the browser")


@app.command()
@command
async def demand() -> None:
    """Demand that whatever is of high impact is approved with a passkey, by everybody."""
    settings = read_settings()
    async with open_database(settings) as database:
        await passkeys.demand(database, settings.person, clock.now())
    say("from now on what is of high impact is approved with a passkey only")


@app.command()
@command
async def relax() -> None:
    """Demand passkeys only of those who have one; a second person takes back what the first demanded."""
    settings = read_settings()
    async with open_database(settings) as database:
        await passkeys.relax(database, settings.person, clock.now())
    say("whoever has a passkey needs it for what is of high impact; whoever has none does not")
