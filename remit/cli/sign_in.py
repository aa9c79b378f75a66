"""`remit person password` and the commands for personal tokens: how people and their scripts sign in."""

import sys
from typing import Annotated
from uuid import UUID

import typer

from remit import clock
from remit.cli.output import command, print_json, say
from remit.cli.people import AsJson, PersonId
from remit.cli.table import print_table
from remit.errors import InputInvalid
from remit.governance.accounts import set_password
from remit.governance.personal_tokens import list_tokens, mint_token, revoke_token
from remit.settings import read_settings
from remit.web.opening import open_database


@command
async def password(person_id: PersonId, *, as_json: AsJson = False) -> None:
    """Give a person a password, typed or read from the input: it is never an argument, which others could see."""
    settings = read_settings()
    if sys.stdin.isatty():
        given = typer.prompt(f"new password of {person_id}", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.read().strip("\r\n")
    async with open_database(settings) as database:
        await set_password(database, person_id, given, settings.person, clock.now())
    done = f"`{person_id}` signs in with the new password; sessions that were there have ended"
    return print_json({"person": person_id}) if as_json else say(done)


@command
async def token(
    person_id: PersonId,
    days: Annotated[int, typer.Option(help="for how many days it counts, 1 to 366")] = 90,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a token a person's scripts act with. It is shown this once."""
    settings = read_settings()
    async with open_database(settings) as database:
        made = await mint_token(database, person_id, days, settings.person, clock.now())
    return print_json({"token": made}) if as_json else say(made)


@command
async def tokens(person_id: PersonId, *, as_json: AsJson = False) -> None:
    """List the tokens of a person's scripts that count."""
    async with open_database(read_settings()) as database:
        found = await list_tokens(database, person_id, clock.now())
    if as_json:
        return print_json(found)
    cells = [(str(row["id"]), f"{row['made_at']:%Y-%m-%d}", f"{row['expires_at']:%Y-%m-%d}") for row in found]
    return print_table(("token", "made", "counts until"), cells, empty=f"`{person_id}` has no token")


@command
async def revoke(
    person_id: PersonId,
    number: Annotated[str, typer.Argument(metavar="TOKEN", help="its number, as `remit person tokens` shows it")],
    *,
    as_json: AsJson = False,
) -> None:
    """Let a token count no more, from the next request on."""
    settings = read_settings()
    try:
        wanted = UUID(number)
    except ValueError:
        raise InputInvalid(f"`{number[:100]}` is not the number of a token. `remit person tokens` shows it") from None
    async with open_database(settings) as database:
        await revoke_token(database, person_id, wanted, settings.person, clock.now())
    return print_json({"token": number}) if as_json else say("the token counts no more")
