"""`remit incident`: what halts opened, and the reviews people write of it."""

from enum import StrEnum
from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, printable, say, short
from remit.cli.table import print_table
from remit.governance import incidents
from remit.governance.incident_review import write_review
from remit.governance.incidents import Section, Writing
from remit.settings import read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Review what made somebody stop.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="the incident's number, or its last characters")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


class IncidentState(StrEnum):
    """How far the review of an incident has come."""

    ANY = ""
    OPEN = "open"
    REVIEWED = "reviewed"
    CLOSED = "closed"


@app.command("list")
@command
async def list_all(
    state: Annotated[IncidentState, typer.Option(help="only incidents in this state")] = IncidentState.ANY,
    *,
    as_json: AsJson = False,
) -> None:
    """List incidents: what is not closed first, the worst first; then what is, newest first."""
    async with open_database(read_settings()) as database:
        rows = await incidents.list_incidents(database, state=state)
    if as_json:
        return print_json(rows)
    cells = [
        (short(row["id"]), row["state"], row["scope"], ago(row["opened_at"]), row["set_by"], row["reason"])
        for row in rows
    ]
    columns = ("incident", "state", "scope", "opened", "stopped by", "reason")
    return print_table(columns, cells, empty="there is no incident")


@app.command()
@command
async def show(number: Number) -> None:
    """Print the review of an incident as Markdown: what the ledger knows, and what people wrote or are asked."""
    async with open_database(read_settings()) as database:
        review = await write_review(database, await incidents.find_incident(database, number))
    say(printable(review))


@app.command()
@command
async def write(
    number: Number,
    section: Annotated[Section, typer.Option(help="which section")],
    words: Annotated[str, typer.Option(help="what there is to say")],
    owner: Annotated[str, typer.Option(help="for a fix: the id of the person who sees to it")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Write into the review of an incident: a fix is added, another section is replaced."""
    settings = read_settings()
    async with open_database(settings) as database:
        incident = await incidents.find_incident(database, number)
        given = Writing(incident=incident, section=section, words=words, owner=owner, who=settings.person)
        state = await incidents.write_section(database, given, clock.now())
    return print_json({"state": state}) if as_json else say(f"written; the incident is {state}")


@app.command()
@command
async def close(number: Number, *, as_json: AsJson = False) -> None:
    """Close an incident, once its review is whole and its halt lifted."""
    settings = read_settings()
    async with open_database(settings) as database:
        incident = await incidents.find_incident(database, number)
        await incidents.close_incident(database, incident, settings.person, clock.now())
    return print_json({"state": "closed"}) if as_json else say("closed; the review stands as it is")
