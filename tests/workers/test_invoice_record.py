"""What a finance auditor asks of an invoice is found in the ledger by its order, and taken out with its proofs."""

from pathlib import Path

import orjson
import pytest

from remit.governance.exports import Taking, take_records
from remit.ledger.check_export import check_export
from remit.ledger.key import load_signer
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.ledger.record_export import Wanted
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.runtime.house import House
from remit.store.database import Database
from tests.workers.dropping import approve, opened_drop, process, work_off


async def _find(house: House, subject: str) -> list[RecordedEntry]:
    return list(reversed(await find_entries(house.database, Search(about=subject), limit=500)))


@pytest.mark.parametrize(
    ("name", "order", "wrote", "said"),
    [
        ("01-clean", "PO-4501", "erp.clear_invoice", "agrees"),
        ("04-more-than-received", "PO-4504", "erp.hold_invoice", "34 ordered, 17 received"),
    ],
)
async def test_the_record_of_an_invoice_answers_the_auditor(
    database: Database, tmp_path: Path, name: str, order: str, wrote: str, said: str
) -> None:
    """What was reviewed, against which order, what differed, which system changed, who answered for the next step."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, _):
        today = await founding_day(database)
        assert today is not None
        (folder / f"{name}.xml").write_bytes(documents(today)[f"{name}.xml"])
        runs = await process(house, folder)
        [run] = runs[f"{name}.xml"]
        if run["state"] == "waiting":
            await approve(house, run)
            await work_off(house)

        by_order = await _find(house, f"order:{order}")

        assert {entry.run for entry in by_order} == {run["id"]}
        steps = [step for entry in by_order for step in entry.body.get("steps", [])]
        compared = [step["asked"] for step in steps if step["name"] == "erp.get_order"]
        assert order in str(compared)
        everything = list(reversed(await find_entries(house.database, Search(run=run["id"]), limit=500)))
        [decided] = [
            entry
            for entry in everything
            if entry.kind == "action.decided"
            and entry.body["action"]["operation"] == wrote
            and entry.body["state"] == "performing"
        ]
        told = str(decided.body["action"]) + str([e.body.get("reason") for e in everything])
        assert said in told
        invoice = decided.body["action"]["arguments"]["invoice"]
        by_invoice = await _find(house, f"invoice:{invoice}")
        assert wrote in {entry.body.get("operation") for entry in by_invoice if entry.kind == "action.performed"}
        if wrote == "erp.clear_invoice":
            [answered] = [entry for entry in everything if entry.kind == "review.answered"]
            assert answered.body["person"] == "lena.fischer"
            assert answered.id in {entry.id for entry in await _find(house, "person:lena.fischer")}

        signer = load_signer(tmp_path / "keys")
        await drain(database, signer)
        wanted = Wanted(form=Format.RUNS, search=Search(about=f"invoice:{invoice}"))
        taking = Taking(directory=tmp_path / "out", who="jonas.weber", now=house.clock.now())
        await take_records(database, signer, wanted, taking)
        assert check_export(tmp_path / "out", signer.verifier.as_text()).is_whole
        [record] = [orjson.loads(line) for line in (tmp_path / "out/records.jsonl").read_bytes().splitlines()]
        assert (wrote, "ok") in [(call["tool"], call["status"]) for call in record["tool_calls"]]
        assert "erp.get_order" in [call["tool"] for call in record["tool_calls"]]
