"""A database connection that kills its own process at the nth place where something is written or committed."""

import os
import signal
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from remit.store.database import QUERIES, Database, Row, Transaction

WRITES = {name for name, text in QUERIES.items() if any(w in text for w in ("INSERT INTO", "UPDATE ", "DELETE FROM"))}


class Places:
    """Counts the places passed, and kills the process at one of them."""

    def __init__(self, crash_at: int) -> None:
        self.crash_at = crash_at
        self.passed = 0

    def here(self) -> None:
        """Pass a place."""
        self.passed += 1
        if self.passed == self.crash_at:
            os.kill(os.getpid(), signal.SIGKILL)


class CrashingTransaction(Transaction):
    """Passes a place before and after every statement that writes."""

    def __init__(self, inner: Transaction, places: Places) -> None:
        super().__init__(inner.connection)
        self._places = places

    async def fetch(self, name: str, *arguments: object) -> list[Row]:
        """Run a statement; give all rows."""
        self._pass(name)
        rows = await super().fetch(name, *arguments)
        self._pass(name)
        return rows

    async def fetch_row(self, name: str, *arguments: object) -> Row | None:
        """Run a statement; give its first row."""
        self._pass(name)
        row = await super().fetch_row(name, *arguments)
        self._pass(name)
        return row

    async def fetch_value(self, name: str, *arguments: object) -> Any:
        """Run a statement; give one value."""
        self._pass(name)
        value = await super().fetch_value(name, *arguments)
        self._pass(name)
        return value

    async def execute(self, name: str, *arguments: object) -> None:
        """Run a statement."""
        self._pass(name)
        await super().execute(name, *arguments)
        self._pass(name)

    async def execute_many(self, name: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement many times."""
        self._pass(name)
        await super().execute_many(name, rows)
        self._pass(name)

    def _pass(self, name: str) -> None:
        if name in WRITES:
            self._places.here()


class CrashingDatabase(Database):
    """Passes a place at every write, before every commit and after it."""

    places: Places

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Open a transaction that passes places."""
        async with super().transaction() as transaction:
            yield CrashingTransaction(transaction, self.places)
            self.places.here()
        self.places.here()

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Transaction]:
        """Hold a session that passes places."""
        async with super().session() as session:
            yield CrashingTransaction(session, self.places)
