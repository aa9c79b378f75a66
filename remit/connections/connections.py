"""All connected systems of one process, and which of them an operation belongs to."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from difflib import get_close_matches
from types import MappingProxyType

from remit.connections.asking import Guard
from remit.connections.connection import Connection
from remit.connections.operation import Operation
from remit.errors import NotFound, SettingsInvalid
from remit.store.database import Database


class Connections:
    """The connections, each system once."""

    def __init__(self, connections: Iterable[Connection] = ()) -> None:
        self._by_system: dict[str, Connection] = {}
        operations: dict[str, Operation] = {}
        for connection in connections:
            if connection.system in self._by_system:
                raise SettingsInvalid(f"the system `{connection.system}` is connected twice. Give one another name")
            self._by_system[connection.system] = connection
            operations.update(connection.operations)
        self._operations = MappingProxyType(operations)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Everything that can be asked of any system, by full name."""
        return self._operations

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._by_system.values())

    def guard(self, guard: Guard) -> None:
        """Have something asked before every question to any system."""
        for connection in self:
            connection.guard = guard

    def share(self, database: Database) -> None:
        """Keep the pace of every system together with every process on a database."""
        for connection in self:
            connection.share(database)

    def operation(self, name: str) -> Operation:
        """Find an operation by its full name.

        Raises:
            NotFound: No connected system has it.
        """
        found = self._operations.get(name)
        if found is None:
            raise NotFound(f"unknown operation `{name[:200]}`. {self._advice(name)}")
        return found

    def for_operation(self, name: str) -> Connection:
        """Find the connection that an operation is asked through.

        Raises:
            NotFound: No connected system has it.
        """
        return self._by_system[self.operation(name).system]

    async def close(self) -> None:
        """Close every connection, even if one of them fails."""
        async with AsyncExitStack() as stack:
            for connection in self:
                stack.push_async_callback(connection.close)

    def _advice(self, name: str) -> str:
        near = get_close_matches(name[:200], self._operations, n=1)
        if near:
            return f"Did you mean `{near[0]}`?"
        system = name.partition(".")[0]
        if system in self._by_system:
            return f"`{system}` has {', '.join(self._by_system[system].operations)}"
        return f"No system `{system[:100]}` is connected. Connect it in `connections.yaml`"
