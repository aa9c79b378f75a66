"""Reads a list from a YAML file and remembers on which line everything stands, so that a mistake can be pointed at."""

from pathlib import Path
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from remit.errors import SettingsInvalid

_LARGEST: Final = 1_000_000  # bytes


def read_entries(path: Path, *, begin: str = "- system: …") -> list[dict[str, Any]]:
    """Read a file that holds a list of mappings; no file is an empty list.

    Raises:
        SettingsInvalid: The file holds something else; the message has the line.
    """
    if not path.exists():
        return []
    read = _load(path)
    if read is None:
        return []
    if not isinstance(read, list):
        raise SettingsInvalid(f"{path}:1: expected a list. Begin each part with `{begin}`")
    entries = cast("list[Any]", read)
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            line = line_of(read, (number,))
            raise SettingsInvalid(f"{path}:{line}: expected a part of the list. Begin it with `{begin}`")
    return entries


def line_of(read: Any, place: tuple[int | str, ...]) -> int:
    """Find the line of a place in what was read, or of the innermost part around it that is there."""
    line = read.lc.line + 1
    for part in place:
        try:
            line, read = read.lc.item(part)[0] + 1, read[part]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line


def plain(read: Any) -> Any:
    """Give what was read without its lines, as JSON would have it."""
    match read:
        case dict():
            return {plain(name): plain(value) for name, value in cast("dict[Any, Any]", read).items()}
        case list():
            return [plain(item) for item in cast("list[Any]", read)]
        case bool() | None:
            return read
        case int():
            return int(read)
        case float():
            return float(read)
        case _:
            return str(read)  # a date is a text in JSON


def _load(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsInvalid(f"`{path}` is larger than {_LARGEST // 1_000_000} MB. Is it the right file?")
        reader: Any = YAML(typ="rt")
        return _finite(reader.load(path.read_text("utf-8")))
    except MarkedYAMLError as error:
        known: Any = error
        line = known.problem_mark.line + 1 if known.problem_mark else 1
        problem = str(known.problem or "it cannot be read").partition("\n")[0]
        raise SettingsInvalid(f"{path}:{line}: this is not YAML: {problem}. Check colons and indentation") from None
    except (OSError, UnicodeDecodeError, YAMLError, RecursionError) as error:
        raise SettingsInvalid(f"`{path}` cannot be read ({str(error)[:200]}). It has to be YAML in UTF-8") from None


def _finite(read: Any) -> Any:
    """Walk through what was read: a list that holds itself is found here and not later."""
    plain(read)
    return read
