"""Every entry is an event that the published schema of OCSF accepts."""

from pathlib import Path
from typing import Any

import jsonschema
import ocsf_json_schema
import orjson
import pytest

from remit.ledger.entry import Entry, EntryKind
from remit.ledger.key import load_signer
from remit.ledger.ocsf import VERSION, ocsf_of
from remit.ledger.read import Search
from remit.ledger.record_export import Wanted, export_records
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import act, answer_review, mail, notify, score, tell, work

CLASSES = {6003: "api_activity", 3001: "account_change", 3004: "entity_management"}


@pytest.fixture(scope="session")
def validators() -> dict[int, jsonschema.Draft202012Validator]:
    """A validator of each class, made from the schema as it is published."""
    published: Any = ocsf_json_schema  # it comes without types
    schema = published.OcsfJsonSchemaEmbedded(published.get_ocsf_schema(VERSION))
    return {uid: jsonschema.Draft202012Validator(schema.get_class_schema(name)) for uid, name in CLASSES.items()}


def _faults(validators: dict[int, jsonschema.Draft202012Validator], event: dict[str, Any]) -> list[str]:
    validator: Any = validators[event["class_uid"]]
    return [error.message for error in validator.iter_errors(orjson.loads(orjson.dumps(event)))]


@pytest.mark.parametrize("kind", EntryKind)
@pytest.mark.parametrize("body", [{}, {"sealed": "AAAA"}, {"person": "ann", "scope": "worker:a", "worker": "a"}])
@pytest.mark.parametrize("worker", ["", "as-told"])
def test_an_entry_of_any_kind_is_an_event(
    validators: dict[int, jsonschema.Draft202012Validator], kind: EntryKind, body: dict[str, Any], worker: str
) -> None:
    """Whatever its body holds or seals, the event is valid and says which entry it is."""
    entry = Entry(kind=kind, body=body, worker=worker)
    data = entry.as_bytes()

    event = ocsf_of(7, orjson.loads(data), data)

    assert _faults(validators, event) == []
    assert (event["metadata"]["uid"], event["metadata"]["sequence"]) == (str(entry.id), 7)
    assert event["raw_data"].encode() == data


async def test_what_a_house_really_writes_are_events(
    validators: dict[int, jsonschema.Draft202012Validator], opened: tuple[House, Company], tmp_path: Path
) -> None:
    """Performed, refused, reviewed and doubted actions are API activity, with what came of them."""
    house, company = opened
    await company.fail("mail", "send_message", "error_after")
    runs = [await tell(house, step, number=number) for number, step in enumerate((score(), mail(), notify()))]
    await tell(house, act("crm.set_health_score", account="nobody", score=1, reason="x"), number=9)
    await work(house)
    for run in runs[1:]:
        await answer_review(house, run)
    await work(house)
    signer = load_signer(tmp_path / "keys")
    await drain(house.database, signer)
    await export_records(house.database, signer, Wanted(form=Format.OCSF, search=Search()), tmp_path)

    made = [orjson.loads(line) for line in (tmp_path / "records.ocsf.jsonl").read_bytes().splitlines()]

    assert [fault for event in made for fault in _faults(validators, event)] == []
    performed = [event for event in made if event["activity_name"] == "action.performed"]
    failed = [event for event in made if event["activity_name"] == "action.failed"]
    assert {event["class_uid"] for event in performed} == {6003}
    assert {event["status_id"] for event in performed} == {1}
    assert {event["api"]["operation"] for event in performed} == {"crm.set_health_score", "crm.notify_owner"}
    assert [event["status_id"] for event in failed] == [2]


def test_the_schema_refuses_what_is_no_event(validators: dict[int, jsonschema.Draft202012Validator]) -> None:
    """The check can fail: an event without its class's fields, or with one of its own, is refused."""
    data = Entry(kind=EntryKind.ACTION_PERFORMED, body={}).as_bytes()
    event = ocsf_of(1, orjson.loads(data), data)

    assert _faults(validators, {name: value for name, value in event.items() if name != "api"})
    assert _faults(validators, event | {"our_own": 1})
    assert _faults(validators, event | {"activity_id": 77})
