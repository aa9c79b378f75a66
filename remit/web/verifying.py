"""Verifies the ledger beside everything else: one check at a time in a process, in a thread with its own connections.

Other pages go on being served meanwhile. What the last check found is kept until the process ends, with who asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from remit.errors import RemitError
from remit.ledger.note import Verifier
from remit.ledger.verify import Verification, verify
from remit.runtime.house import House
from remit.store.database import Database

_CONNECTIONS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check that came to its end."""

    who: str
    begun_at: datetime
    ended_at: datetime
    kept: bool
    """whether it was also held against a checkpoint kept elsewhere"""
    found: Verification | None
    problem: str = ""
    """why it could not be done, when it could not"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A check that goes on."""

    who: str
    begun_at: datetime
    task: "asyncio.Task[Checked]"


class Verifying:
    """The checks of one process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.last: Checked | None = None
        self.under_way: UnderWay | None = None

    def begin(self, verifier: Verifier, who: str, kept: Sequence[str] = ()) -> None:
        """Begin a check; while one goes on, that one goes on."""
        if self.under_way is not None:
            return
        now = self._house.clock.now()
        task = asyncio.create_task(self._check(verifier, who, now, kept))
        self.under_way = UnderWay(who=who, begun_at=now, task=task)
        task.add_done_callback(self._end)

    async def wait(self, seconds: float) -> None:
        """Wait until the check has come to its end, at most so long."""
        if self.under_way is not None:
            await asyncio.wait({self.under_way.task}, timeout=seconds)
            await asyncio.sleep(0)  # so that its end is noted

    async def _check(self, verifier: Verifier, who: str, begun_at: datetime, kept: Sequence[str]) -> Checked:
        found, problem = None, ""
        try:
            found = await asyncio.to_thread(lambda: asyncio.run(_verify(self._house.database.url, verifier, kept)))
        except RemitError as error:
            problem = str(error)
        ended_at = self._house.clock.now()
        return Checked(who=who, begun_at=begun_at, ended_at=ended_at, kept=bool(kept), found=found, problem=problem)

    def _end(self, task: "asyncio.Task[Checked]") -> None:
        self.under_way = None
        if not task.cancelled() and task.exception() is None:
            self.last = task.result()


async def _verify(url: str, verifier: Verifier, kept: Sequence[str]) -> Verification:
    database = await Database.open(url, size=_CONNECTIONS)
    try:
        return await verify(database, verifier, kept=kept)
    finally:
        await database.close()
