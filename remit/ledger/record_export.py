"""The export of records: what a search finds, in a form others read, with a proof for every entry it was made from.

records.*       the records, newest first
proofs.jsonl    a line for each entry: its bytes, its index, its proof (c2sp.org/tlog-proof, up to the checkpoint), and
                the number of its record; null for a charter that tells the workflow of the runs after it
checkpoint      the signed head that every proof leads to
ledger.pub      the verifier key, for convenience: whoever checks brings their own copy
manifest        format, search, counts and the SHA-256 of each file, signed with the ledger's key

Everything is read as of one moment and written a page at a time; nothing grows with the ledger but the numbers of the
runs seen.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson

from remit.canonical import canonical
from remit.ledger.checkpoint import open_checkpoint, sign_checkpoint
from remit.ledger.note import Signer
from remit.ledger.proof import InclusionProof
from remit.ledger.prover import Prover
from remit.ledger.read import Search, find_rows
from remit.ledger.records import Bytes, Format, line_of, record_of, workflow_in
from remit.ledger.run_record import versions_in
from remit.ledger.tables import ParquetRows, csv_head
from remit.ledger.tree import EMPTY_ROOT
from remit.store.database import Database, Transaction

HEADER = "remit.export/v1"
_PAGE = 1000
_RUNS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records, and as what."""

    form: Format
    search: Search

    def as_json(self) -> dict[str, Any]:
        """The filters that were given, as the manifest and the ledger name them."""
        search = self.search
        given = {
            "run": str(search.run) if search.run else "",
            "worker": search.worker,
            "about": search.about,
            "concerning": list(search.concerning),
            "trace_id": search.trace_id,
            "kind": search.kind,
            "since": search.since.isoformat() if search.since else "",
            "until": search.until.isoformat() if search.until else "",
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExport:
    """What was written."""

    directory: Path
    records: int
    entries: int
    size: int
    """how many entries the checkpoint signs"""


@dataclass(slots=True)
class _Files:
    """The files being written, and what is counted on the way."""

    form: Format
    records: BinaryIO | ParquetRows
    proofs: BinaryIO
    workflows: dict[str, str]
    written: int = 0
    entries: int = 0


_Group = tuple[bool, list[Bytes]]
"""the entries of one record; or, with False, a charter that belongs to no record"""


async def export_records(database: Database, signer: Signer, wanted: Wanted, directory: Path) -> RecordExport:
    """Write the records that match, as of the newest checkpoint, into a folder that is there and empty.

    Entries that wait for their index are not in it: nothing proves them yet.

    Raises:
        InputInvalid: The search makes no sense.
        LedgerBroken: The stored ledger is not what was signed.
    """
    async with database.transaction() as snapshot:
        await snapshot.execute("freeze_snapshot")
        note: str = await snapshot.fetch_value("find_checkpoint") or sign_checkpoint(signer, 0, EMPTY_ROOT)
        size = open_checkpoint(signer.verifier, note).size
        files = await asyncio.to_thread(_open, wanted.form, directory)
        try:
            await _write_all(snapshot, files, wanted, size)
        finally:
            await asyncio.to_thread(_close, files)
    await asyncio.to_thread(_write_ends, directory, signer, note, wanted, files)
    return RecordExport(directory=directory, records=files.written, entries=files.entries, size=size)


async def _write_all(snapshot: Transaction, files: _Files, wanted: Wanted, size: int) -> None:
    prover = Prover(snapshot, size)
    groups = _runs if wanted.form is Format.RUNS else _single
    async for group in groups(snapshot, wanted.search, size):
        entries = [each for _, part in group for each in part]
        proofs = await prover.prove([each.index for each in entries])
        await asyncio.to_thread(_write, files, group, iter(proofs))


# ── what is exported ───────────────────────────────────────────────────────────────────────────────────────────────


async def _pages(snapshot: Transaction, search: Search, size: int) -> AsyncIterator[list[Any]]:
    """Give pages of entries that match and are signed, newest first."""
    before: int | None = None
    while rows := await find_rows(snapshot, search, before=before, limit=_PAGE):
        yield [row for row in rows if row["index"] is not None and row["index"] < size]
        before = rows[-1]["serial"]


async def _single(snapshot: Transaction, search: Search, size: int) -> AsyncIterator[list[_Group]]:
    async for rows in _pages(snapshot, search, size):
        yield [(True, [Bytes(index=row["index"], body=row["body"])]) for row in rows]


async def _runs(snapshot: Transaction, search: Search, size: int) -> AsyncIterator[list[_Group]]:
    seen: set[int] = set()
    told: set[str] = set()
    async for rows in _pages(snapshot, search, size):
        fresh = [run for run in dict.fromkeys(row["run"] for row in rows if row["run"]) if run.int not in seen]
        seen.update(run.int for run in fresh)
        for start in range(0, len(fresh), _RUNS_AT_ONCE):
            yield await _gather(snapshot, fresh[start : start + _RUNS_AT_ONCE], told, size)


async def _gather(snapshot: Transaction, runs: Sequence[UUID], told: set[str], size: int) -> list[_Group]:
    """Gather all entries of each run, and before them the charters that were not told yet."""
    rows = await snapshot.fetch("list_entries_of_runs", list(runs), size)
    of_run = {
        run: [Bytes(index=row["index"], body=row["body"]) for row in group]
        for run, group in groupby(rows, key=itemgetter("of"))
    }
    said = (orjson.loads(each.body) for entries in of_run.values() for each in entries)
    versions = versions_in(list(said)) - told
    told |= versions
    charters = await snapshot.fetch("list_charter_entries", sorted(versions), size)
    heads = [(False, [Bytes(index=row["index"], body=row["body"])]) for row in charters]
    return [*heads, *((True, of_run[run]) for run in runs if run in of_run)]


# ── the files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _open(form: Format, directory: Path) -> _Files:
    path = directory / form.file
    records = ParquetRows(path) if form is Format.PARQUET else path.open("xb")
    if not isinstance(records, ParquetRows) and form is Format.CSV:
        records.write(csv_head())
    return _Files(form, records, (directory / "proofs.jsonl").open("xb"), {})


def _write(files: _Files, groups: Iterable[_Group], proofs: Iterable[tuple[bytes, ...]]) -> None:
    records: list[dict[str, Any]] = []
    hashes = iter(proofs)
    for is_record, entries in groups:
        number = files.written + len(records) if is_record else None
        for each in entries:
            files.proofs.write(_proof_line(each, next(hashes), number))
        files.entries += len(entries)
        if is_record:
            records.append(record_of(files.form, entries, files.workflows))
        else:
            files.workflows.update([workflow_in(entries[0])])
    files.written += len(records)
    if isinstance(files.records, ParquetRows):
        files.records.write(records)
    else:
        files.records.writelines(line_of(files.form, record) for record in records)


def _proof_line(entry: Bytes, hashes: tuple[bytes, ...], record: int | None) -> bytes:
    proof = InclusionProof(index=entry.index, hashes=hashes, checkpoint="").as_text()
    return canonical({"entry": entry.body.decode(), "index": entry.index, "proof": proof, "record": record}) + b"\n"


def _close(files: _Files) -> None:
    files.records.close()
    files.proofs.close()


def _write_ends(directory: Path, signer: Signer, note: str, wanted: Wanted, files: _Files) -> None:
    """Write the key, the head, and last the manifest: an export that was broken off has none."""
    (directory / "ledger.pub").write_bytes(signer.verifier.as_text().encode() + b"\n")
    (directory / "checkpoint").write_bytes(note.encode())
    lines = [
        HEADER,
        f"ledger {signer.name}",
        f"format {wanted.form}",
        f"search {canonical(wanted.as_json()).decode()}",
        f"records {files.written}",
        f"entries {files.entries}",
    ]
    for name in sorted(("checkpoint", "ledger.pub", "proofs.jsonl", wanted.form.file)):
        with (directory / name).open("rb") as file:
            lines.append(f"sha256 {hashlib.file_digest(file, 'sha256').hexdigest()} {name}")
    (directory / "manifest").write_bytes(signer.sign("\n".join(lines) + "\n").encode())
