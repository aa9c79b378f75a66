"""Asks any system that speaks JSON over HTTP, as its description says.

No redirect is followed, no proxy of the environment is used, certificates are verified, and an answer is read up to
a limit. What happened is told as it is: an error before anything was sent is `busy`, one after it is `unknown`.
"""

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NoReturn, cast

import httpx
import orjson

from remit import clock
from remit.connections.connectors.http_json.answer import (
    LARGEST,
    AnswerUnreadable,
    meaning_of,
    parse,
    pick,
    wait_of,
    words_of,
)
from remit.connections.connectors.http_json.credential import Credential
from remit.connections.connectors.http_json.description import Asked, Description, Meaning, Request
from remit.connections.connectors.http_json.template import fill_body, fill_path, fill_query, names_in
from remit.connections.operation import Kind, Operation, Repeat
from remit.connections.vault import Secret
from remit.errors import OutcomeUnknown, SettingsInvalid, SystemBusy, SystemRefused

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "remit"}
_CONNECT_WITHIN: Final = 5.0  # seconds
_SHOWN: Final = 200  # letters of a system's own words
_SENDS_THE_REST: Final = {"POST", "PUT", "PATCH"}  # without a template these send the arguments not used elsewhere
_NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

logging.getLogger("httpcore").setLevel(logging.INFO)  # it would log the headers of answers, which may repeat a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """One request, and what its answer would mean."""

    name: str
    request: Request
    arguments: dict[str, Any] = field(repr=False)
    key: str = ""
    statuses: dict[int, Meaning] = field(default_factory=dict[int, Meaning])
    changes: bool = False
    """whether it is a write"""
    looks_up: bool = False
    """whether it asks what a write became: then no answer may pass for `nothing`"""


