"""The walk: every stored leaf in order, its hash computed anew from its entry and compared with all that repeats it.

It trusts nothing but the promises it is given: roots that were signed, by size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson

from remit.ledger.tiles import HEIGHT, WIDTH, Place, split
from remit.ledger.tree import HASH_SIZE, fold, leaf_hash, next_level, node_hash, peaks_of, root_of
from remit.store.database import Row

_COLUMNS = ("id", "at", "kind", "worker", "run", "about", "trace_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it was signed."""

    reason: str
    index: int | None = None
    """the first entry that can no longer be trusted, if it is about entries"""


class Walk:
    """How far the walk has come."""

    def __init__(self, promises: Sequence[tuple[int, bytes]]) -> None:
        self.size = 0
        """how many leaves were found good"""
        self.proven = 0
        """the largest promised size whose root was found"""
        self._promises = sorted(promises, reverse=True)
        self._peaks: list[tuple[int, bytes]] = []
        self._roots: list[bytes] = []

    def take(self, rows: Sequence[Row], tile: bytes) -> Fault | None:
        """Check the leaves of the next tile, and the tile.

        Args:
            rows: Leaves with their entries, 256 but for the last tile.
            tile: The hashes stored of the tile.
        """
        hashes = [leaf_hash(row["body"] or b"") for row in rows]
        if not self._is_plain(rows, hashes, tile) and (fault := self._find_fault(rows, hashes, tile)):
            return fault
        levels = [hashes]
        while len(levels[-1]) > 1:
            levels.append(next_level(levels[-1]))
        if fault := self._keep_promises(levels):
            return fault
        if len(hashes) == WIDTH:
            self._roots.append(levels[-1][0])
            self._push(levels[-1][0])
        self.size += len(hashes)
        return None

    def upper_tiles(self) -> dict[Place, bytes]:
        """Compute the tiles above level 0."""
        tiles: dict[Place, bytes] = {}
        level, hashes = 1, self._roots
        while hashes:
            chunks = [hashes[start : start + WIDTH] for start in range(0, len(hashes), WIDTH)]
            tiles.update({(level, index): b"".join(chunk) for index, chunk in enumerate(chunks)})
            level, hashes = level + 1, [root_of(chunk) for chunk in chunks if len(chunk) == WIDTH]
        return tiles

    # ── one tile ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _is_plain(self, rows: Sequence[Row], hashes: list[bytes], tile: bytes) -> bool:
        """Tell in the fewest operations that all is well; when it is not, `_find_fault` says what and where."""
        joined = b"".join(hashes)
        return (
            tile == joined
            and b"".join([row["hash"] for row in rows]) == joined
            and [row["index"] for row in rows] == list(range(self.size, self.size + len(rows)))
            and all(map(_repeats_body, rows))
        )

    def _find_fault(self, rows: Sequence[Row], hashes: list[bytes], tile: bytes) -> Fault | None:
        stored = split(tile)
        for offset, (row, computed) in enumerate(zip(rows, hashes, strict=True)):
            index = self.size + offset
            if row["index"] != index:
                return Fault(index=index, reason=f"entry {index} is missing")
            if wrong := _find_wrong(row, computed, stored[offset : offset + 1]):
                return Fault(index=index, reason=f"entry {index}: {wrong}")
        end = self.size + len(rows)
        if len(tile) != len(rows) * HASH_SIZE:
            return Fault(index=end, reason=f"entry {end} is missing, but its tile holds a hash for it")
        return None

    # ── the roots ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _keep_promises(self, levels: list[list[bytes]]) -> Fault | None:
        end = self.size + len(levels[0])
        while self._promises and self._promises[-1][0] <= end:
            size, root = self._promises.pop()
            inner = [levels[height][index] for height, index in peaks_of((0, size - self.size))]
            if fold([peak for _, peak in self._peaks] + inner) != root:
                reason = f"the entries from {self.proven} on are not those signed at size {size}"
                return Fault(index=self.proven, reason=reason)
            self.proven = size
        return None

    def _push(self, root: bytes) -> None:
        height = HEIGHT
        while self._peaks and self._peaks[-1][0] == height:
            root = node_hash(self._peaks.pop()[1], root)
            height += 1
        self._peaks.append((height, root))


def _find_wrong(row: Row, computed: bytes, stored: list[bytes]) -> str:
    if row["body"] is None:
        return "its leaf points to nothing"
    if computed != row["hash"]:
        return "its bytes do not have the hash of its leaf"
    if [computed] != stored:
        return "its hash is not the one in its tile"
    if column := _find_stray_column(row):
        return f"its column `{column}` does not say what its bytes say"
    return ""


def _repeats_body(row: Row) -> bool:
    """Tell whether the columns are what the bytes say, by writing the bytes around the body anew.

    Canonical JSON has `about` and `at` before the body and the rest after it, so nothing needs to be parsed.
    """
    body: bytes = row["body"] or b""
    head = orjson.dumps({"about": row["about"], "at": row["at"]})
    tail = orjson.dumps(
        {
            "id": row["id"],
            "kind": row["kind"],
            "run": row["run"],
            "trace_id": row["trace_id"],
            "worker": row["worker"],
        }
    )
    return body.startswith(head[:-1] + b',"body":') and body.endswith(b"," + tail[1:])


def _find_stray_column(row: Row) -> str:
    """Name the first column that does not say what the bytes say; a time may be written in another zone."""
    try:
        said = cast("dict[str, Any]", orjson.loads(row["body"]))
        said["at"] = datetime.fromisoformat(said["at"])
        return next((name for name in _COLUMNS if said[name] != row[name]), "")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return "body"
