"""`remit signal`: send a signal by hand."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer

from remit import clock
from remit.cli.output import command, print_json, say, short
from remit.errors import InputInvalid, SignalInvalid
from remit.runtime.inbox import receive
from remit.runtime.signal import read_cloudevent
from remit.settings import read_settings
from remit.web.door import read_json
from remit.web.opening import open_inbox

app = typer.Typer(help="Send a signal by hand.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Send a signal by hand."""


@app.command()
@command
async def send(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="what happened, as in `product.usage_reported`")] = "",
    data: Annotated[str, typer.Option(help="the data, a JSON object")] = "{}",
    subject: Annotated[str, typer.Option(help="what it happened to, as in `account:A-17`")] = "",
    file: Annotated[Path | None, typer.Option(help="a CloudEvent as JSON; `-` reads it from the input")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Send a signal: a CloudEvent from a file, or one made of a type and data.

    Who sends it may not approve what it leads to.
    """
    settings = read_settings()
    body = _read(file) if file else _make(type_, data, subject)
    signal = read_cloudevent(body, requested_by=settings.person)
    async with open_inbox(settings) as (database, roster):
        received = await receive(database, roster, signal, clock.now())
    if as_json:
        return print_json({"signal": received.signal, "is_new": received.is_new, "runs": received.runs})
    if not received.is_new:
        return say("this signal came before; nothing new was begun")
    if not received.runs:
        return say("the signal is recorded; no worker begins on it. `remit workers` shows what each waits for")
    say(f"begun: {', '.join(f'run {short(run)}' for run in received.runs)}")
    return say("`remit run show NUMBER` shows how far it is; it is worked on while `remit up` runs")


def _make(type_: str, data: str, subject: str) -> bytes:
    if not type_:
        raise SignalInvalid("say what happened: `remit signal send product.usage_reported`, or send a file: `--file`")
    try:
        content = read_json(data.encode())
    except InputInvalid as error:
        raise SignalInvalid(f'`--data`: {error}. Quote it: --data \'{{"account": "A-17"}}\'') from None
    event = {"specversion": "1.0", "id": str(uuid4()), "source": "remit://cli", "type": type_, "data": content}
    return orjson.dumps(event | ({"subject": subject} if subject else {}))


def _read(file: Path) -> bytes:
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise SignalInvalid(f"`{file}` cannot be read: {error.strerror}. Name a CloudEvent in JSON") from None
    return orjson.dumps(read_json(body))
