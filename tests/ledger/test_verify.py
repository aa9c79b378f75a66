"""Verification names the first broken entry, whatever was changed."""

from datetime import datetime, timedelta, timezone

import pytest

from remit.ledger.checkpoint import sign_checkpoint
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.log import extend
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.ledger.tree import leaf_hash
from remit.ledger.verify import Verification, verify
from remit.store.database import Database
from tests.ledger.conftest import Fill

OF_261 = "WHERE serial = (SELECT serial FROM leaf WHERE index = 261)"
TILE_1 = "WHERE level = 0 AND index = 1"


async def _tamper(database: Database, *changes: str) -> None:
    """Change the ledger as somebody who owns the database can: without triggers."""
    for change in changes:
        await _tamper_with(database, change)


async def _tamper_with(database: Database, change: str, *arguments: object) -> None:
    async with database.session() as session:
        await session.connection.execute("SET session_replication_role = replica")
        statement = change.replace("OF_261", OF_261).replace("TILE_1", TILE_1)
        assert not (await session.connection.execute(statement, *arguments)).endswith(" 0")


@pytest.fixture
async def ledger(database: Database, signer: Signer, fill: Fill) -> Database:
    """600 entries, signed at 100, 300 and 600."""
    await fill(600)
    for batch in (100, 200, 300):
        async with database.transaction() as transaction:
            await extend(transaction, signer, batch=batch)
    return database


async def test_an_empty_ledger_is_whole(database: Database, signer: Signer) -> None:
    """Nothing is whole, and signs nothing."""
    assert await verify(database, signer.verifier) == Verification(is_whole=True, size=0, root=b"")


async def test_an_untouched_ledger_is_whole(ledger: Database, signer: Signer, fill: Fill) -> None:
    """What nobody changed verifies; entries that still wait are counted."""
    await fill(7)

    found = await verify(ledger, signer.verifier)

    assert (found.is_whole, found.size, found.first_broken, found.unsequenced) == (True, 600, None, 7)


async def test_a_ledger_of_several_batches_and_levels_is_whole(database: Database, signer: Signer, fill: Fill) -> None:
    """More leaves than one batch of the walk, ending on the edge of a tile."""
    await fill(256 * 17)
    await drain(database, signer)

    found = await verify(database, signer.verifier)

    assert (found.is_whole, found.reason, found.size) == (True, "", 256 * 17)


