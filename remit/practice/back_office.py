"""The inside of one practice system: it does what it is asked, and logs it in the same transaction of its own.

Its commits are its own: nothing the asking side does or fails to do afterwards undoes them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from remit.clock import Clock
from remit.connections.connector import ListedEffect
from remit.connections.operation import Kind, Repeat
from remit.errors import OutcomeUnknown, SystemRefused
from remit.practice.deed import Arguments, Deed, is_storable
from remit.practice.records import Records
from remit.store.database import Database, Row, Transaction

_LONGEST_KEY = 255


class BackOffice:
    """One system without the network in front of it: no faults, no lost answers."""

    def __init__(self, system: str, deeds: Sequence[Deed], database: Database, clock: Clock) -> None:
        self.system = system
        self.deeds: Mapping[str, Deed] = {deed.operation.name: deed for deed in deeds}
        self._database = database
        self._clock = clock

    async def answer(self, operation: str, arguments: Arguments) -> Any:
        """Answer a question; nothing changes.

        Raises:
            SystemRefused: It is no question this system knows, or the arguments make no sense.
        """
        deed = self.find_deed(operation, Kind.READ)
        given = deed.check(arguments)
        async with self._database.session() as session:
            return await deed.does(Records(session, self.system, self._clock.now()), given)

    async def do(self, operation: str, arguments: Arguments, key: str) -> dict[str, Any]:
        """Change something and log it, both or neither.

        Raises:
            SystemRefused: It is no write this system knows, or it says no; nothing happened.
        """
        asked_at = self._clock.now()
        deed = self.find_deed(operation, Kind.WRITE)
        given = deed.check(arguments)
        _check_key(key)
        async with self._database.transaction() as transaction:
            # INVARIANT: of two requests with one key at the same time, the second sees what the first did.
            await transaction.execute("lock_practice_key", self.system, key)
            done = await transaction.fetch("find_practice_effects", self.system, key)
            if done and deed.operation.repeat is Repeat.SAME:
                return _same_again(done[0], operation, arguments)
            result: dict[str, Any] = await deed.does(Records(transaction, self.system, asked_at), given)
            what = (self.system, operation, key, len(done) + 1, arguments, result)
            await transaction.execute("insert_practice_effect", *what, asked_at, self._clock.now())
        return result

    async def find(self, operation: str, key: str) -> dict[str, Any] | None:
        """Tell what was done under a key; None when nothing was. Waits for a request that is being worked on.

        Raises:
            SystemRefused: It is no write this system knows.
            OutcomeUnknown: The system keeps no track of this operation.
        """
        deed = self.find_deed(operation, Kind.WRITE)
        _check_key(key)
        if deed.operation.repeat is Repeat.BLIND:
            raise OutcomeUnknown(f"nobody can tell whether `{operation}` was done. Ask who would have noticed")
        async with self._database.transaction() as transaction:
            return await self._find_in(transaction, operation, key)

    async def list_effects(self, since: datetime, until: datetime) -> Sequence[ListedEffect]:
        """List what was done from a moment on, up to and not including another."""
        rows = await self._database.fetch("list_practice_effects_between", self.system, since, until)
        return [ListedEffect(**row) for row in rows]

    async def _find_in(self, transaction: Transaction, operation: str, key: str) -> dict[str, Any] | None:
        await transaction.execute("lock_practice_key", self.system, key)
        done = await transaction.fetch("find_practice_effects", self.system, key)
        return next((row["result"] for row in done if row["operation"] == operation), None)

    def find_deed(self, operation: str, kind: Kind) -> Deed:
        """Find what stands behind an operation's name.

        Raises:
            SystemRefused: The system has no such operation of this kind.
        """
        deed = self.deeds.get(operation)
        if deed is None or deed.operation.kind is not kind:
            known = ", ".join(name for name, deed in self.deeds.items() if deed.operation.kind is kind) or "none"
            raise SystemRefused(f"`{self.system}` has no {kind} `{operation[:80]}`. It has: {known}")
        return deed


def _check_key(key: str) -> None:
    if not 0 < len(key) <= _LONGEST_KEY or not is_storable(key):
        raise SystemRefused(f"a key is a text of 1 to {_LONGEST_KEY} characters. Make it from run and step")


def _same_again(done: Row, operation: str, arguments: Arguments) -> dict[str, Any]:
    if (done["operation"], done["arguments"]) != (operation, arguments):
        raise SystemRefused(f"the key was used for another `{done['operation']}`. Take a new key for another request")
    return done["result"]
