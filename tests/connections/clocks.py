"""A clock that only waiting moves."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from remit.connections.pace import Timing


@dataclass(slots=True)
class Clocks:
    """A clock that only waiting moves."""

    tick: float = 100.0
    waits: list[float] = field(default_factory=list[float])

    async def rest(self, seconds: float) -> None:
        """Wait: the clock moves, and nobody does."""
        self.waits.append(seconds)
        self.tick += seconds
        await asyncio.sleep(0)

    def timing(self) -> Timing:
        """Give the clocks as a connection takes them."""
        began = datetime(2026, 1, 1, tzinfo=UTC)
        return Timing(now=lambda: began + timedelta(seconds=self.tick), tick=lambda: self.tick, rest=self.rest)
