"""Watches the drop folder: a file that has arrived whole becomes a signal, once; so does one that cannot be read."""

import asyncio
from contextlib import suppress
from pathlib import Path

from remit.canonical import digest_of
from remit.connections.connectors.drop_folder.watcher import ArrivedFile, UnreadableFile, Watcher
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal

_EVERY = 0.5  # seconds between two looks


async def watch(house: House, folder: Path, *, stop: asyncio.Event) -> None:
    """Send a signal for every file that comes into the folder, until told to stop."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    watcher = Watcher(folder)
    while not stop.is_set():
        await look(house, watcher)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


async def look(house: House, watcher: Watcher) -> None:
    """Look once, and send the signals. A file seen again after a restart has the same id, and is known."""
    scan = await watcher.scan()
    for signal in (*map(_arrived, scan.arrived), *map(_unreadable, scan.unreadable)):
        await receive(house.database, house.roster, signal, house.clock.now())


def _arrived(file: ArrivedFile) -> Signal:
    folder = Path(file.folder).name
    return Signal(
        source=f"drop://{folder}",
        signal_id=file.id,
        type="file.arrived",
        subject=f"file:{file.name}",
        data={
            "name": file.name,
            "folder": folder,
            "size": file.size,
            "digest": file.digest,
            "modified_at": file.modified_at.isoformat(),  # as whoever dropped it says; the signal has the house's time
        },
    )


def _unreadable(file: UnreadableFile) -> Signal:
    """A file that cannot be read arrives too: its run meets the error, and ends where a person sees it."""
    folder = Path(file.folder).name
    return Signal(
        source=f"drop://{folder}",
        signal_id=digest_of({"name": file.name, "reason": file.reason}),
        type="file.arrived",
        subject=f"file:{file.name}",
        data={"name": file.name, "folder": folder, "unreadable": file.reason},
    )
