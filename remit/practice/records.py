"""What one practice system holds, as one request sees it: inside one transaction of that system."""

from datetime import datetime
from typing import Any

from remit.errors import SystemRefused
from remit.store.database import Transaction

MOST = 200
"""How many records one answer lists at most."""

Data = dict[str, Any]
"""One record, as JSON. Money is an integer in minor units beside its currency."""


class Records:
    """The records of one system."""

    def __init__(self, transaction: Transaction, system: str, now: datetime) -> None:
        self.transaction = transaction
        self.system = system
        self.now = now

    @property
    def today(self) -> str:
        """The day it is at the practice company."""
        return self.now.date().isoformat()

    async def get(self, kind: str, record: str) -> Data | None:
        """Read a record; None when there is none."""
        return await self.transaction.fetch_value("read_practice_record", self.system, kind, record)

    async def take(self, kind: str, record: str) -> Data:
        """Read a record in order to change it; others wait.

        Raises:
            SystemRefused: There is none.
        """
        data = await self.transaction.fetch_value("lock_practice_record", self.system, kind, record)
        if data is None:
            raise SystemRefused(f"`{self.system}` has no {kind} `{record[:80]}`. Read it before changing it")
        return data

    async def find(self, kind: str, **like: Any) -> list[Data]:
        """Find the records that hold these values, by id; a value of None is not asked for."""
        wanted = {name: value for name, value in like.items() if value is not None}
        rows = await self.transaction.fetch("find_practice_records", self.system, kind, wanted, MOST)
        return [row["data"] for row in rows]

    async def save(self, kind: str, data: Data) -> None:
        """Write a record under its id."""
        values = (self.system, kind, data["id"], data, self.now)
        await self.transaction.execute("save_practice_record", *values)

    async def number(self, prefix: str) -> str:
        """Make an id no other record has."""
        return f"{prefix}-{await self.transaction.fetch_value('take_practice_number')}"
