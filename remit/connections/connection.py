"""One connected system as the gateway asks it: a connector, with time limits, turns, repeats and health around it.

A repeat is made only where nothing happened, or where the system knows the key. What a write became:

    answered ─────────────────────────────▶ the answer (read back where the operation says so)
    refused  ─────────────────────────────▶ SystemRefused
    busy     ── a short wait, in time ────▶ asked again, else SystemBusy
    unknown  ── looked up ── found ───────▶ the answer
                    ├─ not found, SAME ───▶ asked again under the same key, in time
                    └─ else ──────────────▶ OutcomeUnknown: a late request may still arrive
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from remit.connections.asking import Asking, Guard
from remit.connections.connector import Connector, ListedEffect, ListsEffects
from remit.connections.health import Health
from remit.connections.operation import Kind, Operation, Repeat
from remit.connections.pace import LONGEST_WAIT, Limits, Timing
from remit.errors import OutcomeUnknown, SystemBusy, SystemFailed, SystemRefused
from remit.store.database import Database

_Answer = TypeVar("_Answer")

_TRIES: Final = 3  # how often one call asks before it gives up
_PAUSE: Final = 0.1  # seconds before the second try; twice as long before each further one


class WhenUnavailable(StrEnum):
    """What a run does when the system is not available."""

    RETRY = "retry"
    """it waits and asks again, and goes to a person after many tries"""
    ESCALATE = "escalate"
    """it goes to a person at once"""
    PAUSE = "pause"
    """it waits as long as it takes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Write:
    """One write being asked."""

    operation: Operation
    arguments: dict[str, Any] = field(repr=False)
    key: str
    begin_by: float | None


