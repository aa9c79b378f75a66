"""What a command prints: tables for people, JSON for programs, and one exit code for each kind of error."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import wraps
from textwrap import wrap
from typing import Any, ParamSpec
from uuid import UUID

import orjson
import typer
import uvloop
from rich.console import Console

from remit import clock
from remit.errors import Conflict, InputInvalid, LedgerBroken, NotAllowed, NotFound, RemitError, StoreUnavailable
from remit.money import write_money

EXIT_CODES: Mapping[type[RemitError], int] = {
    NotFound: 3,
    NotAllowed: 4,
    Conflict: 5,
    InputInvalid: 6,
    StoreUnavailable: 7,
    LedgerBroken: 8,
}
"""What a command exits with, by error; 0 is success, 1 any other error, 2 a command that does not exist."""

out = Console(highlight=False, emoji=False)
_err = Console(stderr=True, highlight=False, emoji=False)

P = ParamSpec("P")


def command(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make an async function a command: errors are printed in one line, and say by the exit code what kind they are."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(function(*args, **kwargs))
        except RemitError as error:
            fail(error)
        except UnicodeEncodeError:  # an argument in another encoding than the terminal's
            fail(InputInvalid("an argument is not text in UTF-8. Type it again"))

    return run


def fail(error: RemitError) -> None:
    """Print an error, and end with the exit code of its kind."""
    _err.print(f"[red]{error.code}[/red]: ", end="")
    _err.print(printable(str(error)), markup=False, soft_wrap=True)
    raise typer.Exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)) from None


def say(text: str = "") -> None:
    """Print a sentence."""
    out.print(printable(text), markup=False, soft_wrap=True)


def field(name: str, value: object) -> None:
    """Print a value after its name, its further lines below its first."""
    text = value if isinstance(value, str) else orjson.dumps(value, default=_plain).decode()
    indent = " " * max(14, len(name) + 4)
    room = out.width - len(indent) if out.is_terminal else sys.maxsize
    lines = [line for part in text.splitlines() or [""] for line in wrap(part, max(room, 20)) or [""]]
    say(f"  {name}".ljust(len(indent)) + f"\n{indent}".join(lines))


def print_json(value: object) -> None:
    """Print JSON for a program."""
    sys.stdout.write(orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2).decode() + "\n")


def _plain(value: Any) -> object:
    if isinstance(value, UUID):  # the driver's own kind
        return str(value)
    if callable(getattr(value, "keys", None)):  # a row, of the driver's own kind too
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def printable(text: str) -> str:
    """Replace what would steer a terminal: much of what is printed was written by outsiders."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


def ago(moment: datetime) -> str:
    """Tell how long ago something was, or how soon it will be, in the largest fitting unit."""
    seconds = int((clock.now() - moment.astimezone(UTC)).total_seconds())
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(seconds) >= size), (1, "s"))
    return f"in {-seconds // size} {unit}" if seconds < 0 else f"{seconds // size} {unit} ago"


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def short(number: object) -> str:
    """Shorten a run's or review's number to what tells it apart: its random end."""
    return str(number)[-12:]


def in_money(name: str, value: object, currency: object) -> object:
    """Write an argument called `amount` as money, when its currency stands beside it: 541450 is 5,414.50 EUR."""
    is_money = name == "amount" and isinstance(value, int) and isinstance(currency, str) and currency
    return write_money(int(str(value)), str(currency)) if is_money else value
