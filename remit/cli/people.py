"""`remit person`: who is here, and what each may answer for."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import command, print_json, say
from remit.cli.table import print_table
from remit.errors import NotFound
from remit.governance.roles import Person, list_people, record_person
from remit.governance.sign_in_links import make_link
from remit.settings import read_settings
from remit.store.database import Database
from remit.web.opening import open_database

app = typer.Typer(help="Say who is here, and what each may answer for.", no_args_is_help=True)

PersonId = Annotated[str, typer.Argument(metavar="PERSON", help="the person's id, as in `maria.rossi`")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@command
async def list_all(*, as_json: AsJson = False) -> None:
    """List everybody."""
    async with open_database(read_settings()) as database:
        people = await list_people(database)
    if as_json:
        return print_json(people)
    cells = [(one.id, one.name, "here" if one.is_active else "has left", ", ".join(one.roles)) for one in people]
    return print_table(("person", "name", "state", "roles"), cells, empty="nobody is here. See `remit person save`")


@app.command()
@command
async def save(
    person_id: PersonId,
    name: Annotated[str, typer.Option(help="the person's name")] = "",
    mail: Annotated[str, typer.Option(help="the person's mail address")] = "",
    role: Annotated[
        list[str] | None, typer.Option(help="a role the person holds, as `reviewer` or `reviewer@finance`; repeatable")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Add a person, or change one; what is not given stays. Whoever is saved first begins the house."""
    settings = read_settings()
    async with open_database(settings) as database:
        before = await _find(database, person_id) or Person(id=person_id, name=person_id)
        roles = before.roles if role is None else tuple(role)
        saved = Person(id=person_id, name=name or before.name, mail=mail or before.mail, roles=roles)
        await record_person(database, saved, by=settings.person, now=clock.now())
    return print_json(saved) if as_json else say(f"`{person_id}` is here: {', '.join(roles) or 'no role'}")


@app.command()
@command
async def leave(person_id: PersonId, *, as_json: AsJson = False) -> None:
    """Note that a person has left: their seats are vacant, and their approvals count no more."""
    settings = read_settings()
    async with open_database(settings) as database:
        before = await _find(database, person_id)
        if before is None:
            raise NotFound(f"nobody here is called `{person_id}`. `remit person list` shows who is")
        gone = Person(id=before.id, name=before.name, mail=before.mail, roles=before.roles, is_active=False)
        await record_person(database, gone, by=settings.person, now=clock.now())
    return print_json(gone) if as_json else say(f"`{person_id}` has left; what they held is vacant")


@app.command()
@command
async def link(
    person_id: Annotated[str, typer.Argument(metavar="[PERSON]", help="the person's id; yours when not given")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Make a link that signs a person in once, in a browser, within half an hour; for whoever has no password yet."""
    settings = read_settings()
    async with open_database(settings) as database:
        code = await make_link(database, person_id or settings.person, clock.now())
    address = f"{settings.link_base}/sign-in?code={code}"
    return print_json({"link": address}) if as_json else say(address)


async def _find(database: Database, person_id: str) -> Person | None:
    return next((one for one in await list_people(database) if one.id == person_id), None)
