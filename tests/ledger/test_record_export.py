"""An export of records says what the entries say, and only what is exactly that verifies."""

import csv
import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from remit.canonical import canonical
from remit.errors import InputInvalid
from remit.ledger import verify_records as verifier
from remit.ledger.check_export import check_export
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.note import Signer
from remit.ledger.read import Search
from remit.ledger.record_export import Wanted, export_records
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.ledger.tables import SCHEMA
from remit.ledger.verify_records import verify_records
from remit.store.database import Database
from tests.ledger.conftest import Fill

FORMATS = list(Format)


async def _export(database: Database, signer: Signer, folder: Path, wanted: Wanted) -> Path:
    folder.mkdir(parents=True)
    await export_records(database, signer, wanted, folder)
    return folder


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> Format:
    """Each format."""
    return Format(request.param)


@pytest.fixture
async def exported(database: Database, signer: Signer, fill: Fill, tmp_path: Path, form: Format) -> Path:
    """An export, in each format, of the entries of one worker among others."""
    await fill(300)
    await drain(database, signer)
    return await _export(database, signer, tmp_path / "export", Wanted(form=form, search=Search(worker="worker-1")))


async def test_an_export_is_whole(exported: Path, signer: Signer, form: Format) -> None:
    """Each format verifies, alone and against the records made again."""
    key = signer.verifier.as_text()

    alone, again = verify_records(exported, key), check_export(exported, key)

    assert alone == again
    assert (again.is_whole, again.reason, again.form) == (True, "", form.value)
    assert (again.records, again.size) == ((5, 300) if form is Format.RUNS else (100, 300))
    assert json.loads(again.search) == {"worker": "worker-1"}


async def test_every_byte_of_every_file_counts(exported: Path, signer: Signer) -> None:
    """A flipped bit anywhere is found, in the records, the proofs, the checkpoint, the key and the manifest."""
    unnoticed: list[str] = []
    for path in sorted(exported.iterdir()):
        data = path.read_bytes()
        for place in sorted({*range(0, len(data), max(1, len(data) // 60)), len(data) - 1}):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            if verify_records(exported, signer.verifier.as_text()).is_whole:
                unnoticed.append(f"{path.name}:{place}")
        path.write_bytes(data)

    assert unnoticed == []


async def test_another_key_another_file_and_a_missing_one_are_found(exported: Path, tmp_path: Path) -> None:
    """Nothing travels with the proof that was not signed, nothing is missing, and the key is the trusted one."""
    key = (exported / "ledger.pub").read_text()
    other = Signer("remit/ledger/other", b"7" * 32).verifier.as_text()
    (exported / "stray").touch()
    strayed = verify_records(exported, key)
    (exported / "stray").unlink()
    (exported / "manifest").rename(tmp_path / "manifest")

    lost = verify_records(exported, key)
    (tmp_path / "manifest").rename(exported / "manifest")

    assert (strayed.is_whole, strayed.reason) == (False, "`stray` does not belong to this export")
    assert not lost.is_whole
    assert verify_records(exported, other).reason == "the manifest is not signed by the trusted key"
    assert verify_records(exported, "no key").reason == "the trusted key is not an Ed25519 verifier key"


async def test_a_record_signed_with_other_words_is_found(exported: Path, signer: Signer, form: Format) -> None:
    """Whoever holds the key cannot sign records that say something else than their entries, unnoticed."""
    path = exported / form.file
    before = path.read_bytes()
    if form is Format.PARQUET:
        table = pq.read_table(path, schema=SCHEMA)
        changed = table.set_column(3, SCHEMA.field("kind"), [["halt.set"] * len(table)])
        pq.write_table(changed, path)
    else:
        path.write_bytes(before.replace(b"worker-", b"worker_"))
    _sign_again(exported, signer, form)

    alone, again = verify_records(exported, signer.verifier.as_text()), check_export(exported, signer.verifier.as_text())

    assert path.read_bytes() != before
    assert alone.is_whole
    assert (again.is_whole, again.reason) == (False, "record 0 does not say what its entries say")


def _sign_again(folder: Path, signer: Signer, form: Format) -> None:
    """Sign the files as they are, as the holder of the key could."""
    import hashlib  # noqa: PLC0415

    text = (folder / "manifest").read_text().rpartition("\n\n")[0] + "\n"
    lines = [
        f"sha256 {hashlib.sha256((folder / line.split()[2]).read_bytes()).hexdigest()} {line.split()[2]}"
        if line.startswith("sha256")
        else line
        for line in text.splitlines()
    ]
    (folder / "manifest").write_text(signer.sign("\n".join(lines) + "\n"))
