"""`remit rota`, `remit absence`, `remit delegation`: who is told of reviews, who is away, and who answers for whom."""

from datetime import timedelta
from typing import Annotated

import typer

from remit import clock
from remit.cli.number import Number, read_number
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.governance import review_rota, stand_ins
from remit.governance.review_rota import Rota, Turn
from remit.governance.stand_ins import Absence, Delegation
from remit.settings import read_settings
from remit.web.opening import open_database

rotas = typer.Typer(help="Say in which order people are told of reviews.", no_args_is_help=True)
absences = typer.Typer(help="Say who is away.", no_args_is_help=True)
delegations = typer.Typer(help="Let another person answer reviews for you.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Days = Annotated[int, typer.Option(min=1, max=366, help="for how many days")]


@rotas.command("list")
@command
async def list_rotas(*, as_json: AsJson = False) -> None:
    """List the rotas, each in its order."""
    async with open_database(read_settings()) as database:
        rows = await review_rota.list_rotas(database, clock.now())
    if as_json:
        return print_json(rows)
    cells = [
        (row["role"], row["domain"] or "everywhere", str(row["place"]), row["person"], "away" if row["is_away"] else "")
        for row in rows
    ]
    return print_table(("role", "domain", "place", "person", ""), cells, empty="no rota: everybody with a role is told")


@rotas.command("set")
@command
async def set_rota(
    role: Annotated[str, typer.Argument(help="a role, or a role and its domain, as in `reviewer@finance`")],
    people: Annotated[list[str] | None, typer.Argument(help="who is told first, next, …; nobody tells all")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say in which order the people of a role are told; it takes the place of what was said before."""
    settings = read_settings()
    name, _, domain = role.partition("@")
    rota = Rota(role=name, domain=domain, turns=tuple(Turn(person=person) for person in people or ()))
    async with open_database(settings) as database:
        await review_rota.set_rota(database, rota, settings.person, clock.now())
    if as_json:
        return print_json({"role": name, "domain": domain, "people": people or []})
    return say(f"{role}: {', '.join(people or ()) or 'everybody is told'}")


@absences.command("list")
@command
async def list_absences(*, as_json: AsJson = False) -> None:
    """List who is away now or will be."""
    async with open_database(read_settings()) as database:
        rows = await stand_ins.list_absences(database, clock.now())
    if as_json:
        return print_json(rows)
    cells = [(str(row["id"]), row["person"], f"{row['since']:%Y-%m-%d}", f"{row['until']:%Y-%m-%d}") for row in rows]
    return print_table(("absence", "person", "from", "until"), cells, empty="nobody is away")


@absences.command()
@command
async def note(
    person: Annotated[str, typer.Argument(help="who; yourself when not given")] = "",
    days: Days = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Note that somebody is away from now on."""
    settings = read_settings()
    now = clock.now()
    who = person or settings.person
    async with open_database(settings) as database:
        absence = Absence(person=who, since=now, until=now + timedelta(days=days))
        number = await stand_ins.note_absence(database, absence, settings.person, now)
    if as_json:
        return print_json({"absence": number})
    return say(f"{who} is away until {absence.until:%Y-%m-%d %H:%M} UTC")


@absences.command("end")
@command
async def come_back(number: Number, *, as_json: AsJson = False) -> None:
    """Note that somebody is back before."""
    settings = read_settings()
    async with open_database(settings) as database:
        await stand_ins.end_absence(database, read_number(number), settings.person, clock.now())
    return print_json({"absence": number}) if as_json else say("noted")


@delegations.command("list")
@command
async def list_delegations(*, as_json: AsJson = False) -> None:
    """List the delegations in force."""
    async with open_database(read_settings()) as database:
        rows = await stand_ins.list_delegations(database, clock.now())
    if as_json:
        return print_json(rows)
    cells = [
        (
            str(row["id"]),
            row["delegator"],
            row["delegate"],
            f"{row['role']}@{row['domain']}".rstrip("@"),
            ago(row["until"]),
        )
        for row in rows
    ]
    return print_table(("delegation", "whose", "answers", "as", "ends"), cells, empty="nobody answers for another")


@delegations.command()
@command
async def give(
    delegate: Annotated[str, typer.Argument(help="who answers for you")],
    role: Annotated[str, typer.Argument(help="a role you hold, or with its domain, as in `reviewer@finance`")],
    days: Days = 1,
    reason: Annotated[str, typer.Option(help="why")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Let another person answer reviews under a role of yours; it ends by itself."""
    settings = read_settings()
    now, (name, _, domain) = clock.now(), role.partition("@")
    until = now + timedelta(days=days)
    who = {"delegator": settings.person, "delegate": delegate, "role": name, "domain": domain}
    async with open_database(settings) as database:
        number = await stand_ins.give_delegation(database, Delegation(until=until, reason=reason, **who), now)
    if as_json:
        return print_json({"delegation": number})
    return say(f"{delegate} can answer as {role} for you until {until:%Y-%m-%d %H:%M} UTC")


@delegations.command("end")
@command
async def take_back(number: Number, *, as_json: AsJson = False) -> None:
    """Take a delegation back; what was approved under it and not done yet counts no more."""
    settings = read_settings()
    async with open_database(settings) as database:
        await stand_ins.end_delegation(database, read_number(number), settings.person, clock.now())
    return print_json({"delegation": number}) if as_json else say("taken back")
