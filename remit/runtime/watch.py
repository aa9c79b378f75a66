"""Watches the drop folder: a file that has arrived whole becomes a signal, once; so does one that cannot be read."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from remit.canonical import digest_of
from remit.connections.connectors.drop_folder.watcher import ArrivedFile, UnreadableFile, Watcher
from remit.errors import ConnectionHalted, RemitError
from remit.governance.scopes import check_connection
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal

FOLDER: Final = "invoices"
"""The folder inside the drop folder that the connection `drop` reads, and triggers name."""

_SYSTEM: Final = "drop"
_EVERY = 0.5  # seconds between two looks
_log = logging.getLogger(__name__)


async def watch(house: House, drop: Path, *, stop: asyncio.Event) -> None:
    """Send a signal for every file that comes into `invoices` in the drop folder, until told to stop."""
    folder = drop / FOLDER
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    watcher = Watcher(folder)
    while not stop.is_set():
        try:
            await look(house, watcher)
        except ConnectionHalted as error:
            _log.info("%s", error)
        except RemitError as error:
            _log.warning("the drop folder could not be looked through: %s", error)
            watcher = Watcher(folder)  # it looks at everything again; what is known by then is not sent twice
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


async def look(house: House, watcher: Watcher) -> None:
    """Look once, and send the signals. A file seen again after a restart has the same id, and is known.

    Raises:
        ConnectionHalted: The drop folder is halted: nothing was looked at, and nothing is lost.
    """
    await check_connection(house.database, _SYSTEM)
    scan = await watcher.scan()
    now = house.clock.now()
    arrived, unreadable = (
        (_arrived(one, now) for one in scan.arrived),
        (_unreadable(one, now) for one in scan.unreadable),
    )
    for signal in (*arrived, *unreadable):
        await receive(house.database, house.roster, signal, now)


def _arrived(file: ArrivedFile, now: datetime) -> Signal:
    folder = Path(file.folder).name
    return Signal(
        source=f"drop://{folder}",
        signal_id=file.id,
        type="file.arrived",
        subject=f"file:{file.name}",
        time=now,
        data={
            "name": file.name,
            "folder": folder,
            "size": file.size,
            "digest": file.digest,
            "modified_at": file.modified_at.isoformat(),  # as whoever dropped it says; the signal has the house's time
        },
    )


def _unreadable(file: UnreadableFile, now: datetime) -> Signal:
    """A file that cannot be read arrives too: its run meets the error, and ends where a person sees it."""
    folder = Path(file.folder).name
    is_folder = file.name == "."  # that may fail again another day
    return Signal(
        source=f"drop://{folder}",
        signal_id=digest_of({"id": file.id, "on": now.date().isoformat()}) if is_folder else file.id,
        type="file.arrived",
        subject=f"file:{file.name}",
        time=now,
        data={"name": file.name, "folder": folder, "unreadable": file.reason},
    )
