"""`remit vault`: the secrets of connected systems. A value goes in and is never shown."""

import sys
from typing import Annotated

import typer

from remit import clock
from remit.cli.output import command, print_json, say
from remit.connections.vault import Vault, load_vault_key
from remit.errors import InputInvalid
from remit.governance.secrets import keep_secret, remove_secret
from remit.settings import Settings, read_settings
from remit.store.database import Database
from remit.web.opening import open_database

app = typer.Typer(help="Keep the secrets of connected systems.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="the name that `connections.yaml` gives it")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


def _vault(database: Database, settings: Settings) -> Vault:
    return Vault(database, load_vault_key(settings))


@app.command()
@command
async def put(name: Name, *, as_json: AsJson = False) -> None:
    """Keep a secret, read from the input: it is never an argument, which others on the machine could see."""
    settings = read_settings()
    value = (typer.prompt(name, hide_input=True) if sys.stdin.isatty() else sys.stdin.read()).strip("\r\n")
    if not value:
        raise InputInvalid("the secret is empty. Type it, or send it in: `remit vault put NAME < file`")
    async with open_database(settings) as database:
        await keep_secret(database, _vault(database, settings), (name, value), settings.person, clock.now())
    return print_json({"name": name}) if as_json else say(f"`{name}` is in the vault, for the next start on")


@app.command("list")
@command
async def list_names(*, as_json: AsJson = False) -> None:
    """List the names of the secrets, never their values."""
    settings = read_settings()
    async with open_database(settings) as database:
        names = await _vault(database, settings).list_names()
    return print_json(names) if as_json else say("\n".join(names) or "the vault is empty")


@app.command()
@command
async def remove(name: Name, *, as_json: AsJson = False) -> None:
    """Remove a secret."""
    settings = read_settings()
    async with open_database(settings) as database:
        await remove_secret(database, _vault(database, settings), name, settings.person, clock.now())
    return print_json({"name": name}) if as_json else say(f"`{name}` is gone from the vault")