class Connection:
    """What one process asks of one connected system."""

    def __init__(
        self,
        connector: Connector,
        *,
        limits: Limits | None = None,
        when_unavailable: WhenUnavailable = WhenUnavailable.RETRY,
        timing: Timing | None = None,
    ) -> None:
        self._connector = connector
        self._timing = timing or Timing()
        self.limits = limits or Limits()
        self.when_unavailable = when_unavailable
        self._asking = Asking(connector.system, self.limits, self._timing)

    @property
    def health(self) -> Health:
        """How it is doing, as far as this process has seen."""
        return self._asking.health

    @property
    def asking(self) -> int:
        """How many requests are under way, or wait for their turn."""
        return self._asking.under_way

    @property
    def guard(self) -> Guard | None:
        """What is asked before every question."""
        return self._asking.guard

    @guard.setter
    def guard(self, guard: Guard) -> None:
        self._asking.guard = guard

    @property
    def breaker(self) -> str:
        """Whether the system is asked: `closed`, `open` or `half_open`."""
        return self._asking.breaker

    def share(self, database: Database) -> None:
        """Keep the pace together with every process on a database."""
        self._asking.share(database)

    @property
    def system(self) -> str:
        """The system's name."""
        return self._connector.system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return self._connector.operations

    @property
    def time_limit(self) -> float:
        """The seconds after which a request counts as lost."""
        return self.limits.time_limit

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask without changing anything; a question that goes unanswered is asked again a few times.

        Raises:
            SystemRefused: The question makes no sense to the system.
            SystemBusy: The system does not answer now.
            ConnectionHalted: It may not be asked.
        """
        named = self._named(operation, arguments, Kind.READ)
        try:
            return await self._patiently(named, lambda: self._connector.read(operation, arguments))
        except OutcomeUnknown as error:
            raise SystemBusy(str(error)) from error

    async def perform(
        self, operation: str, arguments: dict[str, Any], key: str, *, begin_by: float | None = None
    ) -> dict[str, Any]:
        """Change something, once, under a key.

        Args:
            operation: `system.verb_noun`.
            arguments: What it takes.
            key: What makes a repeat recognisable.
            begin_by: The moment of the monotonic clock from which on nothing may begin any more.

        Raises:
            SystemRefused: The system said no; nothing happened.
            SystemBusy: The system said later, or it was too late to begin; nothing happened.
            OutcomeUnknown: It may or may not have happened, and looking up did not tell.
        """
        named = self._named(operation, arguments, Kind.WRITE)
        write = _Write(operation=named, arguments=arguments, key=key, begin_by=begin_by)
        try:
            answer = await self._perform_when_free(write)
        except OutcomeUnknown as doubt:
            answer = await self._resolve(write, doubt)
        if named.reads_back and named.repeat is not Repeat.BLIND:
            await self._read_back(write, answer)
        return answer

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Tell what was done under a key; None when nothing was done.

        Raises:
            SystemRefused: The question makes no sense to the system.
            SystemBusy: The system cannot answer now.
            OutcomeUnknown: It cannot be known.
            ConnectionHalted: It may not be asked.
        """
        named = self._named(operation, arguments, Kind.WRITE)
        if named.repeat is Repeat.BLIND:
            raise OutcomeUnknown(f"nobody can look up whether `{operation}` was done. Look in `{self.system}`")
        return await self._patiently(named, lambda: self._connector.look_up(operation, arguments, key))

    async def list_effects(self, since: datetime, until: datetime) -> Sequence[ListedEffect] | None:
        """List what the system says it did between two moments; None when it keeps no list.

        Raises:
            SystemBusy: The system does not answer now.
            ConnectionHalted: It may not be asked.
        """
        if not isinstance(self._connector, ListsEffects):
            return None
        if self.guard is not None:
            await self.guard(self.system)
        try:
            async with asyncio.timeout(self.time_limit):
                return await self._connector.list_effects(since, until)
        except (OutcomeUnknown, TimeoutError) as error:
            raise SystemBusy(f"`{self.system}` did not list what it did: {error or 'no answer in time'}") from error

    async def close(self) -> None:
        """Let go of connections and files."""
        await self._connector.close()

    # ── a write ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _perform_when_free(self, write: _Write) -> dict[str, Any]:
        """Ask, and ask again while the system says `later` and it is not too late to begin."""
        for number in range(1, _TRIES + 1):
            try:
                return await self._perform_now(write)
            except SystemBusy as error:
                wait = max(error.retry_after, self._pause(number))
                if number == _TRIES or wait > min(LONGEST_WAIT, self._asking.left(write.begin_by)):
                    raise
                await self._timing.rest(wait)
        raise SystemBusy  # never reached: the last try raises

    async def _perform_now(self, write: _Write) -> dict[str, Any]:
        named = write.operation
        return await self._asking.ask(
            named, lambda: self._connector.perform(named.name, write.arguments, write.key), begin_by=write.begin_by
        )

    async def _resolve(self, write: _Write, doubt: OutcomeUnknown) -> dict[str, Any]:
        """Find out what became of a write; where that cannot be found out, the doubt stands."""
        if write.operation.repeat is Repeat.BLIND:
            raise doubt
        with suppress(TimeoutError):
            async with asyncio.timeout(self.time_limit):
                for number in range(1, _TRIES + 1):
                    with suppress(SystemFailed):
                        answer = await self._find_or_repeat(write)
                        if answer is not None:
                            return answer
                    await self._timing.rest(self._pause(number))
        raise doubt

    async def _find_or_repeat(self, write: _Write) -> dict[str, Any] | None:
        named = write.operation
        found = await self._asking.ask(named, lambda: self._connector.look_up(named.name, write.arguments, write.key))
        if found is None and named.repeat is Repeat.SAME:
            # Even `busy` or `refused` says nothing of the first request now: only an answer ends the doubt.
            return await self._perform_now(write)
        return found

    async def _read_back(self, write: _Write, answer: dict[str, Any]) -> None:
        """Ask the system what it holds.

        Raises:
            OutcomeUnknown: It holds something else than it answered, or does not say.
        """
        name = write.operation.name
        try:
            held = await self.look_up(name, write.arguments, write.key)
        except SystemFailed as error:
            raise OutcomeUnknown(f"`{name}` was answered, but could not be read back: {error}") from error
        if held != answer:
            raise OutcomeUnknown(
                f"`{name}` was answered, but `{self.system}` holds {'nothing' if held is None else 'something else'}. "
                "Look there before you repeat it"
            )

    # ── one question ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _patiently(self, named: Operation, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Ask what changes nothing, a few times if need be, until the time limit is used up."""
        until = self._timing.tick() + self.time_limit
        for number in range(1, _TRIES + 1):
            try:
                return await self._asking.ask(named, ask)
            except (SystemBusy, OutcomeUnknown) as error:
                asked = error.retry_after if isinstance(error, SystemBusy) else 0.0
                wait = max(asked, self._pause(number))
                if number == _TRIES or wait > min(LONGEST_WAIT, until - self._timing.tick()):
                    raise
                await self._timing.rest(wait)
        raise OutcomeUnknown  # never reached: the last try raises

    def _named(self, operation: str, arguments: dict[str, Any], kind: Kind) -> Operation:
        named = self.operations.get(operation)
        if named is None:
            raise SystemRefused(f"`{self.system}` has no operation `{operation}`. It has {', '.join(self.operations)}")
        if named.kind is not kind:
            raise SystemRefused(f"`{operation}` is a {named.kind.value}, and was asked as a {kind.value}")
        missing = [name for name in named.required if arguments.get(name) is None]
        if missing:
            raise SystemRefused(f"`{operation}` cannot be asked without `{'`, `'.join(missing)}`")
        return named

    def _pause(self, number: int) -> float:
        # Full jitter: many runs sent away at once must not come back at once.
        return _PAUSE * 2 ** (number - 1) * (1 + random.random())  # noqa: S311  # it spreads load, it guards nothing
