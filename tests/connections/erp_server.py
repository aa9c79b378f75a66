"""A small ERP over HTTP on 127.0.0.1, which keeps its own list of effects and can be made to fail."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from remit.connections.connectors.http_json.description import Description
from tests.connections.subject import Fault


@dataclass(slots=True)
class Asked:
    """One request, as the server received it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, still quoted."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The query."""
        return parse_qs(urlsplit(self.target).query)


@dataclass(slots=True)
class Erp:
    """What the ERP knows and did."""

    url: str = ""
    effects: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    asked: list[Asked] = field(default_factory=list[Asked])
    answers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """by key"""
    faults: list[Fault] = field(default_factory=list[Fault])
    canned: list[bytes] = field(default_factory=list[bytes])
    """whole answers to give next, whatever is asked"""
    retry_after: str = "7"
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """set when something was asked"""

    async def fail(self, fault: Fault, times: int) -> None:
        """Make the next so many requests go wrong."""
        self.faults += [fault] * times

    async def count(self) -> int:
        """Count the effects."""
        return len(self.effects)

    def can(self, status: int, body: bytes = b"{}", *headers: str) -> None:
        """Answer the next request like this."""
        head = "".join(f"{header}\r\n" for header in headers)
        self.canned.append(f"HTTP/1.1 {status} x\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


@asynccontextmanager
async def running_erp(tls: ssl.SSLContext | None = None) -> AsyncGenerator[Erp]:
    """Run the ERP while the block lasts."""
    erp = Erp()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await _receive(reader):
                erp.asked.append(asked)
                erp.arrived.set()
                answer = erp.canned.pop(0) if erp.canned else await _answer(erp, asked, reader)
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    erp.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield erp


async def _receive(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    line, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, target, _ = line.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method=method, target=target, headers=headers, body=body)


async def _answer(erp: Erp, asked: Asked, reader: asyncio.StreamReader) -> bytes:
    fault = erp.faults.pop(0) if erp.faults else None
    match fault:
        case None:
            return _act(erp, asked)
        case Fault.BUSY:
            return _written(429, {"error": "slow down"}, f"Retry-After: {erp.retry_after}")
        case Fault.ERROR_BEFORE:
            return _written(500, {"error": "oops"})
        case Fault.ERROR_AFTER:
            _act(erp, asked)
            return _written(500, {"error": "oops"})
        case Fault.TIMEOUT:
            _act(erp, asked)
            await reader.read()  # until the other side gives up
            return b""
        case Fault.DROP:
            return b""


def _act(erp: Erp, asked: Asked) -> bytes:
    parts = [unquote(part) for part in asked.path.split("/")[1:]]
    match asked.method, parts:
        case "POST", ["invoices", invoice, "hold"]:
            return _hold(erp, invoice, asked)
        case "POST", ["notes"]:
            return _note(erp, asked)
        case "GET", [kind, *rest]:
            found = _find(erp, kind, "/".join(rest), asked.query)
            return _written(404 if found is None else 200, found)
        case _:
            return _written(404, {"error": "no such page"})


def _find(erp: Erp, kind: str, name: str, query: dict[str, list[str]]) -> Any:
    match kind:
        case "invoices" if name == "R-0":
            return {"data": {"invoice": "R-0", "state": "open"}}
        case "invoices":
            held = [effect for effect in erp.effects if effect.get("invoice") == name]
            return {"data": held[-1]} if held else None
        case "requests":
            return erp.answers.get(name)
        case _:
            return {"items": [effect for effect in erp.effects if effect.get("reference") in query["reference"]]}


def _hold(erp: Erp, invoice: str, asked: Asked) -> bytes:
    key = asked.headers["idempotency-key"]
    if key not in erp.answers:
        given = orjson.loads(asked.body)
        erp.answers[key] = {"invoice": invoice, "state": "held", "number": len(erp.effects) + 1, **given}
        erp.effects.append(erp.answers[key])
    return _written(200, erp.answers[key])


def _note(erp: Erp, asked: Asked) -> bytes:
    note = {**orjson.loads(asked.body), "number": len(erp.effects) + 1}
    erp.effects.append(note)
    return _written(201, note)


def _written(status: int, body: Any, *headers: str) -> bytes:
    content = orjson.dumps(body)
    head = "".join(f"{header}\r\n" for header in (*headers, f"Date: {formatdate(usegmt=True)}"))
    return f"HTTP/1.1 {status} x\r\n{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def describe(erp: Erp, **changes: Any) -> Description:
    """Describe the ERP, as `connections.yaml` would."""
    described: dict[str, Any] = {
        "base_url": erp.url,
        "operations": [
            {
                "name": "get_invoice",
                "kind": "read",
                "summary": "Read an invoice",
                "path": "/invoices/{invoice}",
                "answer": "data",
            },
            {
                "name": "hold_invoice",
                "kind": "write",
                "summary": "Hold an invoice",
                "method": "POST",
                "path": "/invoices/{invoice}/hold",
                "body": {"reason": "{reason}", "source": "remit"},
                "required": ["reason"],
                "repeat": "same",
                "reads_back": True,
                "look_up": {"path": "/requests/{key}"},
            },
            {
                "name": "add_note",
                "kind": "write",
                "summary": "Add a note",
                "method": "POST",
                "path": "/notes",
                "body": {"text": "{text}", "reference": "{key}"},
                "required": ["text"],
                "repeat": "findable",
                "look_up": {"path": "/notes", "query": {"reference": "{key}"}, "answer": "items.0"},
            },
            {
                "name": "pay_invoice",
                "kind": "write",
                "summary": "Pay an invoice",
                "method": "POST",
                "path": "/notes",
                "risk": "high",
            },
        ],
    }
    return Description.model_validate({**described, **changes})
