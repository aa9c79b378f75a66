"""An export is the ledger on disk, and only what is exactly that verifies."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from remit.errors import Conflict
from remit.ledger import verify_export as verifier
from remit.ledger.checkpoint import sign_checkpoint
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.export import export, verify_export
from remit.ledger.log import extend
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.ledger.tree import leaf_hash, root_of
from remit.store.database import Database
from tests.ledger.conftest import Fill


@pytest.fixture
async def exported(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> Path:
    """An export of 600 entries."""
    await fill(600)
    await drain(database, signer)
    await export(database, signer, tmp_path / "export")
    return tmp_path / "export"


async def test_an_export_has_the_files_of_the_format(exported: Path, signer: Signer) -> None:
    """Full tiles stand beside partial ones with their width, and the whole verifies."""
    names = {path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()}

    assert names == {
        "checkpoint", "entries.jsonl", "ledger.pub",
        "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    }  # fmt: skip
    found = verify_export(exported, signer.verifier.as_text())
    assert (found.is_whole, found.size, found.reason) == (True, 600, "")


async def test_a_line_is_the_exact_bytes_that_were_hashed(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path
) -> None:
    """Lines and bundles hold each entry byte for byte, in order of index."""
    entries = await fill(3)
    await drain(database, signer)

    written = await export(database, signer, tmp_path / "export")

    bodies = [entry.as_bytes() for entry in entries]
    bundle = b"".join(len(body).to_bytes(2, "big") + body for body in bodies)
    assert (written.size, written.root) == (3, root_of([leaf_hash(body) for body in bodies]))
    assert (tmp_path / "export/entries.jsonl").read_bytes() == b"".join(body + b"\n" for body in bodies)
    assert (tmp_path / "export/tile/entries/000.p/3").read_bytes() == bundle


async def test_an_empty_ledger_is_exported_and_verified(database: Database, signer: Signer, tmp_path: Path) -> None:
    """Nothing is signed as nothing; a wrong root of nothing is refused."""
    await export(database, signer, tmp_path / "export")

    found = verify_export(tmp_path / "export", signer.verifier.as_text())
    assert (found.is_whole, found.size, found.root) == (True, 0, hashlib.sha256(b"").digest())
    (tmp_path / "export/checkpoint").write_text(sign_checkpoint(signer, 0, bytes(32)))
    assert not verify_export(tmp_path / "export", signer.verifier.as_text()).is_whole


async def test_an_export_ends_at_its_checkpoint(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> None:
    """Entries that wait are left out, and tiles that have grown since are cut to what was signed."""
    await fill(700)
    async with database.transaction() as transaction:
        await extend(transaction, signer, batch=300)

    await export(database, signer, tmp_path / "export")

    assert len((tmp_path / "export/entries.jsonl").read_bytes().splitlines()) == 300
    assert verify_export(tmp_path / "export", signer.verifier.as_text()).is_whole


async def test_an_entry_too_long_for_a_bundle_is_still_proven(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path
) -> None:
    """The bundle is left out and counted; the line holds the entry and is checked."""
    await fill(256)
    async with database.transaction() as transaction:
        await append(transaction, Entry(kind=EntryKind.HALT_SET, body={"text": "x" * 70_000}))
    await drain(database, signer)

    written = await export(database, signer, tmp_path / "export")

    assert written.bundles_left_out == 1
    assert not (tmp_path / "export/tile/entries/001.p/1").exists()
    assert verify_export(tmp_path / "export", signer.verifier.as_text()).is_whole
    lines = (tmp_path / "export/entries.jsonl").read_bytes()
    (tmp_path / "export/entries.jsonl").write_bytes(lines.replace(b"xxx", b"xyx", 1))
    assert verify_export(tmp_path / "export", signer.verifier.as_text()).first_broken == 256


async def test_a_folder_with_something_in_it_is_left_alone(exported: Path, database: Database, signer: Signer) -> None:
    """An export never mixes with what is there."""
    with pytest.raises(Conflict, match="is not empty"):
        await export(database, signer, exported)


async def test_an_export_broken_off_does_not_verify(exported: Path, signer: Signer) -> None:
    """Without the checkpoint, which is written last, nothing verifies."""
    (exported / "checkpoint").unlink()

    found = verify_export(exported, signer.verifier.as_text())

    assert (found.is_whole, found.reason) == (False, "`checkpoint` cannot be read: No such file or directory")


async def test_every_byte_of_every_file_counts(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> None:
    """Changing any byte of any file of a small export is found; in the entries, at the entry changed."""
    entries = await fill(3)
    await drain(database, signer)
    await export(database, signer, tmp_path / "export")
    key = signer.verifier.as_text()
    lines = [entry.as_bytes() for entry in entries]
    owners = [number for number, line in enumerate(lines) for _ in range(len(line) + 1)]

    for path in [path for path in (tmp_path / "export").rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        for place in range(len(whole)):
            for flip in (1, 0x80):
                path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
                found = verify_export(tmp_path / "export", key)
                assert not found.is_whole, (path.name, place, flip)
                if path.name == "entries.jsonl":
                    assert found.first_broken == owners[place]
        path.write_bytes(whole)
    assert verify_export(tmp_path / "export", key).is_whole


def _swap_lines(directory: Path) -> None:
    lines = (directory / "entries.jsonl").read_bytes().splitlines(keepends=True)
    lines[261], lines[470] = lines[470], lines[261]
    (directory / "entries.jsonl").write_bytes(b"".join(lines))


def _cut_lines(directory: Path) -> None:
    lines = (directory / "entries.jsonl").read_bytes().splitlines(keepends=True)
    (directory / "entries.jsonl").write_bytes(b"".join(lines[:512]))


def _repeat_line(directory: Path) -> None:
    lines = (directory / "entries.jsonl").read_bytes().splitlines(keepends=True)
    (directory / "entries.jsonl").write_bytes(b"".join([*lines, lines[-1]]))


def _remove_line(directory: Path) -> None:
    lines = (directory / "entries.jsonl").read_bytes().splitlines(keepends=True)
    (directory / "entries.jsonl").write_bytes(b"".join(lines[:300] + lines[301:]))


DAMAGE: dict[str, tuple[Callable[[Path], object], int | None]] = {
    "lines swapped": (_swap_lines, 261),
    "tail cut off": (_cut_lines, 512),
    "line repeated": (_repeat_line, 600),
    "line removed": (_remove_line, 300),
    "no entries": (lambda directory: (directory / "entries.jsonl").write_bytes(b""), 0),
    "last newline missing": (lambda directory: os.truncate(directory / "entries.jsonl", _size(directory) - 1), 599),
    "tile missing": (lambda directory: (directory / "tile/0/001").unlink(), 256),
    "tile too long": (lambda directory: _append(directory / "tile/0/001", bytes(32)), 512),
    "upper tile changed": (lambda directory: (directory / "tile/1/000.p/2").write_bytes(bytes(64)), 0),
    "bundle changed": (lambda directory: _append(directory / "tile/entries/001", b"x"), 256),
    "bundle missing": (lambda directory: (directory / "tile/entries/001").unlink(), 256),
    "file beside": (lambda directory: (directory / "tile/2").write_bytes(b""), None),
    "no key file": (lambda directory: (directory / "ledger.pub").unlink(), None),
    "a folder for a file": (lambda directory: _make_folder(directory / "checkpoint"), None),
}


def _size(directory: Path) -> int:
    return (directory / "entries.jsonl").stat().st_size


def _append(path: Path, data: bytes) -> None:
    path.write_bytes(path.read_bytes() + data)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("name", DAMAGE)
async def test_damage_is_found_where_it_is(exported: Path, signer: Signer, name: str) -> None:
    """What is missing, too much, changed or in another order is found, at the first entry it touches."""
    damage, first_broken = DAMAGE[name]
    damage(exported)

    found = verify_export(exported, signer.verifier.as_text())

    assert (found.is_whole, found.first_broken) == (False, first_broken)
    assert found.reason


async def test_a_forged_export_signed_by_another_key_is_refused(exported: Path, signer: Signer) -> None:
    """An export that brings its own key and signs itself does not verify under ours."""
    forger = Signer(signer.name, bytes(32))
    (exported / "entries.jsonl").write_bytes(b"")
    shutil.rmtree(exported / "tile")
    (exported / "checkpoint").write_text(sign_checkpoint(forger, 0, hashlib.sha256(b"").digest()))
    (exported / "ledger.pub").write_text(forger.verifier.as_text() + "\n")

    assert verify_export(exported, forger.verifier.as_text()).is_whole
    assert (
        verify_export(exported, signer.verifier.as_text()).reason == "the checkpoint is not signed by the trusted key"
    )


async def test_a_kept_checkpoint_holds_an_export_to_its_past(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path
) -> None:
    """A history shortened or rewritten by the holder of the key is found by who kept a checkpoint."""
    await fill(300)
    await drain(database, signer)
    await export(database, signer, tmp_path / "old")
    past = await database.fetch_value("find_checkpoint")
    await fill(300)
    await drain(database, signer)
    await export(database, signer, tmp_path / "new")
    present = await database.fetch_value("find_checkpoint")
    other = sign_checkpoint(signer, 290, leaf_hash(b"another history"))
    key = signer.verifier.as_text()

    assert verify_export(tmp_path / "new", key, kept=[past, present]).is_whole
    assert verify_export(tmp_path / "old", key, kept=[past, present]).first_broken == 300
    assert verify_export(tmp_path / "new", key, kept=[past, other]).first_broken == 0
    assert "kept checkpoint" in verify_export(tmp_path / "new", key, kept=["forged"]).reason


@pytest.mark.parametrize("key", ["", "x", "name+00000000+AAAA", "é+00000000+" + base64.b64encode(bytes(33)).decode()])
async def test_what_is_not_a_key_verifies_nothing(exported: Path, key: str) -> None:
    """A key that cannot be read is said to be one that cannot be read."""
    assert verify_export(exported, key).reason == "the trusted key is not an Ed25519 verifier key"


def test_the_verifier_runs_alone(exported: Path, signer: Signer, tmp_path: Path) -> None:
    """The one file, copied elsewhere and run without the house, tells whole from broken by its exit code."""
    script = shutil.copy(verifier.__file__, tmp_path / "alone.py")
    (tmp_path / "key").write_text(signer.verifier.as_text() + "\n")
    shutil.copy(exported / "checkpoint", tmp_path / "kept")
    command = [sys.executable, script, str(exported), "--key", str(tmp_path / "key"), "--checkpoint", tmp_path / "kept"]

    whole = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    _swap_lines(exported)
    broken = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "remit" not in Path(script).read_text().replace("remit/ledger/", "").lower()
    assert (whole.returncode, whole.stdout[:19], whole.stderr) == (0, "whole: 600 entries,", "")
    assert (broken.returncode, broken.stdout[:22], broken.stderr) == (1, "BROKEN from entry 261:", "")
