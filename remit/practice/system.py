"""A practice system as a connector: a back office behind a line that fails on demand."""

import asyncio
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from remit.connections.connector import ListedEffect
from remit.connections.operation import Kind, Operation
from remit.errors import OutcomeUnknown, StoreUnavailable, SystemBusy
from remit.practice.back_office import BackOffice
from remit.practice.faults import LOOK_UP, Fault, FaultKind, take_fault
from remit.store.database import Database


class PracticeSystem:
    """One connected system of the practice company."""

    def __init__(self, office: BackOffice, database: Database) -> None:
        self._office = office
        self._database = database
        self._operations = {name: deed.operation for name, deed in office.deeds.items()}

    @property
    def system(self) -> str:
        """The system's name."""
        return self._office.system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return self._operations

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask without changing anything."""
        self._office.find_deed(operation, Kind.READ)
        with _unreachable(SystemBusy):
            fault = await take_fault(self._database, self.system, operation)
            await _fail_before(fault, operation)
            answer = await self._office.answer(operation, arguments)
        await _fail_after(fault, operation)
        return answer

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Change something, under a key."""
        self._office.find_deed(operation, Kind.WRITE)
        with _unreachable(OutcomeUnknown):
            fault = await take_fault(self._database, self.system, operation)
            await _fail_before(fault, operation)
            result = await self._office.do(operation, arguments, key)
        await _fail_after(fault, operation)
        return result

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Tell what was done under a key, from the system's own log."""
        del arguments  # the log knows them; they are for systems that have to search
        with _unreachable(SystemBusy):
            fault = await take_fault(self._database, self.system, LOOK_UP)
            await _fail_before(fault, operation)
            found = await self._office.find(operation, key)
        await _fail_after(fault, operation)
        return found

    async def list_effects(self, since: datetime, until: datetime) -> Sequence[ListedEffect]:
        """List what was done between two moments, from the system's own log."""
        with _unreachable(SystemBusy):
            return await self._office.list_effects(since, until)

    async def close(self) -> None:
        """Do nothing: the connections are the company's, and are closed with it."""


@contextmanager
def _unreachable(meaning: type[SystemBusy | OutcomeUnknown]) -> Generator[None]:
    """Say in a connector's words that the database behind the system does not answer."""
    try:
        yield
    except StoreUnavailable as error:
        raise meaning(f"the practice company does not answer: {error}") from error


async def _fail_before(fault: Fault | None, operation: str) -> None:
    if fault is None:
        return
    match fault.kind:
        case FaultKind.BUSY:
            raise SystemBusy(f"`{operation}` is asked too often. Ask again later", retry_after=fault.seconds)
        case FaultKind.ERROR_BEFORE:
            raise OutcomeUnknown(f"the system broke while it was asked for `{operation}`. Look up what happened")
        case FaultKind.DROP:
            raise OutcomeUnknown(f"the connection closed during `{operation}`. Look up what happened")
        case FaultKind.LATE:
            await asyncio.sleep(fault.seconds)
        case FaultKind.TIMEOUT | FaultKind.ERROR_AFTER:
            pass


async def _fail_after(fault: Fault | None, operation: str) -> None:
    if fault is None or fault.kind not in {FaultKind.TIMEOUT, FaultKind.ERROR_AFTER}:
        return
    if fault.kind is FaultKind.TIMEOUT:
        await asyncio.sleep(fault.seconds)
        raise OutcomeUnknown(f"no answer to `{operation}` came in time. Look up what happened")
    raise OutcomeUnknown(f"the system broke while it was asked for `{operation}`. Look up what happened")
