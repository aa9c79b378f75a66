"""An export of records says what the entries say, and only what is exactly that verifies."""

import asyncio
import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from remit.errors import InputInvalid
from remit.ledger import verify_records as verifier
from remit.ledger.check_export import check_export
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.note import Signer
from remit.ledger.proof import InclusionProof
from remit.ledger.read import Search
from remit.ledger.record_export import Wanted, export_records
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.ledger.tables import SCHEMA, pq
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

    alone, again = (
        verify_records(exported, signer.verifier.as_text()),
        check_export(exported, signer.verifier.as_text()),
    )

    assert path.read_bytes() != before
    assert alone.is_whole
    assert (again.is_whole, again.reason) == (False, "record 0 does not say what its entries say")


def _sign_again(folder: Path, signer: Signer, form: Format) -> None:
    """Sign the files as they are, as the holder of the key could."""
    text = (folder / "manifest").read_text().rpartition("\n\n")[0] + "\n"
    lines = [
        f"sha256 {hashlib.sha256((folder / line.split()[2]).read_bytes()).hexdigest()} {line.split()[2]}"
        if line.startswith("sha256")
        else line
        for line in text.splitlines()
    ]
    (folder / "manifest").write_text(signer.sign("\n".join(lines) + "\n"))


async def test_a_table_has_a_row_for_each_entry(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> None:
    """CSV and Parquet hold the same rows, newest first; Parquet with types."""
    entries = await fill(5)
    await drain(database, signer)
    for form in (Format.CSV, Format.PARQUET):
        await _export(database, signer, tmp_path / form, Wanted(form=form, search=Search()))

    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv/records.csv").read_bytes().decode(), newline="")))
    table = pq.read_table(tmp_path / "parquet/records.parquet")

    assert table.schema.equals(SCHEMA)
    assert [row["id"] for row in rows] == table["id"].to_pylist() == [str(entry.id) for entry in reversed(entries)]
    assert [row["run"] for row in rows] == [run or "" for run in table["run"].to_pylist()]
    assert table["at"].to_pylist() == [entry.at for entry in reversed(entries)]
    assert [json.loads(row["body"]) for row in rows] == [entry.body for entry in reversed(entries)]


async def test_no_cell_is_a_formula(database: Database, signer: Signer, tmp_path: Path) -> None:
    """Whatever an outsider wrote, no cell begins as a formula does; quotes, commas and lines are kept as they are."""
    nasty = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\uff1d1", 'a"b,c\r\nd']
    async with database.transaction() as transaction:
        await append(transaction, *(Entry(kind=EntryKind.HALT_SET, body={}, about=text) for text in nasty))
    await drain(database, signer)

    folder = await _export(database, signer, tmp_path / "csv", Wanted(form=Format.CSV, search=Search()))

    text = (folder / "records.csv").read_bytes().decode()
    cells = [row["about"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert cells[::-1] == [f"'{each}" for each in nasty[:-1]] + nasty[-1:]
    assert text.count("\r\n") == len(nasty) + 2  # the head, and the lines within a quoted cell


async def test_only_what_is_signed_is_exported(database: Database, signer: Signer, fill: Fill, tmp_path: Path) -> None:
    """An entry that waits for its index is in no export; an empty ledger gives an empty one, and both verify."""
    empty = await _export(database, signer, tmp_path / "empty", Wanted(form=Format.PARQUET, search=Search()))
    await fill(2)
    await drain(database, signer)
    await fill(1)

    folder = await _export(database, signer, tmp_path / "two", Wanted(form=Format.OCSF, search=Search()))

    key = signer.verifier.as_text()
    assert (check_export(empty, key).is_whole, check_export(empty, key).records) == (True, 0)
    assert (check_export(folder, key).is_whole, check_export(folder, key).records) == (True, 2)


async def test_an_export_of_several_pages_is_whole(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path
) -> None:
    """Pages meet without a gap or an overlap, and each group of rows is one page."""
    await fill(2300)
    await drain(database, signer)

    folder = await _export(database, signer, tmp_path / "all", Wanted(form=Format.PARQUET, search=Search()))

    file = pq.ParquetFile(folder / "records.parquet")
    assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [1000, 1000, 300]
    assert file.read(columns=["index"])["index"].to_pylist() == list(range(2299, -1, -1))
    assert check_export(folder, signer.verifier.as_text()).is_whole


async def test_the_verifier_runs_alone(exported: Path, tmp_path: Path) -> None:
    """Copied elsewhere, the one file checks an export with nothing of ours beside it."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(verifier.__file__, alone / "check.py")
    key = tmp_path / "key.pub"
    shutil.copy(exported / "ledger.pub", key)
    command = [sys.executable, "-I", "check.py", str(exported), "--key", str(key)]

    good = await asyncio.to_thread(_run, command, alone)
    (exported / "checkpoint").write_bytes((exported / "checkpoint").read_bytes() + b"\n")
    bad = await asyncio.to_thread(_run, command, alone)

    assert (good.returncode, bad.returncode) == (0, 1)
    assert good.stdout.startswith("whole: ")
    assert bad.stdout == "BROKEN: `checkpoint` is not the file that was signed\n"


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


async def test_each_proof_is_one_others_read(exported: Path, signer: Signer) -> None:
    """A proof with the checkpoint behind it is a proof in the format tlog-proof, of the entry's bytes."""
    checkpoint = (exported / "checkpoint").read_text()
    for line in (exported / "proofs.jsonl").read_text().splitlines():
        proof = json.loads(line)

        read = InclusionProof.from_text(proof["proof"] + checkpoint)

        assert read.check(proof["entry"].encode(), signer.verifier).size == 300


async def test_a_search_that_makes_no_sense_leaves_nothing(database: Database, signer: Signer, tmp_path: Path) -> None:
    """The words are those of the search, and no manifest is written."""
    (tmp_path / "out").mkdir()
    wanted = Wanted(form=Format.CSV, search=Search(about="A-101"))

    with pytest.raises(InputInvalid):
        await export_records(database, signer, wanted, tmp_path / "out")

    assert not (tmp_path / "out/manifest").exists()
