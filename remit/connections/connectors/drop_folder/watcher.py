"""Notices files that arrived whole in a folder.

A file counts as whole when its size and its time of change are the same in two scans, and it did not change while it
was read through. Its id is made from its name and its content: the same file dropped twice has one id, a changed file
of the same name a new one. So it is with what cannot be read, and there any change makes it new.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from remit.canonical import digest_of
from remit.connections.connectors.drop_folder.folder import is_hidden, is_readable, modified_at, open_file
from remit.errors import SystemRefused

_CHUNK: Final = 1 << 20  # bytes in memory at a time, however large the file


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedFile:
    """A file that arrived whole."""

    id: str
    """the same for the same name and content"""
    name: str
    folder: str
    size: int
    digest: str
    """SHA-256 of the content"""
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """Something in the folder that nobody can read, for a person to look at."""

    id: str
    """the same for the same name and reason, as long as it is not changed"""
    name: str
    """`.` when the folder itself cannot be read"""
    folder: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What is new since the scan before."""

    arrived: tuple[ArrivedFile, ...] = ()
    unreadable: tuple[UnreadableFile, ...] = ()


_State = tuple[int, int, int]  # which file it is, its size, and when it was changed


class Watcher:
    """What one process has seen of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, _State] = {}
        self._told: dict[str, _State | tuple[str, _State | None]] = {}

    async def scan(self) -> Scan:
        """Look through the folder; give what became whole, or turned out to be unreadable, since the last scan."""
        return await asyncio.to_thread(self._scan)

    def _scan(self) -> Scan:
        arrived: list[ArrivedFile] = []
        unreadable: list[UnreadableFile] = []
        try:
            found = _states_in(self._folder)
        except OSError as error:
            return Scan(unreadable=self._once(".", f"the folder cannot be read: {error.strerror}"))
        # Forget what is gone, so that a file dropped again is told again.
        self._told = {name: told for name, told in self._told.items() if name in found}
        for name, state in found.items():
            try:
                if self._is_whole(name, state):
                    arrived += self._read_through(name, state)
            except SystemRefused as error:
                unreadable += self._once(name, str(error), state)
            except OSError as error:
                unreadable += self._once(name, f"it cannot be read: {error.strerror}", state)
        self._seen = found
        return Scan(arrived=tuple(arrived), unreadable=tuple(unreadable))

    def _is_whole(self, name: str, state: _State) -> bool:
        if self._seen.get(name) != state or self._told.get(name) == state:
            return False
        if not is_readable(name):
            raise SystemRefused("its name is not UTF-8. Rename it")
        return True

    def _read_through(self, name: str, state: _State) -> list[ArrivedFile]:
        number = open_file(self._folder / name)
        if number is None:
            return []
        with os.fdopen(number, "rb", buffering=0) as file:
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            after = os.fstat(number)
        if _state_of(after) != state:
            return []  # it changed meanwhile; the next two scans will tell
        self._told[name] = state
        return [self._described(name, digest.hexdigest(), after)]

    def _described(self, name: str, digest: str, found: os.stat_result) -> ArrivedFile:
        return ArrivedFile(
            id=digest_of({"name": name, "digest": digest}),
            name=name,
            folder=str(self._folder),
            size=found.st_size,
            digest=digest,
            modified_at=modified_at(found),
        )

    def _once(self, name: str, reason: str, state: _State | None = None) -> tuple[UnreadableFile, ...]:
        if self._told.get(name) == (reason, state):
            return ()
        self._told[name] = reason, state
        shown = name if is_readable(name) else ascii(name)
        told = digest_of({"name": shown, "reason": reason, "state": state})
        return (UnreadableFile(id=told, name=shown, folder=str(self._folder), reason=reason),)


async def watch(
    folder: Path, *, every: float = 2.0, rest: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncGenerator[Scan]:
    """Give what is new in a folder, as it comes, until the caller stops.

    Args:
        folder: The folder; it may be gone for a while.
        every: Seconds between two scans.
        rest: How to wait.
    """
    watcher = Watcher(folder)
    while True:
        scan = await watcher.scan()
        if scan.arrived or scan.unreadable:
            yield scan
        await rest(every)


def _states_in(folder: Path) -> dict[str, _State]:
    found: dict[str, _State] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_hidden(entry.name) or entry.is_dir(follow_symlinks=False):
                continue
            try:
                found[entry.name] = _state_of(entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                continue  # somebody took it away since
    return found


def _state_of(found: os.stat_result) -> _State:
    return found.st_ino, found.st_size, found.st_mtime_ns
