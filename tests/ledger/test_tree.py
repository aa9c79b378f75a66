"""The tree against the definitions of RFC 6962, written down naively, and its published values."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.ledger.tree import (
    EMPTY_ROOT,
    consistency_ranges,
    fold,
    inclusion_ranges,
    leaf_hash,
    peaks_of,
    proves_consistency,
    proves_inclusion,
    root_of,
)

LARGEST = 70
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]

# The eight leaves and roots that implementations of RFC 6962 share as their test values.
KNOWN_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_split(size: int) -> int:
    """The largest power of two below a size."""
    split = 1
    while split * 2 < size:
        split *= 2
    return split


def naive_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = naive_split(len(leaves))
    if index < split:
        return [*naive_inclusion(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_inclusion(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_consistency(old: int, leaves: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    split = naive_split(len(leaves))
    if old <= split:
        return [*naive_consistency(old, leaves[:split], is_whole=is_whole), naive_root(leaves[split:])]
    return [*naive_consistency(old - split, leaves[split:], is_whole=False), naive_root(leaves[:split])]


ROOTS = [naive_root(LEAVES[:size]) for size in range(LARGEST + 1)]


def node(low: int, high: int) -> bytes:
    """The hash over a range of leaves."""
    return naive_root(LEAVES[low:high])


def test_the_root_is_the_one_of_the_definition() -> None:
    """Every tree up to 70 leaves has the root that the definition gives, and so have its peaks folded."""
    for size in range(LARGEST + 1):
        peaks = [root_of(LEAVES[index << height : index + 1 << height]) for height, index in peaks_of((0, size))]

        assert ROOTS[size] == root_of(LEAVES[:size]) == fold(peaks)


def test_the_published_roots_come_out() -> None:
    """The roots that other implementations publish for eight known leaves are ours."""
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    for size, expected in enumerate(KNOWN_ROOTS, start=1):
        assert expected == root_of([leaf_hash(data) for data in KNOWN_LEAVES[:size]]).hex()


def test_every_inclusion_proof_is_the_one_of_the_definition_and_holds() -> None:
    """Every leaf of every tree up to 70 has the proof of the definition; it holds for that leaf and place alone."""
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = [node(*leaves) for leaves in inclusion_ranges(index, size)]

            assert naive_inclusion(index, LEAVES[:size]) == proof
            assert proves_inclusion(LEAVES[index], (index, size), proof, ROOTS[size])
            assert not proves_inclusion(LEAVES[index - 1], (index, size), proof, ROOTS[size]) or size == 1
            assert not proves_inclusion(LEAVES[index], (index, size), [*proof, LEAVES[0]], ROOTS[size])
            assert not proves_inclusion(LEAVES[index], (index, size), proof, ROOTS[size - 1])
            assert not proof or not proves_inclusion(LEAVES[index], (index, size), proof[:-1], ROOTS[size])


def test_every_consistency_proof_is_the_one_of_the_definition_and_holds() -> None:
    """Every pair of sizes up to 70 has the proof of the definition; it holds for those two roots alone."""
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            proof = [node(*leaves) for leaves in consistency_ranges(old, new)]

            assert naive_consistency(old, LEAVES[:new]) == proof
            assert proves_consistency((old, ROOTS[old]), (new, ROOTS[new]), proof)
            assert not proves_consistency((old, ROOTS[old - 1]), (new, ROOTS[new]), proof)
            assert not proves_consistency((old, ROOTS[old]), (new, ROOTS[new - 1]), proof)
            assert not proves_consistency((old, ROOTS[old]), (new, ROOTS[new]), [*proof, LEAVES[0]])
            assert not proof or not proves_consistency((old, ROOTS[old]), (new, ROOTS[new]), proof[:-1])


def test_the_empty_tree_begins_every_tree() -> None:
    """From nothing no hashes are needed, and a wrong root of nothing is refused."""
    assert consistency_ranges(0, 9) == []
    assert proves_consistency((0, EMPTY_ROOT), (9, ROOTS[9]), [])
    assert not proves_consistency((0, ROOTS[1]), (9, ROOTS[9]), [])
    assert not proves_consistency((0, EMPTY_ROOT), (9, ROOTS[9]), [ROOTS[1]])


@pytest.mark.parametrize("place", [(-1, 7), (7, 7), (8, 7), (0, 0)])
def test_a_place_outside_the_tree_is_never_proven(place: tuple[int, int]) -> None:
    """An index that a tree does not have is refused, whatever the proof."""
    assert not proves_inclusion(LEAVES[0], place, [], LEAVES[0])


@given(
    index=st.integers(0, LARGEST - 1),
    flip=st.integers(0, 255),
    which=st.integers(0, 100),
    size=st.integers(1, LARGEST),
)
def test_a_flipped_bit_breaks_a_proof(index: int, flip: int, which: int, size: int) -> None:
    """One bit changed anywhere in an inclusion proof, leaf or root makes it fail."""
    index %= size
    parts = [LEAVES[index], ROOTS[size], *(node(*leaves) for leaves in inclusion_ranges(index, size))]
    changed = bytearray(parts[which % len(parts)])
    changed[flip // 8] ^= 1 << flip % 8
    parts[which % len(parts)] = bytes(changed)

    assert not proves_inclusion(parts[0], (index, size), parts[2:], parts[1])
