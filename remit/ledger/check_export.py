"""Checks exported records: all that the file that stands alone checks, and each record made again from its entries."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import orjson

from remit.ledger.records import Bytes, Format, line_of, record_of, workflow_in
from remit.ledger.tables import csv_head, read_parquet
from remit.ledger.verify_records import Checked, verify_records


def check_export(directory: Path, verifier_key: str) -> Checked:
    """Check an export of records, and that each record says what its entries say."""
    found = verify_records(directory, verifier_key)
    if not found.is_whole:
        return found
    wrong = _find_other(directory, Format(found.form))
    reason = "" if wrong is None else f"record {wrong} does not say what its entries say"
    return Checked(
        is_whole=wrong is None,
        form=found.form,
        search=found.search,
        records=found.records,
        entries=found.entries,
        size=found.size,
        reason=reason,
    )


def _find_other(directory: Path, form: Format) -> int | None:
    """Find the first record that comes out otherwise when it is made again."""
    made = _make(directory / "proofs.jsonl", form)
    if form is Format.PARQUET:
        return _first_other(made, _rows(directory / form.file))
    with (directory / form.file).open("rb") as file:
        lines = file.read(len(csv_head())) if form is Format.CSV else b""
        if lines not in {b"", csv_head()}:
            return 0
        return _first_stray(file.read, (line_of(form, record) for record in made))


def _first_stray(read: Any, lines: Iterator[bytes]) -> int | None:
    """Compare a file with the lines it must be made of."""
    for number, line in enumerate(lines):
        if read(len(line)) != line:
            return number
    return -1 if read(1) else None


def _first_other(made: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]]) -> int | None:
    pairs = enumerate(zip_longest(made, found))
    return next((number for number, (expected, read) in pairs if expected != read), None)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with closing(read_parquet(path)) as rows:
        try:
            yield from rows
        except (ValueError, OSError):  # it ends here: what is missing is told by the comparison
            return


def _make(proofs: Path, form: Format) -> Iterator[dict[str, Any]]:
    """Make each record from the entries beside it."""
    workflows: dict[str, str] = {}
    with proofs.open("rb") as lines:
        for record, group in groupby(map(orjson.loads, lines), key=lambda proof: proof["record"]):
            entries = [Bytes(index=proof["index"], body=proof["entry"].encode()) for proof in group]
            if record is None:
                workflows.update(workflow_in(entry) for entry in entries)
            else:
                yield record_of(form, entries, workflows)
