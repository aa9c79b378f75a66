"""What the records of an export say, made from the bytes of entries alone: by the export, and again by its check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from remit.canonical import canonical
from remit.ledger.ocsf import ocsf_of
from remit.ledger.run_record import process_of, run_record
from remit.ledger.tables import csv_line, row_of


class Format(StrEnum):
    """What an export of records is written as."""

    RUNS = "runs"
    """a line of JSON for each run"""
    OCSF = "ocsf"
    """a line of JSON for each entry, an event of OCSF"""
    CSV = "csv"
    """a row for each entry"""
    PARQUET = "parquet"
    """the same rows, with typed columns"""

    @property
    def file(self) -> str:
        """The name of the file that holds the records."""
        return {"runs": "records.jsonl", "ocsf": "records.ocsf.jsonl"}.get(self.value, f"records.{self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """The bytes of an entry, with its place in the tree."""

    index: int
    body: bytes


def record_of(form: Format, of: Sequence[Bytes], workflows: Mapping[str, str]) -> dict[str, Any]:
    """Make a record of its entries: of one entry, or of all those of a run in order of index.

    Args:
        form: What is written.
        of: The entries.
        workflows: The business process of each version of a worker, for the records of runs.
    """
    said = [orjson.loads(each.body) for each in of]
    match form:
        case Format.RUNS:
            run = next(each["run"] for each in reversed(said) if each["run"])
            return run_record(run, said, workflows)
        case Format.OCSF:
            return ocsf_of(of[0].index, said[0], of[0].body)
        case Format.CSV | Format.PARQUET:
            return row_of(of[0].index, said[0])


def line_of(form: Format, record: Mapping[str, Any]) -> bytes:
    """Write a record as its line; those of Parquet have none."""
    if form is Format.CSV:
        return csv_line(record)
    # A record of a run keeps the order of its fields.
    return (orjson.dumps(record) if form is Format.RUNS else canonical(record)) + b"\n"


def workflow_in(charter: Bytes) -> tuple[str, str]:
    """Give a version of a worker and its business process, out of the entry by which it came into the registry."""
    body = orjson.loads(charter.body)["body"]
    return str(body.get("version", "")), process_of(str(body.get("charter", "")))
