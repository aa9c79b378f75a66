"""Entries as rows of a table: CSV as RFC 4180 says, safe to open in a spreadsheet, and Parquet with typed columns."""

import csv
import io
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow  # noqa: ICN001  # its usual name is given below, with a type
import pyarrow.parquet

from remit.canonical import canonical

pa: Any = pyarrow  # it comes without types
pq: Any = pyarrow.parquet

SCHEMA: Final[Any] = pa.schema(
    [
        pa.field("index", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("worker", pa.string(), nullable=False),
        pa.field("run", pa.string()),
        pa.field("about", pa.string(), nullable=False),
        pa.field("trace_id", pa.string(), nullable=False),
        pa.field("body", pa.string(), nullable=False),
    ]
)
"""The columns of both; the body is JSON."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # spreadsheets read these too


def row_of(index: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Make a row of an entry as its bytes say it."""
    return {
        "index": index,
        "id": entry["id"],
        "at": datetime.fromisoformat(entry["at"]).astimezone(UTC),
        "kind": entry["kind"],
        "worker": entry["worker"],
        "run": entry["run"],
        "about": entry["about"],
        "trace_id": entry["trace_id"],
        "body": canonical(entry["body"]).decode(),
    }


def csv_head() -> bytes:
    """Write the line that names the columns."""
    return _csv_line(SCHEMA.names)


def csv_line(row: Mapping[str, Any]) -> bytes:
    """Write a row; what a spreadsheet would take for a formula begins with an apostrophe."""
    return _csv_line([_cell(row[name]) for name in SCHEMA.names])


def _cell(value: object) -> str:
    text = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


class ParquetRows:
    """A Parquet file being written, a group of rows at a time."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write one group of rows."""
        if rows:
            self._writer.write_table(pa.Table.from_pylist(list(rows), schema=SCHEMA))

    def close(self) -> None:
        """Write the end of the file: without it, it cannot be read."""
        self._writer.close()


def read_parquet(path: Path) -> Generator[dict[str, Any]]:
    """Read the rows of a Parquet file, a group at a time.

    Raises:
        ValueError: It is none.
    """
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1000):
            yield from batch.to_pylist()
