"""`remit change`: how rules, charters and stages become others, by two people."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from remit import clock
from remit.charters.charter import Stage
from remit.charters.registry import list_current, read_folder
from remit.cli.output import ago, command, field, print_json, say, short
from remit.cli.table import print_table
from remit.errors import InputInvalid, NotFound
from remit.governance.change import Change, ChangeKind, Proposal
from remit.governance.changes import Changes, list_changes
from remit.governance.house import HouseRules
from remit.runtime.employ import proposal_of_folder
from remit.settings import Settings, read_settings
from remit.store.database import Database
from remit.web.changes import shown
from remit.web.opening import open_connections, open_database

app = typer.Typer(help="Change rules, charters and stages, by two people.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="CHANGE", help="the change's number, or the last characters of it")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]

_LONGEST = 1_000_000


@app.command()
@command
async def draft(
    name: Annotated[str, typer.Argument(help="a rule file, a worker's folder, or `worker/operation`")],
    why: Annotated[str, typer.Option(help="why it should be another")],
    text: Annotated[Path | None, typer.Option("--file", help="the text of the rules")] = None,
    stage: Annotated[Stage | None, typer.Option(help="the stage of `worker/operation`")] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="take the rule file away")] = False,
    as_json: AsJson = False,
) -> None:
    """Draft a change: of a rule file with --file or --remove, of a stage with --stage, else of a worker's folder."""
    settings = read_settings()
    asked = _Asked(name=name, text=text, stage=stage, remove=remove, why=why, author=settings.person)
    async with _changes(settings) as (changes, database):
        drafted = await changes.draft(await _proposal(asked, database), clock.now())
    if as_json:
        return print_json(shown(drafted).model_dump())
    say(f"drafted {short(drafted.id)}: nothing has changed yet")
    return say(f"See what it would have done: `remit change replay {short(drafted.id)}`")


@app.command("list")
@command
async def list_all(
    state: Annotated[str, typer.Option(help="only those in this state")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """List changes, newest first."""
    async with open_database(read_settings()) as database:
        rows = await list_changes(database, state, limit=limit)
    if as_json:
        return print_json(rows)
    cells = [
        (short(row["id"]), row["state"], row["kind"], row["name"], row["author"], ago(row["drafted_at"]), row["why"])
        for row in rows
    ]
    columns = ("change", "state", "kind", "name", "by", "drafted", "why")
    return print_table(columns, cells, empty="nothing was ever changed. See `remit change draft`")


@app.command()
@command
async def show(number: Number, *, as_json: AsJson = False) -> None:
    """Show a change: its text, what would have come out differently, and the stamp to approve it by."""
    async with _changes(read_settings()) as (changes, database):
        change = await changes.show(await _find(database, number))
    return print_json(shown(change).model_dump()) if as_json else _tell(change)


@app.command()
@command
async def replay(
    number: Number,
    last: Annotated[int, typer.Option(help="how many decisions")] = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """Decide the last decisions again, as it is and as it would be; a second person is told."""
    settings = read_settings()
    async with _changes(settings) as (changes, database):
        change = await changes.replay(await _find(database, number), settings.person, clock.now(), last=last)
    return print_json(shown(change).model_dump()) if as_json else _tell(change)


@app.command()
@command
async def approve(
    number: Number,
    stamp: Annotated[str, typer.Option(help="as `remit change show` gives it; its first twelve letters suffice")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a change in force, everywhere at once. Not by its author."""
    settings = read_settings()
    async with _changes(settings) as (changes, database):
        change = await changes.approve(await _find(database, number), stamp, settings.person, clock.now())
    if as_json:
        return print_json(shown(change).model_dump())
    return say(f"{change.proposal.name} is in force as changed: the next decision follows it, in every process")


@app.command()
@command
async def reject(
    number: Number, reason: Annotated[str, typer.Option(help="why not")] = "", *, as_json: AsJson = False
) -> None:
    """Say no to a change. Not by its author."""
    settings = read_settings()
    async with _changes(settings) as (changes, database):
        change = await changes.reject(await _find(database, number), reason, settings.person, clock.now())
    return print_json(shown(change).model_dump()) if as_json else say(f"{short(change.id)} is rejected")


@app.command()
@command
async def withdraw(number: Number, *, as_json: AsJson = False) -> None:
    """Take your own change back."""
    settings = read_settings()
    async with _changes(settings) as (changes, database):
        change = await changes.withdraw(await _find(database, number), settings.person, clock.now())
    return print_json(shown(change).model_dump()) if as_json else say(f"{short(change.id)} is withdrawn")


@asynccontextmanager
async def _changes(settings: Settings) -> AsyncGenerator[tuple[Changes, Database]]:
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        yield Changes(database, connected.connections.operations, HouseRules.load()), database


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    name: str
    text: Path | None
    stage: Stage | None
    remove: bool
    why: str
    author: str


async def _proposal(asked: _Asked, database: Database) -> Proposal:
    said = {"name": asked.name, "why": asked.why, "author": asked.author}
    match asked:
        case _Asked(text=Path() as path, stage=None, remove=False):
            return Proposal(kind=ChangeKind.RULE, text=_read(path), **said)
        case _Asked(text=None, stage=None, remove=True):
            return Proposal(kind=ChangeKind.RULE, text=None, **said)
        case _Asked(text=None, stage=Stage() as stage, remove=False):
            return Proposal(kind=ChangeKind.STAGE, text=stage.value, **said)
        case _Asked(text=None, stage=None, remove=False):
            files = await asyncio.to_thread(lambda: read_folder(Path(asked.name).absolute()))
            known = [each for each in await list_current(database) if each.worker == files.name]
            return proposal_of_folder(files, known[0] if known else None, why=asked.why, author=asked.author)
        case _:
            raise InputInvalid("a change is of one thing. Give one of `--file`, `--remove` and `--stage`, or a folder")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"`{path}` cannot be read: {error}. Save it as text in UTF-8") from None


async def _find(database: Database, number: str) -> UUID:
    found = [row["id"] for row in await list_changes(database, limit=500) if str(row["id"]).endswith(number.lower())]
    if len(found) > 1:
        raise InputInvalid(f"several changes end in `{number[:40]}`. Give more of the number")
    if not found:
        raise NotFound(f"there is no change `{number[:40]}`. `remit change list` shows those there are")
    return found[0]


def _tell(change: Change) -> None:
    said = change.proposal
    say(f"{said.kind} {said.name}, {change.state}, drafted by {said.author} {ago(change.drafted_at)}")
    field("why", said.why)
    for line in (said.text if said.text is not None else "(taken away)").splitlines():
        say(f"  │ {line}")
    if change.settled_at:
        field(change.state, f"by {change.settled_by} {ago(change.settled_at)} {change.reason}".rstrip())
    if change.replay is None:
        return say(f"Nobody has seen yet what it would have done: `remit change replay {short(change.id)}`")
    return _tell_replay(change, change.replay)


def _tell_replay(change: Change, shown: Mapping[str, Any]) -> None:
    skipped = f", {shown['skipped']} not recorded well enough" if shown["skipped"] else ""
    say(f"of {shown['decided']} decisions made again{skipped}:")
    for outcome, count in shown["counts"].items():
        field(outcome, str(count))
    cells = [
        (each["worker"], each["operation"], each["before"], each["after"], " ".join(each["reasons"]))
        for each in shown["differences"]
    ]
    columns = ("worker", "operation", "as it is", "as it would be", "because")
    print_table(columns, cells, empty="none would have come out differently")
    say(f"Approve exactly this: `remit change approve {short(change.id)} --stamp {change.stamp[:12]}`")
