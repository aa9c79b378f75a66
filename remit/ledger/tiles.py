"""Tiles: how the hashes of the tree are stored, 256 side by side (c2sp.org/tlog-tiles), and computed with.

Level 0 holds leaf hashes; each hash of a higher level is the root of one full tile below. A tile only ever grows, so
the tile of an older, smaller tree is the beginning of the tile we have.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from remit.errors import LedgerBroken
from remit.ledger.tree import HASH_SIZE, Peak, Range, fold, peaks_of, root_of

WIDTH = 256
HEIGHT = 8

Place: TypeAlias = tuple[int, int]
"""a tile's level and its index within the level"""
Tiles: TypeAlias = Mapping[Place, bytes]
"""the hashes of tiles, joined, by place"""


def tiles_of(size: int) -> Iterator[tuple[Place, int]]:
    """Name every tile of a tree, with its width."""
    level = 0
    while hashes := size >> (HEIGHT * level):
        for index in range(-(-hashes // WIDTH)):
            yield (level, index), min(WIDTH, hashes - index * WIDTH)
        level += 1


def places_for(ranges: Iterable[Range]) -> list[Place]:
    """Name the tiles needed to compute nodes."""
    return sorted({_place_of(peak) for leaves in ranges for peak in peaks_of(leaves)})


def hash_of(leaves: Range, tiles: Tiles) -> bytes:
    """Compute a node from tiles; of the range `(0, size)`, this is the root of the tree.

    Raises:
        LedgerBroken: A tile is missing or too narrow.
    """
    return fold([_hash_of_peak(peak, tiles) for peak in peaks_of(leaves)])


def grow(tiles: Tiles, size: int, leaves: bytes) -> dict[Place, bytes]:
    """Add leaf hashes, joined, to a tree of a size; give the tiles that are new or wider.

    Args:
        tiles: At least the partial tiles at the right edge of the tree.
        size: How many leaves the tree has.
        leaves: The leaf hashes to add.
    """
    grown: dict[Place, bytes] = {}
    level, rising = 0, leaves
    while rising:
        index, width = divmod(size >> (HEIGHT * level), WIDTH)
        row = (tiles[level, index][: width * HASH_SIZE] if width else b"") + rising
        chunks = [row[start : start + WIDTH * HASH_SIZE] for start in range(0, len(row), WIDTH * HASH_SIZE)]
        grown.update({(level, index + offset): chunk for offset, chunk in enumerate(chunks)})
        rising = b"".join(root_of(split(chunk)) for chunk in chunks if len(chunk) == WIDTH * HASH_SIZE)
        level += 1
    return grown


def split(hashes: bytes) -> list[bytes]:
    """Take joined hashes apart."""
    return [hashes[start : start + HASH_SIZE] for start in range(0, len(hashes), HASH_SIZE)]


def path_of(folder: int | str, index: int, width: int) -> str:
    """Name the file of a tile, or of a bundle of entries when the folder is `entries`."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{folder}/{'/'.join(parts)}{partial}"


def _place_of(peak: Peak) -> Place:
    height, index = peak
    return height // HEIGHT, (index << (height % HEIGHT)) >> HEIGHT


def _hash_of_peak(peak: Peak, tiles: Tiles) -> bytes:
    height, index = peak
    level, tile = _place_of(peak)
    start = (index << (height % HEIGHT)) % WIDTH
    end = start + (1 << (height % HEIGHT))
    hashes = tiles.get((level, tile), b"")
    if len(hashes) < end * HASH_SIZE:
        raise LedgerBroken(f"tile {tile} of level {level} lacks hash {end - 1}. Restore the ledger from a backup")
    return root_of(split(hashes[start * HASH_SIZE : end * HASH_SIZE]))
