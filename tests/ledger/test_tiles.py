"""Tiles against the whole tree computed from its leaves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.errors import LedgerBroken
from remit.ledger.tiles import Place, grow, hash_of, path_of, places_for, split, tiles_of
from remit.ledger.tree import leaf_hash, root_of

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


def joined(low: int, high: int) -> bytes:
    """Leaf hashes side by side."""
    return b"".join(LEAVES[low:high])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=8))
def test_tiles_grow_to_the_same_however_they_are_cut(batches: list[int]) -> None:
    """Batches of any sizes give the tiles that one batch gives, from the right edge alone."""
    tiles: dict[Place, bytes] = {}
    size = 0
    for batch in batches:
        edge = {place: tiles[place] for place in places_for([(0, size)])}
        tiles |= grow(edge, size, joined(size, size + batch))
        size += batch

    assert grow({}, 0, joined(0, size)) == tiles
    assert root_of(LEAVES[:size]) == hash_of((0, size), tiles)
    assert {place: width * 32 for place, width in tiles_of(size)} == {place: len(tiles[place]) for place in tiles}


def test_a_tree_of_70000_has_the_tiles_the_format_says() -> None:
    """273 full and one partial tile of width 112, then one full and 17, then one: the example of the format."""
    tiles = grow({}, 0, joined(0, 70_000))

    assert dict(tiles_of(70_000)) == {place: len(hashes) // 32 for place, hashes in tiles.items()}
    assert [len([place for place in tiles if place[0] == level]) for level in range(3)] == [274, 2, 1]
    assert [len(tiles[place]) // 32 for place in ((0, 273), (1, 1), (2, 0))] == [112, 17, 1]
    assert root_of(LEAVES) == hash_of((0, 70_000), tiles)


@given(st.integers(0, 999), st.integers(1, 1000))
def test_any_range_is_hashed_from_the_tiles_it_names(low: int, width: int) -> None:
    """A node that begins where the tree divides is computed from exactly the tiles named for it."""
    span = 1 << (width - 1).bit_length()
    leaves = (low // span * span, low // span * span + width)
    tiles = grow({}, 0, joined(0, 2000))

    found = hash_of(leaves, {place: tiles[place] for place in places_for([leaves])})

    assert root_of(LEAVES[slice(*leaves)]) == found


def test_a_missing_hash_is_noticed() -> None:
    """A tile that is too narrow, or not there, gives no hash at all."""
    tiles = grow({}, 0, joined(0, 300))

    with pytest.raises(LedgerBroken, match="lacks hash"):
        hash_of((0, 300), {**tiles, (0, 1): tiles[0, 1][:-32]})
    with pytest.raises(LedgerBroken, match="lacks hash"):
        hash_of((0, 300), {(0, 1): tiles[0, 1]})


@pytest.mark.parametrize(
    ("folder", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 273, 112, "tile/0/273.p/112"),
        (1, 1234067, 256, "tile/1/x001/x234/067"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
        ("entries", 999, 255, "tile/entries/999.p/255"),
    ],
)
def test_a_tile_has_the_path_of_the_format(folder: int | str, index: int, width: int, path: str) -> None:
    """Numbers are cut into threes, all but the last marked with an x; a partial tile names its width."""
    assert path_of(folder, index, width) == path


def test_splitting_undoes_joining() -> None:
    """Joined hashes come apart as they were."""
    assert split(joined(0, 7)) == LEAVES[:7]
