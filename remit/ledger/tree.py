"""The arithmetic of the Merkle tree of RFC 6962 and RFC 9162, without any storage.

A node over the leaves from `low` up to, but not including, `high` is written as the range `(low, high)`. A proof is a
list of ranges first, so that whoever stores the hashes can decide how to get at them.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Range: TypeAlias = tuple[int, int]
"""leaves from the first number up to, not including, the second"""
Peak: TypeAlias = tuple[int, int]
"""a perfect subtree: its height, and its index among those of that height"""


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into the one above."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def next_level(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours into the level above; the last one without a neighbour goes up as it is."""
    sha256 = hashlib.sha256
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
    if len(hashes) % 2:
        above.append(hashes[-1])
    return above


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes, or over the hashes of subtrees of one size."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        hashes = next_level(hashes)
    return hashes[0]


def fold(peaks: Sequence[bytes]) -> bytes:
    """Give the root over perfect subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def peaks_of(leaves: Range) -> list[Peak]:
    """Split a node into perfect subtrees, the largest first; folding them gives the node."""
    low, high = leaves
    peaks: list[Peak] = []
    while low < high:
        height = (high - low).bit_length() - 1
        peaks.append((height, low >> height))
        low += 1 << height
    return peaks


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Name the nodes that prove a leaf to be in the tree of a size, from the leaf up."""
    low, high = 0, size
    ranges: list[Range] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Name the nodes that prove the tree of the old size to be the beginning of the tree of the new size."""
    if old in {0, new}:
        return []
    low, high = 0, new
    ranges: list[Range] = []
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:
        ranges.append((low, high))
    return ranges[::-1]


def proves_inclusion(leaf: bytes, place: tuple[int, int], proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows a leaf hash to be in a tree (RFC 9162, section 2.1.3.2).

    Args:
        leaf: The leaf hash.
        place: The leaf's index and the size of the tree.
        proof: The hashes, from the leaf up.
        root: The root of the tree.
    """
    index, size = place
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    found = leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows one tree to be the beginning of another (RFC 9162, section 2.1.4.2).

    Args:
        old: Size and root of the smaller tree.
        new: Size and root of the larger tree.
        proof: The hashes.
    """
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    return _climb(old, new, [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof))


def _climb(old: tuple[int, bytes], new: tuple[int, bytes], path: list[bytes]) -> bool:
    if not path:
        return False
    node, last = old[0] - 1, new[0] - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    small = large = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            small, large = node_hash(step, small), node_hash(step, large)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            large = node_hash(large, step)
        node, last = node >> 1, last >> 1
    return last == 0 and small == old[1] and large == new[1]


def _split(size: int) -> int:
    """The largest power of two below a size of at least two: where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)
