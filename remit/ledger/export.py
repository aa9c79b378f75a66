"""The export: the ledger as a folder that anybody can check offline, laid out as c2sp.org/tlog-tiles says.

checkpoint         the newest signed head
entries.jsonl      the bytes of every entry, one a line, in order of index
ledger.pub         the verifier key, for convenience: whoever checks brings their own copy
tile/<L>/<N>       hashes
tile/entries/<N>   the same entries in bundles; one whose entry is longer than 65,535 bytes is left out,
                   because the format cannot hold it
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.errors import Conflict, LedgerBroken
from remit.ledger.checkpoint import open_checkpoint, sign_checkpoint
from remit.ledger.note import Signer
from remit.ledger.tiles import WIDTH, path_of, tiles_of
from remit.ledger.tree import EMPTY_ROOT, HASH_SIZE
from remit.ledger.verify_export import verify_export
from remit.store.database import Database

_BATCH = 8 * WIDTH
_LONGEST = 65535

__all__ = ["Export", "export", "verify_export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was written."""

    directory: Path
    size: int
    root: bytes
    bundles_left_out: int
    """how many bundles hold an entry too long for the format"""


async def export(database: Database, signer: Signer, directory: Path) -> Export:
    """Write the ledger up to its newest checkpoint; entries that wait for their index are not in it.

    Raises:
        Conflict: The folder is not empty.
        LedgerBroken: The stored ledger is not what was signed; nothing that verifies was written.
    """
    note: str = await database.fetch_value("find_checkpoint") or sign_checkpoint(signer, 0, EMPTY_ROOT)
    head = open_checkpoint(signer.verifier, note)
    await asyncio.to_thread(_prepare, directory)
    left_out = 0
    # What has an index never changes, so each batch may be read by itself while the ledger grows.
    for start in range(0, head.size, _BATCH):
        rows = await database.fetch("list_bodies", start, min(_BATCH, head.size - start))
        left_out += await asyncio.to_thread(_write_entries, directory, start, [row["body"] for row in rows])
    await _export_tiles(database, directory, head.size)
    # The checkpoint comes last: an export that was broken off does not verify.
    await asyncio.to_thread(_write_ends, directory, signer, note)
    return Export(directory=directory, size=head.size, root=head.root, bundles_left_out=left_out)


async def _export_tiles(database: Database, directory: Path, size: int) -> None:
    """Write the tiles as they were at a size: the beginning of what they are now."""
    wanted = list(tiles_of(size))
    for start in range(0, len(wanted), WIDTH):
        part = wanted[start : start + WIDTH]
        places = [place for place, _ in part]
        rows = await database.fetch("read_tiles", [level for level, _ in places], [index for _, index in places])
        found = {(row["level"], row["index"]): row["hashes"] for row in rows}
        if missing := [place for place, width in part if len(found.get(place, b"")) < width * HASH_SIZE]:
            level, index = missing[0]
            raise LedgerBroken(f"tile {index} of level {level} is not whole. Run `remit ledger verify`")
        files = [(path_of(place[0], place[1], width), found[place][: width * HASH_SIZE]) for place, width in part]
        await asyncio.to_thread(_write_files, directory, files)


def _prepare(directory: Path) -> None:
    if directory.exists() and any(directory.iterdir()):
        raise Conflict(f"`{directory}` is not empty. Choose another folder")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "entries.jsonl").touch()


def _write_entries(directory: Path, start: int, bodies: Sequence[bytes]) -> int:
    """Write lines and bundles; tell how many bundles were left out."""
    with (directory / "entries.jsonl").open("ab") as file:
        file.writelines(body + b"\n" for body in bodies)
    left_out = 0
    for offset in range(0, len(bodies), WIDTH):
        bundle = bodies[offset : offset + WIDTH]
        if max(map(len, bundle)) > _LONGEST:
            left_out += 1
            continue
        data = b"".join(len(body).to_bytes(2, "big") + body for body in bundle)
        _write_files(directory, [(path_of("entries", (start + offset) // WIDTH, len(bundle)), data)])
    return left_out


def _write_files(directory: Path, files: Sequence[tuple[str, bytes]]) -> None:
    for name, data in files:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write_ends(directory: Path, signer: Signer, note: str) -> None:
    _write_files(directory, [("ledger.pub", signer.verifier.as_text().encode() + b"\n"), ("checkpoint", note.encode())])