class HttpJsonConnector:
    """One system, over one pool of connections."""

    def __init__(
        self, system: str, description: Description, *, secret: Secret | None = None, time_limit: float = 30.0
    ) -> None:
        self._system = system
        self._description = description
        self._asked = {f"{system}.{asked.name}": asked for asked in description.operations}
        self._operations = {name: asked.as_operation(system) for name, asked in self._asked.items()}
        self._credential = Credential(description, secret)
        # The transport alone: a client around it would follow redirects, keep cookies and ask the environment for
        # proxies, all of which must not happen here, and would take half as long again for each request.
        self._transport = httpx.AsyncHTTPTransport(verify=_trust(description.ca_file), trust_env=False)
        self._timeouts = {"timeout": httpx.Timeout(time_limit, connect=min(_CONNECT_WITHIN, time_limit)).as_dict()}

    @property
    def system(self) -> str:
        """The system's name."""
        return self._system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return MappingProxyType(self._operations)

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask without changing anything; None when there is no such thing."""
        asked = self._named(operation, arguments, Kind.READ)
        return await self._ask(_Question(name=operation, request=asked, arguments=arguments, statuses=asked.statuses))

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Change something, under a key that travels in a header or where `{key}` stands."""
        asked = self._named(operation, arguments, Kind.WRITE)
        answer = await self._ask(
            _Question(
                name=operation, request=asked, arguments=arguments, key=key, statuses=asked.statuses, changes=True
            )
        )
        return _as_object(answer)

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Ask what was done under a key; None when nothing was done."""
        asked = self._named(operation, arguments, Kind.WRITE)
        if asked.repeat is Repeat.BLIND or asked.look_up is None:
            raise OutcomeUnknown(f"nobody can look up whether `{operation}` was done. Look in `{self._system}`")
        answer = await self._ask(
            _Question(name=operation, request=asked.look_up, arguments=arguments, key=key, looks_up=True)
        )
        return None if answer is None else _as_object(answer)

    async def close(self) -> None:
        """Close the pool."""
        await self._transport.aclose()

    async def _ask(self, question: _Question) -> Any:
        request = self._build(question)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                content = await _read_content(response)
            finally:
                await response.aclose()
        except _NOTHING_SENT as error:
            raise SystemBusy(f"`{self._system}` cannot be reached{self._because(error)}. Is it running?") from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(
                f"`{self._system}` gave no answer to `{question.name}`{self._because(error)}"
            ) from None
        except AnswerUnreadable as error:
            self._is_unreadable(question, error)
        return self._understand(question, response, content)

    def _build(self, question: _Question) -> httpx.Request:
        asked, arguments = question.request, {**question.arguments, "key": question.key}
        headers = _HEADERS | self._credential.headers
        content = _write_body(question, arguments)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if question.changes and self._description.key_header:
            headers[self._description.key_header] = _as_header(question.key)
        url = self._description.base_url.rstrip("/") + fill_path(asked.path, arguments)
        params = fill_query(asked.query, arguments) or None
        try:
            return httpx.Request(
                asked.method, url, params=params, content=content, headers=headers, extensions=self._timeouts
            )
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise SystemRefused(f"the arguments of `{question.name}` make no address. Are they too long?") from None

    def _understand(self, question: _Question, response: httpx.Response, content: bytes) -> Any:
        meaning = meaning_of(response.status_code, question.statuses, changes=question.changes)
        if meaning is Meaning.OK:
            return self._take(question, content)
        said = f"`{self._system}` answered {response.status_code} to `{question.name}`{self._words(content)}"
        match meaning:
            case Meaning.NONE if not question.changes:
                return None
            case Meaning.BUSY:
                raise SystemBusy(said, retry_after=wait_of(response.headers.get("Retry-After", ""), clock.now()))
            case Meaning.REFUSED if not question.looks_up:
                raise SystemRefused(f"{said}{_advice(response.status_code)}")
            case _:
                # When looking up, even a refusal says nothing of what was done.
                raise OutcomeUnknown(f"{said}{_advice(response.status_code)}")

    def _take(self, question: _Question, content: bytes) -> Any:
        try:
            return pick(parse(content), question.request.answer)
        except AnswerUnreadable as error:
            self._is_unreadable(question, error)

    def _is_unreadable(self, question: _Question, error: AnswerUnreadable) -> NoReturn:
        said = f"`{self._system}` answered `{question.name}` with something unreadable: {error}"
        if question.changes or question.looks_up:
            raise OutcomeUnknown(said) from None
        raise SystemRefused(f"{said}. Check its description in `connections.yaml`") from None

    def _named(self, operation: str, arguments: dict[str, Any], kind: Kind) -> Asked:
        asked = self._asked.get(operation)
        if asked is None:
            raise SystemRefused(f"`{self._system}` has no operation `{operation}`")
        if asked.kind is not kind:
            raise SystemRefused(f"`{operation}` is a {asked.kind.value}, and was asked as a {kind.value}")
        missing = [name for name in self._operations[operation].required if arguments.get(name) is None]
        if missing:
            raise SystemRefused(f"`{operation}` cannot be asked without `{'`, `'.join(missing)}`")
        if asked.body is not None or asked.method not in _SENDS_THE_REST:
            known = (asked.names | {*asked.required, *asked.also_takes}) - {"key"}
            if unknown := sorted(arguments.keys() - known):
                raise SystemRefused(f"`{operation}` takes no `{'`, `'.join(unknown)}`")
        return asked

    def _because(self, error: Exception) -> str:
        text = self._credential.hide(str(error))
        return f" ({text})" if text else ""

    def _words(self, content: bytes) -> str:
        text = self._credential.hide(words_of(content))[:_SHOWN]  # cut last, or half a secret would remain
        return f": {text}" if text else ""


async def _read_content(response: httpx.Response) -> bytes:
    content = bytearray()
    is_encoded = "Content-Encoding" in response.headers  # some systems compress although they were asked not to
    async for chunk in response.aiter_bytes() if is_encoded else cast("httpx.AsyncByteStream", response.stream):
        content += chunk
        if len(content) > LARGEST:
            raise AnswerUnreadable(f"larger than {LARGEST // 1_000_000} MB")
    return bytes(content)


def _write_body(question: _Question, arguments: dict[str, Any]) -> bytes | None:
    asked = question.request
    if asked.body is not None:
        body = fill_body(asked.body, arguments)
    elif question.changes and asked.method in _SENDS_THE_REST:
        used = names_in(asked.path) | names_in(asked.query)
        also = asked.also_takes if isinstance(asked, Asked) else ()
        body = {name: value for name, value in question.arguments.items() if name not in {*used, *also}}
    else:
        return None
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        raise SystemRefused(f"the arguments of `{question.name}` cannot be written as JSON") from None


def _as_header(key: str) -> str:
    if not (key and key.isascii() and key.isprintable()):
        raise SystemRefused(f"the key `{key[:100]}` cannot travel in a header. Use letters, digits and punctuation")
    return key


def _as_object(answer: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {"answer": answer}


def _advice(status: int) -> str:
    match status:
        case 401 | 403:
            return ". Check the `secret` of its connection and what it is allowed to do"
        case 301 | 302 | 303 | 307 | 308:
            return ". No redirect is followed: give the final address as `base_url`"
        case _:
            return ""


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsInvalid(f"`{ca_file}` cannot be read as certificates. Check `ca_file`") from None
    return context
