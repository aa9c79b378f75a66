"""`remit question`: what somebody wants to know before they answer a review."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, print_json, say, short
from remit.cli.reviews import find_one
from remit.cli.table import print_table
from remit.errors import NotFound
from remit.governance import questions
from remit.governance.questions import Question
from remit.settings import read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Ask about a review, and reply to what you are asked.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@command
async def list_asked(
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20, *, as_json: AsJson = False
) -> None:
    """List what you are asked about open reviews, oldest first."""
    settings = read_settings()
    async with open_database(settings) as database:
        rows = await questions.list_questions(database, settings.person, limit=limit)
    if as_json:
        return print_json(rows)
    cells = [
        (short(row["id"]), short(row["review"]), row["operation"], row["asked_by"], ago(row["asked_at"]), row["words"])
        for row in rows
    ]
    return print_table(
        ("question", "review", "operation", "asks", "when", "what"), cells, empty="nobody asks you anything"
    )


@app.command()
@command
async def ask(
    number: Annotated[str, typer.Argument(help="the review's number, or its last characters")],
    words: Annotated[str, typer.Argument(help="the question")],
    of: Annotated[str, typer.Option(help="whom; the worker's business owner when not given")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Ask something about a review, which stays open."""
    settings = read_settings()
    async with open_database(settings) as database:
        row = await find_one(database, number)
        asked = Question(review=row["id"], by=settings.person, words=words, of=of)
        question = await questions.ask(database, asked, clock.now())
    if as_json:
        return print_json({"question": question})
    return say(f"question {short(question)} is asked; the review stays open")


@app.command()
@command
async def reply(
    number: Annotated[str, typer.Argument(help="the question's number, or its last characters")],
    words: Annotated[str, typer.Argument(help="what you know")],
    *,
    as_json: AsJson = False,
) -> None:
    """Reply to a question you are asked."""
    settings = read_settings()
    async with open_database(settings) as database:
        rows = await questions.list_questions(database, settings.person, limit=500)
        found = [row["id"] for row in rows if str(row["id"]).endswith(number.lower())]
        if len(found) != 1:
            raise NotFound(f"you are asked no question `{number[:40]}`. `remit question list` shows what you are asked")
        await questions.reply(database, found[0], settings.person, words, clock.now())
    if as_json:
        return print_json({"question": found[0]})
    return say("whoever asked is told")
