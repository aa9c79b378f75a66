"""Serves the API on a port of this machine, until told to stop."""

import asyncio
import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from remit.errors import SettingsInvalid

_GRACE = 5  # seconds that requests under way are given at the end


@contextmanager
def listen(host: str, port: int) -> Generator[socket.socket]:
    """Take a port, before anything begins that needs it.

    Raises:
        SettingsInvalid: It is taken, or the address is none of this machine's.
    """
    try:
        [family, *_], *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsInvalid(
            f"the API cannot listen on `{host}` port {port}: {_why(error)}. "
            "Stop what listens there, or set `REMIT_PORT` or `REMIT_HOST` to another"
        ) from None
    with listening:
        yield listening


def _why(error: OSError) -> str:
    # A failed look-up of a name has a number that is none of the system's.
    said = str(error.strerror) if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    return said.lower()


async def serve(app: Starlette, listening: socket.socket, *, begun: Callable[[], None], stop: asyncio.Event) -> None:
    """Answer requests until told to stop; those under way are finished.

    Args:
        app: The application.
        listening: Where requests come in.
        begun: Called once requests are answered.
        stop: Set to end.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        lifespan="off",
    )
    server = _Server(config, begun)
    ending = asyncio.create_task(_end(server, stop))
    try:
        await server.serve(sockets=[listening])
    finally:
        ending.cancel()


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: Ctrl-C stops the whole process in its order."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _end(server: _Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