CHANGES: dict[str, tuple[str, int | None, str]] = {
    "body byte": (
        "UPDATE entry SET body = set_byte(body, 40, get_byte(body, 40) # 1) OF_261",
        261,
        "its bytes do not",
    ),
    "column id": ("UPDATE entry SET id = gen_random_uuid() OF_261", 261, "`id`"),
    "column at": ("UPDATE entry SET at = at + interval '1 microsecond' OF_261", 261, "`at`"),
    "column kind": ("UPDATE entry SET kind = 'halt.set' OF_261", 261, "`kind`"),
    "column worker": ("UPDATE entry SET worker = 'x' OF_261", 261, "`worker`"),
    "column run": ("UPDATE entry SET run = NULL OF_261", 261, "`run`"),
    "column about": ("UPDATE entry SET about = about || '0' OF_261", 261, "`about`"),
    "column trace": ("UPDATE entry SET trace_id = '' OF_261", 261, "`trace_id`"),
    "entry deleted": ("DELETE FROM entry OF_261", 261, "points to nothing"),
    "leaf hash": ("UPDATE leaf SET hash = set_byte(hash, 31, 255) WHERE index = 261", 261, "its bytes do not"),
    "leaf serial": ("UPDATE leaf SET serial = 1000000 WHERE index = 261", 261, "points to nothing"),
    "leaf index": ("UPDATE leaf SET index = 1000000 WHERE index = 261", 261, "entry 261 is missing"),
    "first leaf": ("DELETE FROM leaf WHERE index = 0", 0, "entry 0 is missing"),
    "last leaf": ("DELETE FROM leaf WHERE index = 599", 599, "entry 599 is missing"),
    "leaf below zero": ("UPDATE leaf SET index = -1 WHERE index = 599", 599, "entry 599 is missing"),
    "tile hash": ("UPDATE tile SET hashes = set_byte(hashes, 163, 7) TILE_1", 261, "in its tile"),
    "tile cut off": ("UPDATE tile SET hashes = substr(hashes, 1, 5 * 32) TILE_1", 261, "in its tile"),
    "tile too long": ("UPDATE tile SET hashes = hashes || sha256('') WHERE index = 2", 600, "entry 600 is missing"),
    "tile deleted": ("DELETE FROM tile TILE_1", 256, "in its tile"),
    "upper tile hash": ("UPDATE tile SET hashes = set_byte(hashes, 40, 7) WHERE level = 1", 256, "hash 1 of tile 0"),
    "upper tile deleted": ("DELETE FROM tile WHERE level = 1", 0, "tile 0 of level 1 is missing"),
    "tile beside": ("INSERT INTO tile SELECT 5, 5, hashes FROM tile LIMIT 1", None, "belong to no entry"),
    "checkpoint size": ("UPDATE checkpoint SET size = 299 WHERE size = 300", None, "filed under the wrong size"),
    "newest checkpoint size": ("UPDATE checkpoint SET size = 700 WHERE size = 600", 300, "filed under the wrong size"),
    "checkpoint signed size": (
        "UPDATE checkpoint SET note = replace(note, E'\\n300\\n', E'\\n301\\n') WHERE size = 300",
        None,
        "checkpoint 300: the signature",
    ),
    "newest checkpoint root": (
        "UPDATE checkpoint SET note = regexp_replace(note, '\\n.(\\S{42}=)\\n', E'\\n+\\\\1\\n') WHERE size = 600",
        300,
        "checkpoint 600: the signature",
    ),
    "checkpoint signature": (
        "UPDATE checkpoint SET note = overlay(note PLACING 'AAAA' FROM length(note) - 20) WHERE size = 100",
        None,
        "checkpoint 100: the signature",
    ),
    "checkpoint origin": ("UPDATE checkpoint SET note = 'x' || note WHERE size = 300", None, "checkpoint 300: the sig"),
    "checkpoint without signature": ("UPDATE checkpoint SET note = 'x' WHERE size = 300", None, "not a signed note"),
    "newest checkpoint deleted": ("DELETE FROM checkpoint WHERE size = 600", 300, "no checkpoint signs"),
    "all checkpoints deleted": ("DELETE FROM checkpoint", 0, "no checkpoint signs"),
    "entry beside": (
        "INSERT INTO entry (id, at, kind, worker, about, trace_id, body) "  # noqa: ISC004  # one statement, two lines
        "VALUES (gen_random_uuid(), now(), '', '', '', '', '')",
        None,
        "neither have an index nor wait",
    ),
    "waits twice": ("INSERT INTO unsequenced SELECT serial FROM leaf WHERE index = 5", None, "neither have an index"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_is_found_where_it_is(ledger: Database, signer: Signer, name: str) -> None:
    """Each thing that can be changed is found, with the first entry it touches and what is wrong."""
    change, first_broken, reason = CHANGES[name]
    await _tamper(ledger, change)

    found = await verify(ledger, signer.verifier)

    assert not found.is_whole
    assert found.first_broken == first_broken
    assert reason in found.reason


async def test_every_byte_of_every_entry_counts(database: Database, signer: Signer) -> None:
    """No byte of an entry can be changed without being found, nor any bit of its leaf hash."""
    entry = Entry(kind=EntryKind.HALT_SET, body={"n": 1}, about="halt:1")
    async with database.transaction() as transaction:
        await append(transaction, entry)
    await drain(database, signer)
    flips = {
        "UPDATE entry SET body = set_byte(body, $1, get_byte(body, $1) # 1)": len(entry.as_bytes()),
        "UPDATE leaf SET hash = set_byte(hash, $1, get_byte(hash, $1) # 1)": 32,
        "UPDATE tile SET hashes = set_byte(hashes, $1, get_byte(hashes, $1) # 1)": 32,
    }

    for flip, length in flips.items():
        for place in range(length):
            await _tamper_with(database, flip, place)
            assert (await verify(database, signer.verifier)).first_broken == 0
            await _tamper_with(database, flip, place)

    assert (await verify(database, signer.verifier)).is_whole


async def test_swapped_leaves_are_found(ledger: Database, signer: Signer) -> None:
    """Two entries that changed places, hashes and all, are found at the first of them."""
    await _tamper(
        ledger,
        "UPDATE leaf SET index = -1 WHERE index = 261",
        "UPDATE leaf SET index = 261 WHERE index = 470",
        "UPDATE leaf SET index = 470 WHERE index = -1",
    )

    found = await verify(ledger, signer.verifier)

    assert (found.first_broken, found.is_whole) == (261, False)


async def test_swapped_serials_are_found(ledger: Database, signer: Signer) -> None:
    """Two leaves that point to each other's entries are found at the first of them."""
    await _tamper(
        ledger,
        "UPDATE leaf SET serial = -1 WHERE index = 10",
        "UPDATE leaf SET serial = 11 WHERE index = 20",
        "UPDATE leaf SET serial = 21 WHERE index = 10",
    )

    assert (await verify(ledger, signer.verifier)).first_broken == 10


async def test_a_tail_deleted_everywhere_but_in_the_checkpoint_is_found(ledger: Database, signer: Signer) -> None:
    """Whoever cuts entries, leaves and tiles off is held to the size that was signed."""
    await _tamper(
        ledger,
        "DELETE FROM entry WHERE serial IN (SELECT serial FROM leaf WHERE index >= 512)",
        "DELETE FROM leaf WHERE index >= 512",
        "DELETE FROM tile WHERE level = 0 AND index = 2",
    )

    found = await verify(ledger, signer.verifier)

    assert (found.first_broken, found.reason) == (512, "entry 512 is missing: 600 are signed")


async def test_a_consistent_forgery_breaks_the_signed_root(ledger: Database, signer: Signer) -> None:
    """Body, leaf and tile changed together still miss the root; the break lies behind the last root that fits."""
    entry = Entry(kind=EntryKind.HALT_SET, body={})
    forged = leaf_hash(entry.as_bytes())
    await _tamper_with(
        ledger,
        "UPDATE entry SET body = $1, id = $2, at = $3, kind = 'halt.set', worker = '', run = NULL, about = '', "
        "trace_id = '' OF_261",
        entry.as_bytes(),
        entry.id,
        entry.at,
    )
    await _tamper_with(ledger, "UPDATE leaf SET hash = $1 WHERE index = 261", forged)
    await _tamper_with(ledger, "UPDATE tile SET hashes = overlay(hashes PLACING $1 FROM 161) TILE_1", forged)

    found = await verify(ledger, signer.verifier)

    assert found.first_broken == 100
    assert found.reason == "the entries from 100 on are not those signed at size 300"


async def test_a_rollback_by_the_holder_of_the_database_needs_a_kept_checkpoint(
    ledger: Database, signer: Signer
) -> None:
    """A tail cut off with its checkpoint is found by who kept the checkpoint, and, as documented, by nobody else."""
    kept = await ledger.fetch_value("find_checkpoint")
    await _tamper(
        ledger,
        "DELETE FROM entry WHERE serial IN (SELECT serial FROM leaf WHERE index >= 300)",
        "DELETE FROM leaf WHERE index >= 300",
        "DELETE FROM checkpoint WHERE size = 600",
        "DELETE FROM tile WHERE level = 0 AND index = 2",
        "UPDATE tile SET hashes = substr(hashes, 1, 44 * 32) WHERE level = 0 AND index = 1",
        "UPDATE tile SET hashes = substr(hashes, 1, 32) WHERE level = 1",
    )

    assert (await verify(ledger, signer.verifier)).is_whole
    found = await verify(ledger, signer.verifier, kept=[kept])
    assert (found.is_whole, found.first_broken) == (False, 300)


async def test_a_kept_checkpoint_of_another_history_is_found(ledger: Database, signer: Signer) -> None:
    """Two histories signed by one key cannot both be true: the kept one accuses the stored one."""
    other = sign_checkpoint(signer, 200, leaf_hash(b"another history"))

    found = await verify(ledger, signer.verifier, kept=[other])

    assert (found.is_whole, found.first_broken) == (False, 100)


async def test_another_key_verifies_nothing(ledger: Database, signer: Signer) -> None:
    """A ledger signed by somebody else is not ours."""
    stranger = Signer(signer.name, bytes(32)).verifier

    found = await verify(ledger, stranger)

    assert (found.is_whole, found.first_broken) == (False, 0)
    assert "is not signed by" in found.reason


async def test_verification_sees_one_moment(ledger: Database, signer: Signer, fill: Fill) -> None:
    """Entries sequenced before and between two verifications disturb neither."""
    for _ in range(3):
        await fill(100)
        await drain(ledger, signer)
        assert (await verify(ledger, signer.verifier)).is_whole


async def test_a_time_written_in_another_zone_agrees_with_its_column(database: Database, signer: Signer) -> None:
    """Bytes say 12:00+02:00, the column 10:00 UTC: the same moment."""
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    async with database.transaction() as transaction:
        await append(transaction, Entry(kind=EntryKind.HALT_SET, body={}, at=noon))
    await drain(database, signer)

    assert (await verify(database, signer.verifier)).is_whole
