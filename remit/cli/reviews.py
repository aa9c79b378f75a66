"""`remit review`: what people are asked, and their answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
import typer

from remit import clock
from remit.cli.output import ago, command, print_json, print_table, say, short
from remit.errors import InputInvalid, NotFound
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews, show_review
from remit.settings import read_settings
from remit.store.database import Database, Row
from remit.web.opening import open_database

app = typer.Typer(help="Answer what workers ask.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="the review's number, or its last characters")]
Reason = Annotated[str, typer.Option(help="why")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@command
async def list_open(
    state: Annotated[str, typer.Option(help="open, approved, rejected, expired, used or superseded")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List reviews, oldest first."""
    async with open_database(read_settings()) as database:
        rows = await list_reviews(database, state=state, limit=limit)
    if as_json:
        return print_json([dict(row) for row in rows])
    columns = ("review", "worker", "operation", "risk", "asks", "expires", "purpose")
    cells = [
        (
            short(row["id"]),
            row["worker"],
            row["operation"],
            row["risk"],
            ", ".join(row["roles"]),
            ago(row["expires_at"]),
            row["packet"]["purpose"],
        )
        for row in rows
    ]
    return print_table("Reviews", columns, cells, empty=f"no reviews are {state}")


@app.command()
@command
async def show(number: Number, *, as_json: AsJson = False) -> None:
    """Show everything needed to decide."""
    async with open_database(read_settings()) as database:
        row = await _find(database, number)
    if as_json:
        return print_json(dict(row))
    packet = row["packet"]
    say(f"review {row['id']}: {row['state']}, asks {' and '.join(row['roles'])}")
    say(f"  {packet['question']}")
    say(f"  purpose     {packet['purpose']}")
    say(f"  worker      {packet['worker']}, sure to {packet['confidence']} of 1000")
    say(f"  began with  {packet['trigger']}")
    for reason in packet["why"]:
        say(f"  asked       {reason}")
    for name, value in row["arguments"].items():
        say(f"  {name:<11} {value}")
    for piece in packet["evidence"]:
        say(f"  evidence    {'; '.join(f'{name}: {value}' for name, value in piece.items())}")
    say(f"  approve     {packet['on_approve']}")
    say(f"  reject      {packet['on_reject']}")
    say(f"  expires     {row['expires_at']:%Y-%m-%d %H:%M} UTC, {ago(row['expires_at'])}: {packet['on_expiry']}")
    for given in row["answers"]:
        say(f"  answered    {given['person']} as {given['role']}: {given['verdict']} {given['reason']}")
    return None


@app.command()
@command
async def approve(number: Number, reason: Reason = "") -> None:
    """Approve: exactly what `remit review show` shows takes effect, once."""
    await _answer(number, "approve", reason, None)


@app.command()
@command
async def edit(
    number: Number,
    set_: Annotated[list[str], typer.Option("--set", help="`name=value`, the value as JSON or as text; repeatable")],
    reason: Reason = "",
) -> None:
    """Change arguments and approve the changed proposal; it is decided anew."""
    await _answer(number, "approve", reason, dict(_pair(text) for text in set_))


@app.command()
@command
async def reject(number: Number, reason: Reason = "") -> None:
    """Reject: nothing happens, and the run ends with the reason."""
    await _answer(number, "reject", reason, None)


async def _answer(
    number: str, verdict: Literal["approve", "reject"], reason: str, changes: dict[str, Any] | None
) -> None:
    settings = read_settings()
    async with open_database(settings) as database:
        row = await _find(database, number)
        if changes and (unknown := changes.keys() - row["arguments"].keys()):
            raise InputInvalid(f"the proposal has no `{sorted(unknown)[0]}`. It has {', '.join(row['arguments'])}")
        given = Answer(
            review=row["id"],
            person=settings.person,
            verdict=verdict,
            reason=reason,
            arguments=None if changes is None else row["arguments"] | changes,
            digest=row["digest"],
        )
        state = await answer(database, given, clock.now())
    say(f"review {short(row['id'])} is {state} now")


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputInvalid(f"`{text}` is not `name=value`")
    try:
        return name, orjson.loads(value)
    except orjson.JSONDecodeError:
        return name, value


async def _find(database: Database, number: str) -> Row:
    try:
        return await show_review(database, UUID(number))
    except ValueError:
        rows = await database.fetch("find_review", number.lower().replace("%", "").replace("_", ""))
    if len(rows) != 1:
        raise NotFound(f"{'no' if not rows else 'more than one'} review ends with `{number}`. See `remit review list`")
    return await show_review(database, rows[0]["id"])
