"""The log: the head of the stored tree, and one batch of entries put behind it.

    find the head ─▶ check it ─▶ take entries ─▶ grow the tiles ─▶ sign          all in one transaction

A crash at any line leaves the tree as it was before, and the entries waiting.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from remit.errors import LedgerBroken
from remit.ledger.checkpoint import open_checkpoint, sign_checkpoint
from remit.ledger.note import Signer, Verifier
from remit.ledger.tiles import Place, Tiles, grow, hash_of, places_for
from remit.ledger.tree import HASH_SIZE
from remit.store.database import Transaction

BATCH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far the tree reaches, with the tiles at its right edge."""

    size: int
    tiles: Tiles


async def extend(transaction: Transaction, signer: Signer, *, batch: int = BATCH) -> int:
    """Give the oldest waiting entries their place in the tree and sign the new head; tell how many they were.

    Raises:
        LedgerBroken: The stored tree is not what was signed last; nothing is signed on top of it.
    """
    # INVARIANT: one batch at a time, even while a leader that lost its connection still finishes.
    await transaction.execute("lock_sequencer")
    head = await find_head(transaction, signer.verifier)
    leaves: bytes | None = await transaction.fetch_value("take_batch", head.size, batch)
    if not leaves:
        return 0
    grown = grow(head.tiles, head.size, leaves)
    await _store(transaction, grown)
    size = head.size + len(leaves) // HASH_SIZE
    root = hash_of((0, size), {**head.tiles, **grown})
    await transaction.execute("record_checkpoint", size, sign_checkpoint(signer, size, root))
    return size - head.size


async def find_head(transaction: Transaction, verifier: Verifier) -> Head:
    """Find the newest checkpoint and check that the stored tree is the one it signs.

    Raises:
        LedgerBroken: It is not, or another key signed it.
    """
    row = await transaction.fetch_row("find_head")
    leaves = row["leaves"] if row else 0
    if row is None or row["note"] is None:
        _refuse(leaves, 0)
        return Head(size=0, tiles={})
    checkpoint = open_checkpoint(verifier, row["note"])
    _refuse(leaves, checkpoint.size)
    whole = (0, checkpoint.size)
    tiles = await fetch_tiles(transaction, places_for([whole]))
    if hash_of(whole, tiles) != checkpoint.root:
        raise LedgerBroken(f"the tiles are not those of checkpoint {checkpoint.size}. Run `remit ledger verify`")
    return Head(size=checkpoint.size, tiles=tiles)


async def fetch_tiles(transaction: Transaction, places: Iterable[Place]) -> dict[Place, bytes]:
    """Fetch tiles by place; one that is not stored is left out."""
    wanted = list(places)
    rows = await transaction.fetch("read_tiles", [level for level, _ in wanted], [index for _, index in wanted])
    return {(row["level"], row["index"]): row["hashes"] for row in rows}


async def _store(transaction: Transaction, tiles: Tiles) -> None:
    places = list(tiles)
    levels, indices = [level for level, _ in places], [index for _, index in places]
    await transaction.execute("store_tiles", levels, indices, list(tiles.values()))


def _refuse(leaves: int, signed: int) -> None:
    if leaves != signed:
        raise LedgerBroken(f"there are {leaves} leaves, but {signed} are signed. Run `remit ledger verify`")
