"""`remit review`: what people are asked, and their answers."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say, short
from remit.cli.review_shown import show_feedback, show_whole
from remit.cli.table import print_table
from remit.errors import InputInvalid, NotFound
from remit.governance.approvals import Answer, answer
from remit.governance.feedback import RejectCode, count_overrides, list_feedback
from remit.governance.review_rota import HandOn, hand_on
from remit.governance.reviews import ReviewFilter, list_reviews, show_review
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
    LAPSED = "lapsed"


@app.command("list")
@command
async def list_open(  # noqa: PLR0913  # each a filter
    state: Annotated[ReviewState, typer.Option(help="only reviews in this state")] = ReviewState.OPEN,
    worker: Annotated[str, typer.Option(help="only of this worker")] = "",
    domain: Annotated[str, typer.Option(help="only of workers of this domain")] = "",
    operation: Annotated[str, typer.Option(help="only of this operation")] = "",
    role: Annotated[str, typer.Option(help="only those that ask this role")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    *,
    mine: Annotated[bool, typer.Option("--mine", help="only those you can answer now")] = False,
    as_json: AsJson = False,
) -> None:
    """List reviews, oldest first."""
    settings = read_settings()
    find = ReviewFilter(
        state=state,
        worker=worker,
        domain=domain,
        operation=operation,
        role=role,
        person=settings.person if mine else "",
        moment=clock.now(),
    )
    async with open_database(settings) as database:
        rows = await list_reviews(database, find=find, limit=limit)
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
        row = await find_one(database, number)
    if as_json:
        return print_json(row)
    return show_whole(row)


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
async def reject(
    number: Number,
    reason: Reason = "",
    code: Annotated[RejectCode, typer.Option(help="why, in a word that can be counted")] = RejectCode.OTHER,
    digest: Digest = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Reject: nothing happens, and the run ends with the reason."""
    await _answer(_Said(number=number, verdict="reject", reason=reason, digest=digest, code=code), as_json=as_json)


@app.command("hand-on")
@command
async def hand(
    number: Number,
    to: Annotated[str, typer.Argument(help="a person who can answer it, or one of the roles asked")],
    reason: Reason = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Hand a review on; whoever could answer it still can."""
    settings = read_settings()
    async with open_database(settings) as database:
        row = await find_one(database, number)
        given = HandOn(review=row["id"], by=settings.person, to=to, reason=reason)
        await hand_on(database, given, clock.now())
    if as_json:
        return print_json({"review": row["id"], "to": to})
    return say(f"`{to}` is told of review {short(row['id'])}")


@app.command()
@command
async def feedback(
    worker: Annotated[str, typer.Option(help="only of this worker")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List what people edited and rejected, newest first, and how often in the last 30 days."""
    async with open_database(read_settings()) as database:
        rows = await list_feedback(database, worker=worker, limit=limit)
        counted = await count_overrides(database, clock.now() - timedelta(days=30), worker=worker)
    if as_json:
        return print_json({"corrections": rows, "overrides": counted})
    return show_feedback(rows, counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What the person at the keyboard says."""

    number: str
    verdict: Literal["approve", "reject"]
    reason: str
    digest: str
    code: RejectCode = RejectCode.OTHER
    changes: dict[str, Any] | None = None


async def _answer(said: _Said, *, as_json: bool) -> None:
    settings = read_settings()
    async with open_database(settings) as database:
        row = await find_one(database, said.number)
        given = Answer(
            review=row["id"],
            person=settings.person,
            verdict=said.verdict,
            reason=said.reason,
            code=said.code,
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


async def find_one(database: Database, number: str) -> Row:
    """Find a review by its number, as people type it.

    Raises:
        NotFound: None or several are called so.
    """
    try:
        return await show_review(database, UUID(number))
    except ValueError:
        rows = await database.fetch("find_review", number.lower().replace("%", "").replace("_", ""))
    if len(rows) != 1:
        raise NotFound(f"{'no' if not rows else 'more than one'} review ends with `{number}`. See `remit review list`")
    return await show_review(database, rows[0]["id"])
