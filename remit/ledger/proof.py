"""Proofs: that an entry is in the ledger, and that an older ledger is the beginning of the newer one.

An inclusion proof is one text (c2sp.org/tlog-proof) that, with the entry's bytes and the verifier key, convinces
anybody without access to us.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from remit.errors import Conflict, InputInvalid, NotFound
from remit.ledger.checkpoint import Checkpoint, open_checkpoint
from remit.ledger.log import fetch_tiles
from remit.ledger.note import Verifier
from remit.ledger.tiles import hash_of, places_for
from remit.ledger.tree import Range, consistency_ranges, inclusion_ranges, leaf_hash, proves_inclusion
from remit.store.database import Database, Transaction

_HEADER = "c2sp.org/tlog-proof@v1"
_FORM = re.compile(
    rf"{re.escape(_HEADER)}\n(?:extra \S+\n)?index (0|[1-9][0-9]{{0,18}})\n((?:[A-Za-z0-9+/]{{43}}=\n)*)\n(.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Where an entry is, and the hashes that lead from it to a signed root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    """the signed note"""

    def as_text(self) -> str:
        """Write the proof as a file with the ending `.tlog-proof`."""
        lines = [_HEADER, f"index {self.index}", *(base64.b64encode(node).decode() for node in self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def from_text(cls, text: str) -> "InclusionProof":
        """Read a proof.

        Raises:
            InputInvalid: It is not one.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise InputInvalid(f"this is not a proof. It begins with `{_HEADER}`")
        proof = cls(
            index=int(found[1]),
            hashes=tuple(base64.b64decode(line) for line in found[2].split()),
            checkpoint=found[3],
        )
        if not proof.as_text().endswith(f"\n{found[2]}\n{found[3]}"):
            raise InputInvalid("a hash of the proof is not written as base64 writes it. Fetch the proof again")
        return proof

    def check(self, body: bytes, verifier: Verifier) -> Checkpoint:
        """Give the checkpoint that signs these bytes at this index.

        Raises:
            LedgerBroken: The checkpoint is not signed by this key.
            InputInvalid: The proof does not lead from these bytes to the signed root.
        """
        checkpoint = open_checkpoint(verifier, self.checkpoint)
        place = (self.index, checkpoint.size)
        if not proves_inclusion(leaf_hash(body), place, self.hashes, checkpoint.root):
            raise InputInvalid(f"the proof does not show these bytes to be entry {self.index}. One was changed")
        return checkpoint


async def prove_inclusion(database: Database, entry: UUID) -> InclusionProof:
    """Prove an entry to be in the ledger that the newest checkpoint signs.

    Raises:
        NotFound: There is no such entry.
        Conflict: It has no index yet.
    """
    async with database.transaction() as transaction:
        await transaction.execute("freeze_snapshot")
        leaf = await transaction.fetch_row("find_leaf", entry)
        if leaf is None:
            raise NotFound(f"there is no entry `{entry}`. See `remit ledger list` for those there are")
        if leaf["index"] is None:
            raise Conflict(f"entry `{entry}` has no index yet. Ask again in a second")
        note = await transaction.fetch_value("find_checkpoint")
        size = Checkpoint.from_text(note.rpartition("\n\n")[0] + "\n").size
        hashes = await _read_nodes(transaction, inclusion_ranges(leaf["index"], size))
    return InclusionProof(index=leaf["index"], hashes=hashes, checkpoint=note)


async def prove_consistency(database: Database, old: int, new: int) -> tuple[bytes, ...]:
    """Prove the ledger of the old size to be the beginning of that of the new size.

    Raises:
        InputInvalid: The sizes are not in order, or the ledger is smaller.
        LedgerBroken: A tile is missing.
    """
    async with database.transaction() as transaction:
        head = await transaction.fetch_row("find_head")
        if not 0 <= old <= new <= (head or {"leaves": 0})["leaves"]:
            raise InputInvalid(f"no proof leads from size `{old}` to `{new}`. Give two sizes the ledger had, in order")
        return await _read_nodes(transaction, consistency_ranges(old, new))


async def _read_nodes(transaction: Transaction, ranges: Iterable[Range]) -> tuple[bytes, ...]:
    wanted = list(ranges)
    tiles = await fetch_tiles(transaction, places_for(wanted))
    return tuple(hash_of(leaves, tiles) for leaves in wanted)
