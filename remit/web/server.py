"""The embedded PostgreSQL as a process uses it: owned for as long as a house runs, or shared for one command.

    nothing runs ── a command ──▶ it starts the server, others join it, it stops when the last has left
    a house runs ── a command ──▶ it joins the server of the house

Each command holds the file `users` shared. Whoever started the server for a command takes it alone before it stops the
server: so it waits for those who joined, and who comes meanwhile waits for it. The operating system drops the lock
however a process ends.
"""

import asyncio
import fcntl
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from remit import clock
from remit.errors import DataDirectoryHeld, NotFound, SettingsInvalid, StoreUnavailable
from remit.store import embedded

_PATIENCE = 20.0  # seconds until the server another process is starting has to be there
_LOOK_EVERY = 0.1  # seconds between two looks


@asynccontextmanager
async def owned_server(data_directory: Path) -> AsyncGenerator[str]:
    """Own the data directory and give the URL of its server, which stops at the end.

    Raises:
        DataDirectoryHeld: Another process owns it.
        StoreUnavailable: It cannot be started.
    """
    server = await asyncio.to_thread(_start, data_directory)
    try:
        yield server.url
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def shared_server(data_directory: Path) -> AsyncGenerator[str]:
    """Give the URL of the server that runs in the data directory, or start it until nobody needs it.

    Raises:
        StoreUnavailable: It cannot be reached or started.
    """
    async with AsyncExitStack() as stack:
        users = stack.enter_context(_users(data_directory))
        await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_SH)
        url, server = await _join_or_start(data_directory)
        try:
            yield url
        finally:
            if server is not None:
                await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_EX)
                await asyncio.to_thread(server.stop)


@contextmanager
def _users(data_directory: Path) -> Generator[int]:
    _make(data_directory)
    with (data_directory / "users").open("a") as file:
        yield file.fileno()


async def _join_or_start(data_directory: Path) -> tuple[str, embedded.EmbeddedServer | None]:
    until = clock.monotonic() + _PATIENCE
    while True:
        try:
            server = await asyncio.to_thread(_start, data_directory)
        except DataDirectoryHeld as held:
            try:
                return embedded.find_running(data_directory), None
            except NotFound:  # its owner is still starting it, or stopping it
                if clock.monotonic() > until:
                    raise StoreUnavailable(f"{held}. Its database does not come up") from None
            await asyncio.sleep(_LOOK_EVERY)
        else:
            return server.url, server


def _start(data_directory: Path) -> embedded.EmbeddedServer:
    _make(data_directory)
    return embedded.start(data_directory)


def _make(data_directory: Path) -> None:
    """Make the data directory, which nobody else may look into: it holds keys."""
    try:
        data_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data_directory / "users").touch(mode=0o600)
    except OSError as error:
        raise SettingsInvalid(
            f"the data directory `{data_directory}` cannot be used: {error.strerror}. "
            "Set `REMIT_DATA_DIRECTORY` to one that can be written"
        ) from None
