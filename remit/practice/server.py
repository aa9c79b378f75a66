"""The practice systems over HTTP, with faults as real HTTP shows them: `python -m remit.practice.server`.

    GET  /{system}/{operation}?argument=…        a reading operation; 404 when there is no such thing
    POST /{system}/{operation}                   a writing one: arguments as JSON, an `Idempotency-Key`
    GET  /effects/{system}/{key}?operation=…     what was done under a key; 404 when nothing was

A refusal is 422, a bad request 400, a busy system 429 with `Retry-After`, a broken one 500, an operation nobody can
look up 501. The operation is the part after the dot.
"""

import argparse
import asyncio
import math
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from remit.connections.operation import Kind
from remit.errors import InputInvalid, NotFound, OutcomeUnknown, SystemRefused
from remit.practice.back_office import BackOffice
from remit.practice.company import Company, open_company
from remit.practice.deed import Shape
from remit.practice.faults import LOOK_UP, Fault, FaultKind
from remit.store.database import Database

_MOST = 4_000_000  # bytes a request may have


class DroppingProtocol(H11Protocol):
    """HTTP that hands the application its own connection, so that a fault can close it without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection where every request of it can find it."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def make_app(company: Company) -> FastAPI:
    """Make the application for an open company."""
    app = FastAPI(openapi_url=None)

    @app.get("/effects/{system}/{key:path}")
    async def look_up(request: Request, system: str, key: str) -> Response:
        office = _office(company, system)
        operation = f"{system}.{request.query_params.get('operation', '')}"
        return await _served(request, company, (system, LOOK_UP), lambda: office.find(operation, key))

    @app.get("/{system}/{operation}")
    async def read(request: Request, system: str, operation: str) -> Response:
        office, name = _office(company, system), f"{system}.{operation}"
        arguments = _from_query(office, name, dict(request.query_params))
        return await _served(request, company, (system, operation), lambda: office.answer(name, arguments))

    @app.post("/{system}/{operation}")
    async def perform(request: Request, system: str, operation: str) -> Response:
        office, name = _office(company, system), f"{system}.{operation}"
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            raise InputInvalid("a write needs an `Idempotency-Key`. Send one with every request")
        arguments = await _from_body(request)
        return await _served(request, company, (system, operation), lambda: office.do(name, arguments, key))

    for kind, status in ((InputInvalid, 400), (NotFound, 404), (SystemRefused, 422), (OutcomeUnknown, 501)):
        app.add_exception_handler(kind, _say(status))
    return app


def _say(status: int) -> Callable[[Request, Exception], Response]:
    return lambda _request, error: _answer({"error": str(error)}, status)


def _answer(content: object, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(orjson.dumps(content), status, named, media_type="application/json")


# ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────────────


def _office(company: Company, system: str) -> BackOffice:
    if system not in company.offices:
        raise NotFound(f"no practice system is called `{system[:80]}`. There are: {', '.join(company.offices)}")
    return company.offices[system]


def _from_query(office: BackOffice, operation: str, query: dict[str, str]) -> dict[str, Any]:
    """Read arguments as their shapes want them: a text as it stands, whole numbers as such."""
    shapes = office.find_deed(operation, Kind.READ).takes
    numbers = {Shape.NUMBER, Shape.AMOUNT}
    return {
        name: int(value) if shapes.get(name) in numbers and value.lstrip("-").isdecimal() else value
        for name, value in query.items()
    }


async def _from_body(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            raise InputInvalid(f"a request has at most {_MOST} bytes. Send less")
    try:
        arguments = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise InputInvalid(f"the body is not JSON: {error}. Send the arguments as one object") from None
    if not isinstance(arguments, dict):
        raise InputInvalid("the arguments are not an object. Send them as one")
    return cast("dict[str, Any]", arguments)


# ── what comes back ────────────────────────────────────────────────────────────────────────────────────────────────


async def _served(
    request: Request, company: Company, what: tuple[str, str], do: Callable[[], Awaitable[Any]]
) -> Response:
    """Do what was asked and answer, or whatever a planned fault makes of that."""
    fault = await company.take_fault(*what)
    early = await _failed_before(request, fault) if fault else None
    if early is not None:
        return early
    answer = _found(await do())
    return await _failed_after(request, fault) or answer if fault else answer


async def _failed_before(request: Request, fault: Fault) -> Response | None:
    match fault.kind:
        case FaultKind.BUSY:
            return _answer({"error": "too many requests"}, 429, Retry_After=str(math.ceil(fault.seconds)))
        case FaultKind.ERROR_BEFORE:
            return _answer({"error": "internal error"}, 500)
        case FaultKind.DROP:
            return await _hang_up(request)
        case FaultKind.LATE:
            await asyncio.sleep(fault.seconds)
            return None
        case _:
            return None


async def _failed_after(request: Request, fault: Fault) -> Response | None:
    match fault.kind:
        case FaultKind.ERROR_AFTER:
            return _answer({"error": "internal error"}, 500)
        case FaultKind.TIMEOUT:
            await _stay_silent(request, fault.seconds)
            return await _hang_up(request)
        case _:
            return None


def _found(result: object) -> Response:
    return _answer({"error": "there is no such thing"}, 404) if result is None else _answer(result)


async def _stay_silent(request: Request, seconds: float) -> None:
    """Say nothing until the time is over or the client has gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass


async def _hang_up(request: Request) -> Response:
    """Close the connection; the response given back goes nowhere."""
    transport = request.scope.get("state", {}).get("transport")
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)  # lets the server notice before it is handed a response
    return _answer({"error": "the connection should have closed"}, 500)


# ── how it is started ──────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def serving(company: Company, *, port: int = 0) -> AsyncGenerator[str]:
    """Serve a company on 127.0.0.1 while the block lasts; give the address. Port 0 is any free one."""
    listening = socket.create_server(("127.0.0.1", port), reuse_port=False)
    config = uvicorn.Config(make_app(company), http=DroppingProtocol, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True  # requests that hang on purpose are not waited for
        await running
        listening.close()


async def run(database_url: str, port: int, size: int) -> None:
    """Open the company and serve it until the process is told to end."""
    database = await Database.open(database_url, size=1)
    company = await open_company(database, size=size)
    try:
        async with serving(company, port=port) as address:
            print(address, flush=True)  # noqa: T201  # whoever started this reads the address
            await asyncio.Event().wait()
    finally:
        await company.close()
        await database.close()


def main() -> None:
    """Read the command line and serve."""
    reader = argparse.ArgumentParser(prog="python -m remit.practice.server", description="Serve the practice systems.")
    reader.add_argument("--database-url", required=True, help="the PostgreSQL the company lives in, migrated")
    reader.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; 0 is any free one")
    reader.add_argument("--connections", type=int, default=10, help="how many connections to PostgreSQL to hold")
    asked = reader.parse_args()
    asyncio.run(run(asked.database_url, asked.port, asked.connections))


if __name__ == "__main__":
    main()
