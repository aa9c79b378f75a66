"""The practice company at work: it sends its signals and drops its invoices, one after the other."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path
from typing import Final

import orjson

from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.practice.signals import sample_signals
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import read_cloudevent

_EVERY: Final = 0.4  # seconds between two of them


async def demonstrate(house: House, drop: Path, *, stop: asyncio.Event) -> None:
    """Send everything once. Begun again, it drops and sends the same, and the house knows that it has it already."""
    today = await founding_day(house.database)
    if today is None:
        return
    folder = drop / "invoices"
    papers = list(documents(today).items())
    events = sample_signals(today)
    random.Random(7).shuffle(events)  # noqa: S311  # the same mixed order each time
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    while (papers or events) and not stop.is_set():
        if papers:
            await asyncio.to_thread(_drop, folder, *papers.pop())
        for event in (events.pop() for _ in range(min(3, len(events)))):
            signal = read_cloudevent(orjson.dumps(event))
            await receive(house.database, house.roster, signal, house.clock.now())
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY)


def _drop(folder: Path, name: str, content: bytes) -> None:
    """Put a file there whole: written aside under a hidden name, then named."""
    target = folder / name
    if not target.exists() and not any((folder / sub / name).exists() for sub in ("done", "failed")):
        hidden = folder / f".{name}.part"
        hidden.write_bytes(content)
        hidden.rename(target)
