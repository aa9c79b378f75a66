"""Reads what was dropped into a folder, and puts away what is done with.

Putting away is one rename to a name that carries a mark of the key, `invoice.3f2a9c1b77aa0011.pdf`: the file is in one
place or in the other, whenever the process dies, and looking there tells what was done.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NoReturn

from remit.connections.connectors.drop_folder.folder import check_name, is_hidden, is_readable, modified_at, open_file
from remit.connections.operation import Kind, Operation, Repeat
from remit.errors import SystemBusy, SystemRefused

LARGEST: Final = 20_000_000  # bytes of one file given to a worker
PLACES: Final = ("done", "failed")

_MOST: Final = 1000  # files named in one answer
_LONGEST_NAME: Final = 255  # bytes
_LONGEST_SUFFIX: Final = 20  # bytes; what follows a dot further away is no ending


class DropFolderConnector:
    """One folder."""

    def __init__(self, system: str, folder: Path) -> None:
        self._system = system
        self._folder = folder
        self._moving = asyncio.Lock()
        self._operations = {operation.name: operation for operation in _operations(system)}

    @property
    def system(self) -> str:
        """The system's name."""
        return self._system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return MappingProxyType(self._operations)

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """List the files, or read one; None when there is no such file."""
        self._check(operation, Kind.READ, arguments)
        try:
            if operation.endswith(".list_files"):
                return await asyncio.to_thread(_list_files, self._folder)
            return await asyncio.to_thread(_read_file, self._folder / check_name(arguments["name"]))
        except OSError as error:
            self._unavailable(error)

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Put a file away."""
        self._check(operation, Kind.WRITE, arguments)
        name, to = check_name(arguments["name"]), _place(arguments["to"])
        digest = str(arguments.get("sha256") or "")
        try:
            async with self._moving:  # or two at once could both find that nothing was done yet
                return await asyncio.to_thread(_move, self._folder, (name, to, digest), key)
        except OSError as error:
            self._unavailable(error)

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Look for the file that was put away under a key."""
        self._check(operation, Kind.WRITE, arguments)
        try:
            return await asyncio.to_thread(_find, self._folder, key)
        except OSError as error:
            self._unavailable(error)

    async def close(self) -> None:
        """Nothing is held between questions."""

    def _check(self, operation: str, kind: Kind, arguments: dict[str, Any]) -> None:
        named = self._operations.get(operation)
        if named is None:
            raise SystemRefused(
                f"`{self._system}` has no operation `{operation}`. It has {', '.join(self._operations)}"
            )
        if named.kind is not kind:
            raise SystemRefused(f"`{operation}` is a {named.kind.value}, and was asked as a {kind.value}")
        missing = [name for name in named.required if arguments.get(name) is None]
        if missing:
            raise SystemRefused(f"`{operation}` cannot be asked without `{'`, `'.join(missing)}`")

    def _unavailable(self, error: OSError) -> NoReturn:
        # A rename has happened or has not: whatever the disk says, nothing is in between.
        raise SystemBusy(f"the folder of `{self._system}` cannot be used: {error.strerror}. Is it there?") from None


# ── in a thread: the disk may be slow, and a network disk slower ───────────────────────────────────────────────────


def _list_files(folder: Path) -> dict[str, Any]:
    files: list[os.DirEntry[str]] = []
    unreadable: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_hidden(entry.name) or entry.is_dir(follow_symlinks=False):
                continue
            if is_readable(entry.name) and entry.is_file(follow_symlinks=False):
                files.append(entry)
            else:
                unreadable.append(ascii(entry.name))
    shown = sorted(files, key=lambda entry: entry.name)[:_MOST]
    return {
        "files": [described for described in map(_described, shown) if described],
        "more": len(files) - len(shown),
        "unreadable": sorted(unreadable)[:_MOST],
    }


def _described(entry: "os.DirEntry[str]") -> dict[str, Any] | None:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # somebody took it away since
    return {"name": entry.name, "size": found.st_size, "modified_at": modified_at(found).isoformat()}


def _read_file(path: Path) -> dict[str, Any] | None:
    number = open_file(path)
    if number is None:
        return None
    with os.fdopen(number, "rb") as file:
        content = file.read(LARGEST + 1)  # not what the size says: it may still be growing
    if len(content) > LARGEST:
        raise SystemRefused(
            f"`{path.name}` is larger than {LARGEST // 1_000_000} MB. Split it, or have a person read it"
        )
    digest = hashlib.sha256(content).hexdigest()
    return {
        "name": path.name,
        "size": len(content),
        "sha256": digest,
        "content": base64.b64encode(content).decode(),
    }


def _move(folder: Path, what: tuple[str, str, str], key: str) -> dict[str, Any]:
    name, to, digest = what
    already = _find(folder, key)
    if already is not None:
        return already
    number = open_file(folder / name)
    if number is None:
        already = _find(folder, key)  # another process may have come first
        if already is None:
            raise SystemRefused(f"there is no file `{name}`. Somebody may have taken it away")
        return already
    with os.fdopen(number, "rb") as file:
        if digest and hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise SystemRefused(f"`{name}` has changed since it was read. Read it again")
    place = folder / to
    place.mkdir(exist_ok=True)
    if place.is_symlink():
        raise SystemRefused(f"`{to}` is a link. Make it a folder")
    target = _marked(name, key)
    try:
        (folder / name).rename(place / target)
    except OSError:
        already = _find(folder, key)  # a network disk may report a failure for what it did
        if already is None:
            raise
        return already
    return {"to": to, "name": target}


def _find(folder: Path, key: str) -> dict[str, Any] | None:
    mark = _mark(key)
    for to in PLACES:
        try:
            with os.scandir(folder / to) as entries:
                name = next((entry.name for entry in entries if mark in entry.name.split(".")[-2:]), None)
        except FileNotFoundError:
            folder.stat()  # nothing was put away yet; that the whole folder is gone is another matter
            continue
        if name is not None:
            return {"to": to, "name": name}
    return None


def _marked(name: str, key: str) -> str:
    """Put the mark of a key before the ending of a name, shortening the name where the file system asks for it."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    ending = f".{_mark(key)}{dot}{suffix}"
    return stem.encode()[: _LONGEST_NAME - len(ending.encode())].decode(errors="ignore") + ending


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _place(to: object) -> str:
    if to not in PLACES:
        raise SystemRefused(f"a file is put away to {' or '.join(PLACES)}, not to `{str(to)[:100]}`")
    return str(to)


def _operations(system: str) -> tuple[Operation, ...]:
    return (
        Operation(
            name=f"{system}.list_files",
            kind=Kind.READ,
            summary="List the files in the drop folder",
            outsiders=True,  # whoever drops a file names it
        ),
        Operation(
            name=f"{system}.read_file",
            kind=Kind.READ,
            summary="Read a file from the drop folder",
            required=("name",),
            outsiders=True,
        ),
        Operation(
            name=f"{system}.move_file",
            kind=Kind.WRITE,
            summary="Put a file of the drop folder away as done or failed",
            repeat=Repeat.SAME,
            required=("name", "to"),
        ),
    )
