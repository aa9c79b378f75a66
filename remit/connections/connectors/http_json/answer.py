"""What an answer over HTTP means: its status, when to come back, and the part of it that was asked for."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import orjson

from remit.connections.connectors.http_json.description import Meaning

LARGEST: Final = 10_000_000  # bytes of one answer

_BUSY: Final = {408, 429, 503}
_NOT_FOUND: Final = 404
_REDIRECT: Final = 3
_BY_CLASS: Final = {2: Meaning.OK, _REDIRECT: Meaning.REFUSED, 4: Meaning.REFUSED}
_READ: Final = 10_000  # letters of a system's own words
_LONGEST: Final = 86400.0  # seconds; a system that says `in ten years` is asked again tomorrow


class AnswerUnreadable(Exception):  # not an error of its own: the connector says what it means
    """The answer is not what the description says."""


def meaning_of(status: int, declared: dict[int, Meaning], *, changes: bool) -> Meaning:
    """Tell what a status code means."""
    if status in declared:
        return declared[status]
    if status in _BUSY:
        return Meaning.BUSY
    if status == _NOT_FOUND and not changes:
        return Meaning.NONE
    if changes and status // 100 == _REDIRECT:
        return Meaning.UNKNOWN  # after a write, a redirect often means that it was done
    return _BY_CLASS.get(status // 100, Meaning.UNKNOWN)


def wait_of(retry_after: str, now: datetime) -> float:
    """Read a Retry-After header: seconds, or a date; one second when it says nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 1.0
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait.total_seconds(), 0.0), _LONGEST)


def parse(content: bytes) -> Any:
    """Read JSON; an empty answer is an empty object.

    Raises:
        AnswerUnreadable: It is not JSON.
    """
    try:
        return orjson.loads(content) if content.strip() else {}
    except orjson.JSONDecodeError:
        raise AnswerUnreadable("not JSON") from None


def pick(answer: Any, path: str) -> Any:
    """Take the part of an answer a path leads to, as in `data.0.invoice`; None where a list ends before it.

    Raises:
        AnswerUnreadable: The answer is not shaped like that. That is not the same as: there is nothing.
    """
    for name in path.split(".") if path else ():
        if answer is None:
            return None
        if isinstance(answer, list) and name.isdecimal():
            items = cast("list[Any]", answer)
            answer = items[int(name)] if int(name) < len(items) else None
        elif isinstance(answer, dict) and name in answer:
            answer = cast("dict[str, Any]", answer)[name]
        else:
            raise AnswerUnreadable(f"without `{path}`")
    return answer


def words_of(content: bytes) -> str:
    """Give what a system says about its no, in its own words, on one line."""
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        said = content[:_READ].decode(errors="replace")
    for name in ("detail", "message", "error_description", "error", "title"):
        if isinstance(said, dict) and name in said:
            said = cast("dict[str, Any]", said)[name]
    text = said if isinstance(said, str) else orjson.dumps(said).decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[:_READ]).split())
