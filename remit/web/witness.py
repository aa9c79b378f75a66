"""A witness over HTTP, as c2sp.org/tlog-witness says: one request, `POST /add-checkpoint`."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from remit.clock import Clock
from remit.errors import InputInvalid, RemitError
from remit.ledger.witness import LARGEST, Witness, WrongSize

_UNPROVEN = 422
_MALFORMED = 400


def create_witness_app(witness: Witness, clock: Clock) -> Starlette:
    """Make the application of a witness. It needs no token: what it signs is proven, and anybody may know it."""

    async def add(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return PlainTextResponse("the request is too large\n", 413)
        try:
            line = await asyncio.to_thread(witness.add, _text(bytes(body)), clock.now())
        except WrongSize as error:
            return Response(f"{error.size}\n", 409, media_type="text/x.tlog.size")
        except RemitError as error:
            unproven = isinstance(error, InputInvalid) and "another history" in str(error)
            status = error.status if error.status != _UNPROVEN or unproven else _MALFORMED
            return PlainTextResponse(f"{error}\n", status)
        return PlainTextResponse(line)

    return Starlette(routes=[Route("/add-checkpoint", add, methods=["POST"])])


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise InputInvalid("the request is not UTF-8") from None
