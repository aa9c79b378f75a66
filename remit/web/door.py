"""The door of the API: what no room has to look for, because it does not come in.

It keeps out requests under another name (a web page that had its own name lead to this machine could read everything
here), bodies that are too large or neither a form nor strict JSON, and NUL characters, which PostgreSQL cannot keep.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from remit.errors import InputInvalid
from remit.web.pages.errors import error_page, is_for_programs
from remit.web.problems import on_surprise, problem

LARGEST: Final = 1_000_000
"""bytes of a body"""

_ALWAYS: Final = ("127.0.0.1", "localhost", "::1")
_NAME: Final = re.compile(r"^(\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^:\[\]]+))(:\d{1,5})?$")
_FORM: Final = b"application/x-www-form-urlencoded"
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Door:
    """The application behind its door."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = {host.lower().strip("[]") for host in (*_ALWAYS, *hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        refused = self._refuse_head(scope)
        body = b"" if refused else await _read_body(receive)
        refused = refused or _refuse_body(body, is_form=_is_form(scope))
        if refused is not None:
            return await refused(scope, receive, send)
        return await self._pass(scope, _Given(body or b"", receive), send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            # One of the three rims; an answer that has begun cannot become another one.
            answer = on_surprise(scope["method"], scope["path"], error)
            if began:
                raise
            if not is_for_programs(scope["path"]):
                answer = await error_page(Request(scope), answer)
            await answer(scope, receive, send)

    def _refuse_head(self, scope: Scope) -> Response | None:
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        names = [value for name, value in headers if name == b"host"]
        if len(names) != 1 or not self._is_ours(names[0].decode("latin-1")):
            said = "this host name is not known here. `REMIT_API_HOSTS` says which are"
            return problem(421, "wrong-host", "the request was sent to another host", said)
        query = unquote_to_bytes(scope["query_string"])
        if "\x00" in scope["path"] or any(b"\x00" in part for part in (query, *(value for _, value in headers))):
            said = "the request holds a NUL character. Remove it and send it again"
            return problem(422, "input-invalid", "the input cannot be understood", said)
        return None

    def _is_ours(self, host: str) -> bool:
        found = _NAME.match(host.lower())
        return found is not None and (found["six"] or found["name"]) in self._hosts


class _Given:
    """Gives the body that was read already, then what really comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read_body(receive: Receive) -> bytes | None:
    """Read the body; None when it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _is_form(scope: Scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return [kind.partition(b";")[0].strip().lower() for kind in kinds] == [_FORM]


def _refuse_body(body: bytes | None, *, is_form: bool) -> Response | None:
    if body is None:
        said = f"at most {LARGEST:,} bytes come in. Put large content where it can be read, and name it"
        return problem(413, "too-large", "the body is too large", said, headers={"Connection": "close"})
    if is_form and b"\x00" not in unquote_to_bytes(body):
        return None
    try:
        read_json(body or b"null")
    except InputInvalid as error:
        return problem(422, "input-invalid", "the input cannot be understood", str(error))
    return None


def read_json(text: bytes) -> Any:
    """Read JSON as strictly as it is kept: numbers that are numbers and fit 64 bits, no half characters, no NUL.

    Raises:
        InputInvalid: It is not.
    """
    try:
        read = json.loads(text, parse_constant=_no_number, parse_float=_float, parse_int=_whole)
        written = orjson.dumps(read)
    except RecursionError:
        raise InputInvalid("the JSON is nested too deep. Flatten it") from None
    except (ValueError, TypeError) as error:
        raise InputInvalid(f"this is not JSON: {str(error)[:200]}. Send JSON in UTF-8") from None
    if _NUL.search(written):
        raise InputInvalid("the JSON holds a NUL character. Remove it and send it again")
    return read


def _no_number(word: str) -> float:
    raise ValueError(f"`{word}` is not a number in JSON")


def _float(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


def _whole(digits: str) -> int:
    value = int(digits) if len(digits) <= 20 else 2**64  # noqa: PLR2004  # digits of the largest 64-bit number, and sign
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"the number {digits[:40]} does not fit 64 bits")
    return value
