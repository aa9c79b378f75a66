import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from remit.cli.main import app
from remit.cli.output import EXIT_CODES

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """List every command with its whole name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def sections() -> dict[str, str]:
    """Read what the page says of each command."""
    parts = re.split(r"^### `(.+)`$", DOCS.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option_stands_in_the_docs() -> None:
    """Each command has its part of the page with each of its options, and nothing else has."""
    told = sections()
    known = dict(commands(get_command(app), "remit"))

    assert told.keys() == known.keys()
    for name, command in known.items():
        options = {
            option
            for parameter in command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--") and option != "--help"
        }
        assert set(re.findall(r"(?:^- | / )`(--[\w-]+)`", told[name], re.MULTILINE)) == options, name


def test_every_command_and_option_explains_itself() -> None:
    """`--help` says of each command and each parameter what it is."""
    for name, command in commands(get_command(app), "remit"):
        assert command.help, name
        assert all(parameter.help for parameter in command.params), name


def test_every_exit_code_stands_in_the_docs_and_in_the_help() -> None:
    """The codes a program may meet are listed in both places."""
    codes = {str(code) for code in (0, 1, 2, *EXIT_CODES.values())}
    help_text = get_command(app).epilog or ""

    assert set(re.findall(r"^\| (\d) \|", DOCS.read_text(), re.MULTILINE)) == codes
    assert set(re.findall(r"\b(\d)\b", help_text)) == codes
