"""Reads the YAML of a charter into plain values, each with its line, and finds what no charter may hold.

Values are those of YAML 1.2: `yes` and `2026-01-31` are text. Anchors, tags and empty values are refused: a charter
says everything where it stands, and a limit left empty would be no limit.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from remit.errors import CharterInvalid

Place = tuple[str | int, ...]
"""Where something stands: words and numbers of list items, from the outside in."""

_MOST: Final = 100_000  # characters; a charter is a few pages
_DEEPEST: Final = 12
_LARGEST: Final = 2**63 - 1
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_EMPTY: Final = ("", "~", "null", "Null", "NULL")
# Control characters break records; marks that turn the direction of writing show a reader something else than is there.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, as a sentence that says what to do."""

    place: Place
    sentence: str
    line: int = 0
    """0: the line of its place"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterText:
    """What stands in a charter, before anything is known of its words."""

    tree: dict[str, Any]
    lines: dict[Place, int]
    faults: tuple[Fault, ...]

    def line_of(self, place: Place) -> int:
        """Find the line of a place, or of what encloses it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_text(text: str, *, file: str) -> CharterText:
    """Read the YAML.

    Raises:
        CharterInvalid: It is no YAML, so that nothing more can be said about it.
    """
    if len(text) > _MOST:
        raise CharterInvalid(f"{file}:1: a charter has at most {_MOST} characters, this one {len(text)}. Shorten it")
    if unseen := _UNSEEN.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        raise CharterInvalid(f"{file}:{line}: there is a character nobody sees, {_code(unseen)}. Remove it")
    try:
        reading = _Reading(cast("Iterator[Any]", YAML(typ="safe", pure=True).parse(text)))  # pyright: ignore[reportUnknownMemberType]  # ruamel leaves the stream untyped
        tree = reading.document()
    except MarkedYAMLError as error:
        raise CharterInvalid(f"{file}:{_line(error)}: {_what(error)}. See docs/charters.md") from None
    except ReaderError as error:
        line = text.count("\n", 0, cast("int", error.position)) + 1
        raise CharterInvalid(f"{file}:{line}: there is a character YAML does not know. Remove it") from None
    except _Unreadable as error:
        raise CharterInvalid(f"{file}:{error.line}: {error}") from None
    except (YAMLError, ValueError) as error:
        raise CharterInvalid(f"{file}:1: this is no YAML: {error}. See docs/charters.md") from None
    return CharterText(tree=tree, lines=reading.lines, faults=tuple(reading.faults))


class _Unreadable(Exception):
    """Reading cannot go on. It never leaves this file."""

    def __init__(self, event: Any, sentence: str) -> None:
        super().__init__(sentence)
        self.line = _start(event)


@dataclass(slots=True)
class _Reading:
    """One pass over the events of a document, noting lines and faults on the way."""

    events: Iterator[Any]
    lines: dict[Place, int] = field(default_factory=dict[Place, int])
    faults: list[Fault] = field(default_factory=list[Fault])

    def document(self) -> dict[str, Any]:
        """Read the only document."""
        tree: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Unreadable(event, "a second document begins here. Keep one charter a file")
                first = next(self.events)
                if not isinstance(first, MappingStartEvent):
                    raise _Unreadable(first, "a charter is made of `name: value` lines. See docs/charters.md")
                tree = self._value(first, ())
            if isinstance(event, StreamEndEvent) and tree is None:
                raise _Unreadable(event, "the charter is empty. See docs/charters.md")
        return tree

    def _value(self, event: Any, place: Place) -> Any:
        if len(place) > _DEEPEST:
            raise _Unreadable(event, "this is nested too deep for a charter. See docs/charters.md")
        if isinstance(event, AliasEvent):
            self._fault(event, place, f"`*{_short(event.anchor)}` stands for something else. Write it out")  # pyright: ignore[reportUnknownMemberType]  # ruamel leaves events untyped
            return ""
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            self._fault(event, place, "a charter has no anchors and no tags. Remove what begins with `&` or `!`")
        if isinstance(event, MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(place)
        return self._scalar(event, place)

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise _Unreadable(event, "a name is one word. See docs/charters.md")
            name = self._text(event, place)
            if name in found:
                first = self.lines[*place, name]
                self._fault(event, (*place, name), f"`{_short(name)}` stands twice, first on line {first}. Keep one")
                self._value(next(self.events), (*place, name, "again"))
                continue
            self.lines[*place, name] = _start(event)
            found[name] = None  # keeps the name while its value is read
            found[name] = self._value(next(self.events), (*place, name))
        return found

    def _sequence(self, place: Place) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            self.lines[*place, len(found)] = _start(event)
            found.append(self._value(event, (*place, len(found))))
        return found

    def _scalar(self, event: Any, place: Place) -> Any:
        text = self._text(event, place)
        if event.style:  # quoted or a block: always text
            return text
        if text in _EMPTY:
            sentence = f"`{spell(place)}` is empty. Give it a value or leave the word out"
            # What is not there is noticed only at the next word, lines below.
            self.faults.append(Fault(place=place, sentence=sentence, line=self.lines.get(place, _start(event))))
            return ""
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
            return self._number(event, text, place)
        return text

    def _number(self, event: Any, text: str, place: Place) -> int | float:
        bases = {"0o": 8, "0x": 16}
        if len(text) > 40:  # noqa: PLR2004  # no amount is as long
            number: int | float = math.inf
        elif _INTEGER.fullmatch(text):
            number = int(text, bases.get(text[:2], 10))
        else:
            number = float(text.replace(".inf", "inf").replace(".nan", "nan")) if text[-1].isdigit() else math.inf
        if not math.isfinite(number) or abs(number) > _LARGEST:
            self._fault(event, place, f"`{_short(text)}` is larger than the house counts, or no number at all")
            return 0
        return number

    def _text(self, event: Any, place: Place) -> str:
        text = str(event.value)
        if unseen := _UNSEEN.search(text):  # by an escape such as "\0"
            self._fault(event, place, f"there is a character nobody sees, {_code(unseen)}. Remove it")
            return _UNSEEN.sub("", text)
        return text

    def _fault(self, event: Any, place: Place, sentence: str) -> None:
        self.faults.append(Fault(place=place, sentence=sentence, line=_start(event)))


def spell(place: Place) -> str:
    """Write a place as people read it: `grants.0.limit`."""
    return ".".join(_short(str(part)) for part in place)


def _short(text: Any) -> str:
    line = " ".join(str(text).replace("`", "'").split())
    return line if len(line) <= 60 else f"{line[:59]}…"  # noqa: PLR2004  # as much as helps to find it


def _code(found: re.Match[str]) -> str:
    return f"U+{ord(found.group()):04X}"


def _start(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _line(error: Any) -> int:
    mark = error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark else 1


def _what(error: Any) -> str:
    said = " ".join(f"{error.problem or 'this is no YAML'}".split())
    return f"{error.context}: {said}" if error.context else said
