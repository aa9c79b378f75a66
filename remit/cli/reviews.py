"""`remit review`: what people are asked, and their answers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from remit import clock
from remit.cli.output import ago, command, field, in_money, print_json, say, short
from remit.cli.table import print_table
from remit.errors import InputInvalid, NotFound
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import list_reviews, show_review
from remit.settings import read_settings
from remit.store.database import Database, Row
from remit.web.door import read_json
from remit.web.opening import open_database

app = typer.Typer(help="Answer what workers ask.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="the review's number, or its last characters")]
Reason = Annotated[str, typer.Option(help="why")]
Digest = Annotated[
    str, typer.Option(help="the digest that `review show` showed: refused when the proposal has changed since")
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


class ReviewState(StrEnum):
    """How far a review has come."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    USED = "used"
    SUPERSEDED = "superseded"


@app.command("list")
@command
async def list_open(
    state: Annotated[ReviewState, typer.Option(help="only reviews in this state")] = ReviewState.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List reviews, oldest first."""
    async with open_database(read_settings()) as database:
        rows = await list_reviews(database, state=state, limit=limit)
    if as_json:
        return print_json(rows)
    columns = ("review", "worker", "operation", "risk", "expires", "asks")
    cells = [
        (
            short(row["id"]),
            row["worker"],
            row["operation"],
            row["risk"],
            ago(row["expires_at"]),
            ", ".join(row["roles"]),
        )
        for row in rows
    ]
    notes = [row["packet"]["purpose"] for row in rows]
    return print_table(columns, cells, empty=f"no reviews are {state}", notes=notes)


@app.command()
@command
async def show(number: Number, *, as_json: AsJson = False) -> None:
    """Show everything needed to decide."""
    async with open_database(read_settings()) as database:
        row = await _find(database, number)
    if as_json:
        return print_json(row)
    packet = row["packet"]
    say(f"review {row['id']}: {row['state']}, asks {' and '.join(row['roles'])}")
    say(f"  {packet['question']}")
    field("purpose", packet["purpose"])
    field("worker", f"{packet['worker']}, sure to {packet['confidence'] / 10:g} %")
    field("began with", packet["trigger"])
    for reason in packet["why"]:
        field("asked", reason)
    say()
    field("operation", f"{row['operation']} ({row['risk']} risk)")
    for name, value in row["arguments"].items():
        field(name, in_money(name, value, row["arguments"].get("currency")))
    say()
    for piece in packet["evidence"]:
        field("evidence", piece.get("title", ""))
        for name, value in piece.items():
            if name != "title":
                field(f"  {name}", value)
    field("approve", packet["on_approve"])
    field("reject", packet["on_reject"])
    field("expires", f"{row['expires_at']:%Y-%m-%d %H:%M} UTC, {ago(row['expires_at'])}: {packet['on_expiry']}")
    field("digest", row["digest"][:12])
    for given in row["answers"]:
        field("answered", f"{given['person']} as {given['role']}: {given['verdict']} {given['reason']}")
    return None


@app.command()
@command
async def approve(number: Number, reason: Reason = "", digest: Digest = "", *, as_json: AsJson = False) -> None:
    """Approve: exactly what `remit review show` shows takes effect, once."""
    await _answer(_Said(number=number, verdict="approve", reason=reason, digest=digest), as_json=as_json)


@app.command()
@command
async def edit(
    number: Number,
    set_: Annotated[list[str], typer.Option("--set", help="`name=value`, the value as JSON or as text; repeatable")],
    reason: Reason = "",
    digest: Digest = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Change arguments and approve the changed proposal; it is decided anew."""
    changes = dict(_pair(text) for text in set_)
    said = _Said(number=number, verdict="approve", reason=reason, digest=digest, changes=changes)
    await _answer(said, as_json=as_json)


@app.command()
@command
async def reject(number: Number, reason: Reason = "", digest: Digest = "", *, as_json: AsJson = False) -> None:
    """Reject: nothing happens, and the run ends with the reason."""
    await _answer(_Said(number=number, verdict="reject", reason=reason, digest=digest), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the person at the keyboard says."""

    number: str
    verdict: Literal["approve", "reject"]
    reason: str
    digest: str
    changes: dict[str, Any] | None = None


async def _answer(said: _Said, *, as_json: bool) -> None:
    settings = read_settings()
    async with open_database(settings) as database:
        row = await _find(database, said.number)
        given = Answer(
            review=row["id"],
            person=settings.person,
            verdict=said.verdict,
            reason=said.reason,
            arguments=None if said.changes is None else _changed(row["arguments"], said.changes),
            digest=row["digest"] if row["digest"].startswith(said.digest) else said.digest,
        )
        state = await answer(database, given, clock.now())
    if as_json:
        return print_json({"review": row["id"], "state": state})
    return say(f"review {short(row['id'])} is {state} now{_what_next(state)}")


def _what_next(state: str) -> str:
    return {
        "approved": ": the run goes on, as soon as `remit up` runs",
        "open": ": another person has to answer it too",
    }.get(state, "")


def _changed(arguments: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    if unknown := changes.keys() - arguments.keys():
        raise InputInvalid(f"the proposal has no `{min(unknown)}`. It has {', '.join(arguments)}")
    return arguments | changes


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputInvalid(f"`{text}` is not `name=value`. Say which argument to change, and to what")
    try:
        return name, read_json(value.encode())
    except InputInvalid:
        return name, value


async def _find(database: Database, number: str) -> Row:
    try:
        return await show_review(database, UUID(number))
    except ValueError:
        rows = await database.fetch("find_review", number.lower().replace("%", "").replace("_", ""))
    if len(rows) != 1:
        raise NotFound(f"{'no' if not rows else 'more than one'} review ends with `{number}`. See `remit review list`")
    return await show_review(database, rows[0]["id"])
