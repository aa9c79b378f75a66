"""The record on the command line: searched, taken out, checked and measured."""

from pathlib import Path

import pytest

from remit.runtime.house import House
from tests.cli.conftest import Remit


async def test_entries_are_found_by_what_they_concern(remit: Remit, asked: House) -> None:
    """By account, workflow, person and time; together they narrow."""
    for_account = await remit("ledger", "search", "--account", "A-101", "--json")
    both = await remit("ledger", "search", "--about", "account:A-101", "--kind", "signal.received", "--json")
    nobody = await remit("ledger", "search", "--person", "nobody", "--json")
    later = await remit("ledger", "search", "--since", "2999-01-01", "--json")
    [charter] = (
        await remit("ledger", "search", "--worker", "asks-before", "--kind", "charter.registered", "--json")
    ).json
    process = charter["body"]["charter"].partition("process: ")[2].partition("\n")[0]
    workflow = await remit("ledger", "search", "--workflow", process, "--worker", "asks-before", "--json")

    assert len(for_account.json) > len(both.json) > 0
    assert {entry["kind"] for entry in both.json} == {"signal.received"}
    assert (nobody.json, later.json) == ([], [])
    assert "action.decided" in {entry["kind"] for entry in workflow.json}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "yesterday"], "`yesterday` is no moment"),
        (["--about", "A-101"], "`A-101` is no subject"),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "nothing is between"),
    ],
)
async def test_what_cannot_be_looked_for_is_said(remit: Remit, asked: House, words: list[str], said: str) -> None:
    """A filter that makes no sense is refused in a sentence."""
    printed = await remit("ledger", "search", *words)

    assert printed.code == 6
    assert said in printed.error


@pytest.mark.parametrize("form", ["runs", "ocsf", "csv", "parquet"])
async def test_records_are_exported_and_checked(remit: Remit, asked: House, tmp_path: Path, form: str) -> None:
    """Each format is written once, checks, and with one byte changed does not."""
    folder = str(tmp_path / "export")
    exported = await remit("ledger", "export", folder, "--format", form, "--account", "A-101", "--json")
    whole = await remit("ledger", "check-export", folder)
    again = await remit("ledger", "export", folder, "--format", form)
    proofs = tmp_path / "export/proofs.jsonl"
    proofs.write_bytes(proofs.read_bytes().replace(b"A-101", b"A-102", 1))
    broken = await remit("ledger", "check-export", folder, "--json")

    assert (exported.code, whole.code, again.code, broken.code) == (0, 0, 5, 8)
    assert exported.json["records"] > 0
    assert broken.json["reason"] == "`proofs.jsonl` is not the file that was signed"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


async def test_who_may_not_export_gets_nothing(remit: Remit, asked: House, tmp_path: Path) -> None:
    """A reviewer takes nothing out, and no folder is left."""
    for form in ("ledger", "csv"):
        printed = await remit("ledger", "export", str(tmp_path / "out"), "--format", form, REMIT_PERSON="lena.fischer")
        assert printed.code == 4
    wrong = await remit("ledger", "export", str(tmp_path / "out"), "--format", "xml")
    filtered = await remit("ledger", "export", str(tmp_path / "out"), "--account", "A-101")

    assert (wrong.code, filtered.code) == (6, 6)
    assert not (tmp_path / "out").exists()


async def test_completeness_is_a_number(remit: Remit, asked: House) -> None:
    """What the practice systems did stands in the ledger, all of it."""
    as_json = await remit("ledger", "completeness", "--json")
    printed = await remit("ledger", "completeness", "--since", "2020-01-01")

    assert (as_json.json["share"], as_json.json["missing"]) == (1.0, [])
    assert as_json.json["effects"] == as_json.json["recorded"] > 0
    assert as_json.json["unlisted"] == ["drop"]
    assert printed.out.startswith("100.00% complete")
