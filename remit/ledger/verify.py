"""Verification: the whole stored ledger checked against its signed checkpoints, as of one moment.

It finds every change made behind the sequencer's back. It cannot find that the holder of the signing key wrote
another history and signed it: for that, give it a checkpoint kept elsewhere.
"""

import asyncio
from collections.abc import Sequence

from remit.errors import LedgerBroken
from remit.ledger.checkpoint import open_checkpoint
from remit.ledger.note import Verifier
from remit.ledger.tiles import WIDTH, Place, split, tiles_of
from remit.ledger.verify_export import Verification
from remit.ledger.walk import Fault, Walk
from remit.store.database import Database, Row, Transaction

_BATCH = 8 * WIDTH

__all__ = ["Verification", "verify"]


async def verify(database: Database, verifier: Verifier, *, kept: Sequence[str] = ()) -> Verification:
    """Check every entry, leaf, tile and checkpoint, and name the first entry that is not as it was signed.

    Args:
        database: Where the ledger is.
        verifier: The trusted key.
        kept: Signed checkpoints kept elsewhere; the ledger must begin with what they signed.
    """
    async with database.transaction() as snapshot:
        await snapshot.execute("freeze_snapshot")
        promises, mark = _open_all(await snapshot.fetch("list_checkpoints"), verifier, kept)
        walk = Walk(promises)
        counts = await snapshot.fetch_row("count_ledger") or {}
        fault = (
            await _walk_leaves(snapshot, walk)
            or _check_end(walk, promises, counts, mark)
            or await _check_upper_tiles(snapshot, walk)
            or _check_counts(walk, counts)
        )
    size, root = max(promises, default=(0, b""))
    return Verification(
        is_whole=fault is None,
        size=size,
        root=root,
        first_broken=fault.index if fault else None,
        reason=fault.reason if fault else "",
        unsequenced=counts["unsequenced"],
    )


def _open_all(rows: Sequence[Row], verifier: Verifier, kept: Sequence[str]) -> tuple[list[tuple[int, bytes]], str]:
    """Give size and root of each checkpoint that is rightly signed, and what is wrong with the first that is not."""
    promises: list[tuple[int, bytes]] = []
    wrong = ""
    for size, note in [*((row["size"], row["note"]) for row in rows), *((None, note) for note in kept)]:
        name = "a kept checkpoint" if size is None else f"checkpoint {size}"
        try:
            checkpoint = open_checkpoint(verifier, note)
        except LedgerBroken as error:
            wrong = wrong or f"{name}: {error}"
            continue
        if size in {None, checkpoint.size}:
            promises.append((checkpoint.size, checkpoint.root))
        else:
            wrong = wrong or f"{name} is filed under the wrong size: it signs {checkpoint.size} entries"
    return promises, wrong


async def _walk_leaves(snapshot: Transaction, walk: Walk) -> Fault | None:
    coming = asyncio.create_task(_fetch(snapshot, 0))
    try:
        for start in range(_BATCH, 1 << 62, _BATCH):
            rows, tiles = await coming
            # The server gathers the next leaves while we hash these.
            coming = asyncio.create_task(_fetch(snapshot, start))
            await asyncio.sleep(0)
            for offset in range(0, len(rows), WIDTH):
                tile = tiles.get((start - _BATCH + offset) // WIDTH, b"")
                if fault := walk.take(rows[offset : offset + WIDTH], tile):
                    return fault
            if len(rows) < _BATCH:
                return None
    finally:
        await asyncio.gather(coming, return_exceptions=True)
    return None


async def _fetch(snapshot: Transaction, start: int) -> tuple[list[Row], dict[int, bytes]]:
    rows = await snapshot.fetch("list_leaves", start, _BATCH)
    tiles = await snapshot.fetch("list_level", 0, start // WIDTH, (start + _BATCH) // WIDTH - 1)
    return rows, {tile["index"]: tile["hashes"] for tile in tiles}


def _check_end(walk: Walk, promises: list[tuple[int, bytes]], counts: Row, mark: str) -> Fault | None:
    newest, _ = max(promises, default=(0, b""))
    if walk.size < max(newest, counts["leaves"]):
        return Fault(index=walk.size, reason=f"entry {walk.size} is missing: {newest} are signed")
    unproven = walk.proven if walk.proven < walk.size else None
    if mark:
        return Fault(index=unproven, reason=mark)
    if unproven is not None:
        return Fault(index=unproven, reason=f"no checkpoint signs the entries from {unproven} on")
    return None


async def _check_upper_tiles(snapshot: Transaction, walk: Walk) -> Fault | None:
    expected = walk.upper_tiles()
    for level in sorted({level for level, _ in expected}):
        for row in await snapshot.fetch("list_level", level, 0, 1 << 62):
            if fault := _compare((level, row["index"]), row["hashes"], expected.pop((level, row["index"]), b"")):
                return fault
    if expected:
        level, index = min(expected)
        return Fault(index=index * WIDTH ** (level + 1), reason=f"tile {index} of level {level} is missing")
    return None


def _compare(place: Place, stored: bytes, expected: bytes) -> Fault | None:
    if stored == expected:
        return None
    (level, index), (found, wanted) = place, (split(stored), split(expected))
    wrong = next((at for at, node in enumerate(wanted) if found[at : at + 1] != [node]), len(wanted))
    reason = f"hash {wrong} of tile {index} of level {level} is not that of the entries below it"
    return Fault(index=(index * WIDTH + wrong) * WIDTH**level, reason=reason)


def _check_counts(walk: Walk, counts: Row) -> Fault | None:
    """Look for what lies beside the leaves: nothing may be kept out of the tree, or wait for it twice."""
    if counts["tiles"] != sum(1 for _ in tiles_of(walk.size)):
        return Fault(reason="there are tiles that belong to no entry")
    if counts["twice"] or counts["entries"] != walk.size + counts["unsequenced"]:
        return Fault(reason="there are entries that neither have an index nor wait for one")
    return None
