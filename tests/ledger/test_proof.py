"""Proofs convince somebody who has the entry's bytes and our key, and nothing else."""

from uuid import uuid4

import pytest

from remit.errors import Conflict, InputInvalid, LedgerBroken, NotFound
from remit.ledger.checkpoint import open_checkpoint
from remit.ledger.log import extend
from remit.ledger.note import Signer
from remit.ledger.proof import InclusionProof, prove_consistency, prove_inclusion
from remit.ledger.sequencer import drain
from remit.ledger.tree import leaf_hash, proves_consistency, root_of
from remit.store.database import Database
from tests.ledger.conftest import Fill


async def test_every_kind_of_place_is_proven(database: Database, signer: Signer, fill: Fill) -> None:
    """Entries at the edges of tiles and of the tree are proven by a text that comes back as written."""
    entries = await fill(600)
    await drain(database, signer)

    for index in (0, 1, 255, 256, 511, 512, 598, 599):
        proof = await prove_inclusion(database, entries[index].id)
        read = InclusionProof.from_text(proof.as_text())

        assert read == proof
        assert read.check(entries[index].as_bytes(), signer.verifier).size == 600
        assert read.index == index


async def test_an_only_entry_needs_no_hashes(database: Database, signer: Signer, fill: Fill) -> None:
    """The proof in a tree of one is empty, and its text is still read."""
    (entry,) = await fill(1)
    await drain(database, signer)

    proof = InclusionProof.from_text((await prove_inclusion(database, entry.id)).as_text())

    assert proof.hashes == ()
    assert proof.check(entry.as_bytes(), signer.verifier).root == leaf_hash(entry.as_bytes())


async def test_a_proof_holds_for_its_entry_and_key_only(database: Database, signer: Signer, fill: Fill) -> None:
    """Other bytes, another index and another key are refused."""
    entries = await fill(9)
    await drain(database, signer)
    proof = await prove_inclusion(database, entries[4].id)
    moved = InclusionProof(index=5, hashes=proof.hashes, checkpoint=proof.checkpoint)

    with pytest.raises(InputInvalid, match="does not show"):
        proof.check(entries[5].as_bytes(), signer.verifier)
    with pytest.raises(InputInvalid, match="does not show"):
        moved.check(entries[4].as_bytes(), signer.verifier)
    with pytest.raises(LedgerBroken):
        proof.check(entries[4].as_bytes(), Signer(signer.name, bytes(32)).verifier)


async def test_every_byte_of_a_proof_counts(database: Database, signer: Signer, fill: Fill) -> None:
    """A proof with any byte changed is refused."""
    entries = await fill(5)
    await drain(database, signer)
    text = (await prove_inclusion(database, entries[3].id)).as_text().encode()

    for place in range(len(text)):
        changed = bytearray(text)
        changed[place] ^= 1
        with pytest.raises((InputInvalid, LedgerBroken, UnicodeDecodeError)):
            InclusionProof.from_text(changed.decode()).check(entries[3].as_bytes(), signer.verifier)


async def test_an_entry_without_index_has_no_proof_yet(database: Database, signer: Signer, fill: Fill) -> None:
    """What waits is a conflict to be asked again; what does not exist is not found."""
    entries = await fill(1)

    with pytest.raises(Conflict, match="has no index yet"):
        await prove_inclusion(database, entries[0].id)
    with pytest.raises(NotFound):
        await prove_inclusion(database, uuid4())


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 01\n\nx", "x" * 9999])
def test_what_is_not_a_proof_is_refused(text: str) -> None:
    """Malformed proofs are refused in words."""
    with pytest.raises(InputInvalid):
        InclusionProof.from_text(text)


async def test_any_two_checkpoints_are_consistent(database: Database, signer: Signer, fill: Fill) -> None:
    """The proof between any two sizes holds between the roots that were signed for them."""
    entries = await fill(600)
    for batch in (1, 254, 1, 1, 255, 88):
        async with database.transaction() as transaction:
            await extend(transaction, signer, batch=batch)
    notes = [row["note"] for row in await database.fetch("list_checkpoints")]
    heads = [open_checkpoint(signer.verifier, note) for note in notes]

    assert [head.size for head in heads] == [1, 255, 256, 257, 512, 600]
    for new in heads:
        assert new.root == root_of([leaf_hash(entry.as_bytes()) for entry in entries[: new.size]])
        for old in (head for head in heads if head.size <= new.size):
            proof = await prove_consistency(database, old.size, new.size)
            assert proves_consistency((old.size, old.root), (new.size, new.root), proof)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (3, 2), (2, 4)])
async def test_sizes_the_ledger_never_had_are_refused(database: Database, filled: None, old: int, new: int) -> None:
    """Sizes out of order or beyond the end are refused in words."""
    with pytest.raises(InputInvalid, match="Give two sizes"):
        await prove_consistency(database, old, new)
