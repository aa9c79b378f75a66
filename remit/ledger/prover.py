"""Proves many entries to be in one signed ledger, each hash of the tree computed once and not kept for long."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from remit.errors import LedgerBroken
from remit.ledger.log import fetch_tiles
from remit.ledger.tiles import Place, hash_of, places_for
from remit.ledger.tree import Range, inclusion_ranges
from remit.store.database import Transaction

_MOST_TILES = 1024
_MOST_NODES = 65536


class Prover:
    """Proofs against the tree of one size; what it remembers does not grow with the ledger."""

    def __init__(self, transaction: Transaction, size: int) -> None:
        self._transaction = transaction
        self._size = size
        self._tiles: OrderedDict[Place, bytes] = OrderedDict()
        self._nodes: OrderedDict[Range, bytes] = OrderedDict()

    async def prove(self, indices: Sequence[int]) -> list[tuple[bytes, ...]]:
        """Give for each entry the hashes that lead from it to the root.

        Raises:
            LedgerBroken: A tile is missing, or an entry is not in the tree.
        """
        if beyond := [index for index in indices if not 0 <= index < self._size]:
            raise LedgerBroken(f"entry {beyond[0]} is not among the {self._size} that are signed")
        paths = [inclusion_ranges(index, self._size) for index in indices]
        missing = {node for path in paths for node in path} - self._nodes.keys()
        await self._fetch(places_for(missing))
        for node in missing:
            self._nodes[node] = hash_of(node, self._tiles)
        proofs = [tuple(self._nodes[node] for node in path) for path in paths]
        _forget(self._tiles, _MOST_TILES)
        _forget(self._nodes, _MOST_NODES)
        return proofs

    async def _fetch(self, places: Iterable[Place]) -> None:
        missing = [place for place in places if place not in self._tiles]
        if missing:
            self._tiles.update(await fetch_tiles(self._transaction, missing))


def _forget(kept: "OrderedDict[Place, bytes]", most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
