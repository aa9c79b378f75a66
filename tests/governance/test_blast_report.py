from typing import Any

import pytest

from remit.clock import new_id
from remit.errors import NotFound
from remit.governance.blast_report import BlastReport, report
from remit.governance.halts import lift, stop
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import done_of, notify, rows_of, score, task, tell, work

HANDED: dict[str, Any] = {"hand_over": "told-on", "context": {"account": "A-101", "steps": [score()]}}


async def _report(house: House, scope: str) -> BlastReport:
    halted = await stop(house.database, scope, "something is wrong", "you", house.clock.now())
    return await report(house.database, halted.id, house.connections.operations)


async def test_what_was_done_is_told_with_how_it_is_taken_back(opened: tuple[House, Company]) -> None:
    """Each action of the day before has its link and, where its system declares one, what takes it back."""
    house, _ = opened
    await tell(house, task(), score(), number=1)
    await work(house)

    told = await _report(house, "worker:as-told")

    by_name = {done.operation: done for done in told.done}
    cancel, again = by_name["tasks.create_task"].reversal, by_name["crm.set_health_score"].reversal
    assert cancel is not None
    assert (cancel.operation, cancel.missing, cancel.is_granted) == ("tasks.cancel_task", (), False)
    assert cancel.arguments == {"task": by_name["tasks.create_task"].result["task"]}
    assert again is not None
    assert (again.arguments, again.missing) == ({"account": "A-101"}, ("score", "reason"))
    assert by_name["tasks.create_task"].link == f"/runs/{by_name['tasks.create_task'].key.partition(':')[0]}"


async def test_what_waits_is_told(opened: tuple[House, Company]) -> None:
    """Runs, frozen reviews, handoffs, triggers and escalation paths of what is halted are listed with its owners."""
    house, _ = opened
    await tell(house, notify(), number=1)
    await tell(house, HANDED, number=2)
    await work(house)
    await rows_of(house, "UPDATE handoff SET state = 'open'")

    told = await _report(house, "workflow:tests-of-the-gateway")

    [worker] = told.workers
    assert [review["operation"] for review in told.reviews] == ["crm.notify_owner"]
    assert [run["waits_for"] for run in told.runs] == ["review"]
    assert [handoff["path"] for handoff in told.handoffs] == ["told-on"]
    assert (worker.name, worker.business_owner, worker.technical_owner) == ("as-told", "sara.lind", "ken.ito")
    assert (worker.triggers, worker.escalation_paths) == (("test.as_told",), ("told-on to finance",))


async def test_a_halted_domain_is_told_what_others_hand_to_it(opened: tuple[House, Company]) -> None:
    """A handoff on its way into a halted domain is among what the halt touches."""
    house, _ = opened
    await tell(house, HANDED)
    await work(house)
    await rows_of(house, "UPDATE handoff SET state = 'open'")

    told = await _report(house, "domain:finance")

    assert [(handoff["from_worker"], handoff["receiving_domain"]) for handoff in told.handoffs] == [
        ("as-told", "finance")
    ]


async def test_a_connection_is_told_what_was_asked_of_it_alone(opened: tuple[House, Company]) -> None:
    """Of a worker that writes to two systems, the report of one connection lists what was written there."""
    house, company = opened
    await tell(house, task(), score())
    await work(house)

    told = await _report(house, "connection:crm")

    assert len(await done_of(company)) == 2
    assert [done.operation for done in told.done] == ["crm.set_health_score"]
    assert "as-told" in {worker.name for worker in told.workers}


async def test_what_is_older_than_a_day_is_left_out(opened: tuple[House, Company]) -> None:
    """The report goes back a day; what was done before stands in the ledger."""
    house, _ = opened
    await tell(house, score(), number=1)
    await work(house)
    house.clock.advance(hours=25)

    told = await _report(house, "everything")

    assert told.done == ()


async def test_a_lifted_halt_is_still_reported(opened: tuple[House, Company]) -> None:
    """Whoever looks afterwards finds what was done before the halt, and none that was never set."""
    house, _ = opened
    await tell(house, score(), number=1)
    await work(house)
    first = await _report(house, "everything")
    await lift(house.database, "everything", "mended", "ken.ito", house.clock.now())

    again = await report(house.database, first.halt["id"], house.connections.operations)
    with pytest.raises(NotFound):
        await report(house.database, new_id(), house.connections.operations)

    assert again.done == first.done
    assert again.halt["lifted_by"] == "ken.ito"


async def test_a_worker_whose_charter_cannot_be_read_is_told_all_the_same(opened: tuple[House, Company]) -> None:
    """A charter stored by looser rules hides neither the worker nor the rest of the report."""
    house, _ = opened
    await rows_of(house, "UPDATE worker_version SET charter = 'nothing: here' WHERE worker = 'as-told'")

    told = await _report(house, "worker:as-told")

    assert [(worker.name, worker.triggers) for worker in told.workers] == [("as-told", ())]
