"""The record of a run says in nine fields what its entries say, of real runs of a real house."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from remit.ledger.check_export import check_export
from remit.ledger.key import load_signer
from remit.ledger.read import Search
from remit.ledger.record_export import Wanted, export_records
from remit.ledger.records import Format
from remit.ledger.run_record import FIELDS, process_of, run_record
from remit.ledger.sequencer import drain
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import SAMPLE_WORKERS, act, answer_review, mail, notify, score, send, task, tell, told, work


async def _record_of(house: House, folder: Path, run: UUID) -> dict[str, Any]:
    """Export the record of a run, check the export, and read it."""
    signer = load_signer(folder / "keys")
    await drain(house.database, signer)
    (folder / "export").mkdir()
    await export_records(house.database, signer, Wanted(form=Format.RUNS, search=Search(run=run)), folder / "export")
    checked = check_export(folder / "export", signer.verifier.as_text())
    assert (checked.is_whole, checked.reason) == (True, "")
    [line] = (folder / "export/records.jsonl").read_bytes().splitlines()
    return orjson.loads(line)


async def test_a_run_that_went_through_has_every_field(opened: tuple[House, Company], tmp_path: Path) -> None:
    """Time, worker with version, workflow, request, inputs, calls, output and version of the rules; no override."""
    house, _ = opened
    run = await tell(house, score(), task())
    await work(house)

    record = await _record_of(house, tmp_path, run)

    [version] = [row["version"] for row in [await house.database.fetch_row("show_run", run)] if row]
    assert tuple(record) == FIELDS
    assert record["timestamp"].startswith("20")
    assert record["agent_id"] == f"as-told@{version}"
    assert record["workflow"] == process_of((SAMPLE_WORKERS / "as_told/charter.yaml").read_text()) != ""
    assert record["request_id"] == str(run)
    assert record["inputs"]["about"] == "account:A-101"
    assert record["inputs"]["data"]["steps"][0]["act"] == "crm.set_health_score"
    assert [(call["tool"], call["status"]) for call in record["tool_calls"]] == [
        ("crm.set_health_score", "ok"),
        ("tasks.create_task", "ok"),
    ]
    assert all(call["reason"] for call in record["tool_calls"])
    assert record["output"] == {"state": "done", "reason": "did as told"}
    assert record["policy_version"]
    assert record["human_override"] == []


async def test_what_was_refused_is_blocked_with_its_reason(opened: tuple[House, Company], tmp_path: Path) -> None:
    """A write no rule permits is blocked, and the reason is the rule's."""
    house, _ = opened
    run = await tell(house, act("erp.pay_invoice", invoice="INV-1", account="x", amount=1, currency="EUR"))
    await work(house)

    record = await _record_of(house, tmp_path, run)

    [call] = record["tool_calls"]
    assert (call["tool"], call["status"]) == ("erp.pay_invoice", "blocked")
    assert call["reason"]


async def test_an_edit_is_an_override_and_the_approval_is_named(opened: tuple[House, Company], tmp_path: Path) -> None:
    """Who edited what, and why, stands in the record; the call says who approved it."""
    house, _ = opened
    run = await tell(house, notify())
    await work(house)
    edited = {"account": "A-101", "message": "edited"}
    await answer_review(house, run, person="tom.becker", reason="shorter", arguments=edited)
    await work(house)

    record = await _record_of(house, tmp_path, run)

    [override] = record["human_override"]
    assert (override["person"], override["verdict"], override["reason"]) == ("tom.becker", "approve", "shorter")
    assert override["edited"] == edited
    [call] = record["tool_calls"]
    assert call["status"] == "ok"
    assert call["reason"].startswith("approved by tom.becker: shorter")


async def test_a_reject_is_an_override_and_blocks(opened: tuple[House, Company], tmp_path: Path) -> None:
    """What a person said no to is blocked, with that person's words."""
    house, _ = opened
    run = await tell(house, notify())
    await work(house)
    await answer_review(house, run, "reject", person="tom.becker", reason="not now")
    await work(house)

    record = await _record_of(house, tmp_path, run)

    assert [(call["status"], call["reason"]) for call in record["tool_calls"]] == [
        ("blocked", "rejected by tom.becker: not now")
    ]
    assert [override["verdict"] for override in record["human_override"]] == ["reject"]


async def test_a_run_under_way_says_so(opened: tuple[House, Company], tmp_path: Path) -> None:
    """A run that waits for a person has no output yet, and its call is not said to be done."""
    house, _ = opened
    run = await tell(house, mail())
    await work(house)

    record = await _record_of(house, tmp_path, run)

    assert record["output"] is None
    assert [call["status"] for call in record["tool_calls"]] == ["blocked"]


async def test_what_is_sealed_stays_sealed(opened: tuple[House, Company], tmp_path: Path) -> None:
    """The record of a run about a person tells when, which worker and which version, and nothing of the person."""
    house, _ = opened
    signal = told(score())
    [run] = await send(house, replace(signal, subject="candidate:C-1"))
    await work(house)

    record = await _record_of(house, tmp_path, run)

    assert record["inputs"] == {"about": "candidate:C-1", "sealed": True}
    assert record["output"] == {"sealed": True}
    assert record["agent_id"].startswith("as-told@")
    assert "usage is down" not in str(record)


@pytest.mark.parametrize(
    ("charter", "expected"),
    [
        ("name: a\nprocess: Accounts payable\n", "Accounts payable"),
        ("process: 'Accounts payable'\r\n", "Accounts payable"),
        ('process: "Order: to cash"\n', "Order: to cash"),
        ("  process: not at the top\n", ""),
        ("", ""),
    ],
)
def test_the_workflow_is_the_process_of_the_charter(charter: str, expected: str) -> None:
    """It is read from the charter's own text."""
    assert process_of(charter) == expected


def test_a_run_without_its_signal_has_no_inputs() -> None:
    """Entries that tell little make a record that tells little, and no error."""
    entry: dict[str, Any] = {
        "at": "2026-03-01T12:00:00+00:00",
        "kind": "run.settled",
        "worker": "w",
        "run": "r",
        "about": "",
        "body": {},
    }

    record = run_record("r", [entry], {})

    assert (record["inputs"], record["tool_calls"], record["policy_version"]) == (None, [], None)
    assert (record["agent_id"], record["workflow"]) == ("w@", "")
