"""What a command prints: tables for people, JSON for programs, and one exit code for each kind of error."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from remit import clock
from remit.errors import Conflict, InputInvalid, LedgerBroken, NotAllowed, NotFound, RemitError, StoreUnavailable

EXIT_CODES: Mapping[type[RemitError], int] = {
    NotFound: 3,
    NotAllowed: 4,
    Conflict: 5,
    InputInvalid: 6,
    StoreUnavailable: 7,
    LedgerBroken: 8,
}
"""What a command exits with, by error; 0 is success, 1 any other error, 2 a command that does not exist."""

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

P = ParamSpec("P")
T = TypeVar("T")


def command(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make an async function a command: errors are printed in one line, and say by the exit code what kind they are."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            asyncio.run(function(*args, **kwargs))
        except RemitError as error:
            _err.print(f"[red]{error.code}[/red]: ", end="")
            _err.print(str(error), markup=False)
            code = next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)
            raise typer.Exit(code) from None

    return run


def say(text: str) -> None:
    """Print a sentence."""
    _out.print(text, markup=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print JSON for a program."""
    json.dump(value, sys.stdout, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print a table, or a sentence when there is nothing to show."""
    if not rows:
        say(empty)
        return
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"run", "review", "state", "since"})
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    _out.print(table)


def ago(moment: datetime) -> str:
    """Tell how long ago something was, in the largest fitting unit."""
    seconds = int((clock.now() - moment.astimezone(UTC)).total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= size:
            return f"{seconds // size} {unit} ago" if seconds > 0 else f"in {-seconds // size} {unit}"
    return f"{max(seconds, 0)} s ago"


def short(number: object) -> str:
    """Shorten a run's or review's number to what tells it apart: its random end."""
    return str(number)[-12:]
