"""What every connector is: a few operations of one system, asked by name.

A connector holds no retries, no limits and no rules: those are the connection's and the gateway's. It says what
happened in exactly one of four ways: it returns, or raises `SystemRefused` (no, and nothing happened), `SystemBusy`
(later, and nothing happened) or `OutcomeUnknown` (perhaps). The conformance suite in `tests/connections` holds
every connector to this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from remit.connections.operation import Operation


class Connector(Protocol):
    """One connected system."""

    @property
    def system(self) -> str:
        """The system's name, the part of an operation before the dot."""
        ...

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        ...

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask without changing anything. The answer is JSON; None when there is no such thing.

        Raises:
            SystemRefused: The question makes no sense to the system.
            SystemBusy: The system cannot answer now.
            OutcomeUnknown: No answer came.
        """
        ...

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Change something, under a key that makes a repeat recognisable.

        Raises:
            SystemRefused: The system said no; nothing happened.
            SystemBusy: The system said later; nothing happened.
            OutcomeUnknown: It may have happened: a time-out, a broken connection, an error after the request was sent.
        """
        ...

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Tell what was done under a key: what `perform` returned, or would have; None when nothing was done.

        Raises:
            SystemBusy: The system cannot answer now.
            OutcomeUnknown: It cannot be known.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEffect:
    """One thing a system says it did; what it did twice under one key, it says twice."""

    operation: str
    key: str
    at: datetime


@runtime_checkable
class ListsEffects(Protocol):
    """What a connector may offer besides: what its system did, from the system's own log."""

    async def list_effects(self, since: datetime, until: datetime) -> Sequence[ListedEffect]:
        """List what was done from a moment on, up to and not including another, under whatever key.

        Raises:
            SystemBusy: The system cannot answer now.
            OutcomeUnknown: No answer came.
        """
        ...
