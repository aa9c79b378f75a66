import asyncio
from typing import Any
from uuid import UUID

import pytest

from remit.errors import NotAllowed
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.practice.company import Company
from remit.runtime import handoffs
from remit.runtime.executor import execute
from remit.runtime.handoffs import fail_overdue, list_handoffs
from remit.runtime.house import House
from remit.store.database import Row
from tests.houses import (
    answer_review,
    done_of,
    kinds_of,
    notify,
    rows_of,
    score,
    state_of,
    states_of,
    tell,
    until,
    work,
)


def hand_over(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Say that work is to be handed to finance, which then does as told."""
    context = {"account": "A-101", "steps": list(steps)} | changes
    return {"hand_over": "told-on", "context": {name: value for name, value in context.items() if value is not ...}}


async def _only(house: House) -> Row:
    [row] = await list_handoffs(house.database)
    return row


async def _receiver(house: House) -> UUID:
    [row] = await rows_of(house, "SELECT id FROM run WHERE worker = 'takes-over'")
    return row["id"]


async def _entries(house: House, kind: str) -> list[RecordedEntry]:
    return list(await find_entries(house.database, Search(kind=kind)))


async def test_work_crosses_into_another_domain(opened: tuple[House, Company]) -> None:
    """A handoff opens a run in the receiving domain, with everything it is bound to, on the same trace."""
    house, company = opened
    run = await tell(house, hand_over(score(7)))

    await work(house)

    row, sender, receiver = (
        await _only(house),
        await state_of(house, run),
        await state_of(house, await _receiver(house)),
    )
    assert (row["state"], row["reason"], row["owner"]) == ("completed", "did as told", "maria.rossi")
    assert (row["receiving_domain"], row["failure_owner"]) == ("finance", "sara.lind")
    assert row["context"]["account"] == "A-101"
    assert set(row["terms"]) == {
        "condition",
        "permitted_action",
        "human_review",
        "completion",
        "draft_only",
        "owner",
        "failure_owner",
    }
    assert sender["trace_id"] == receiver["trace_id"] == row["trace_id"]
    assert receiver["handoff"] == row["id"]
    assert [effect.arguments["score"] for effect in await company.effects()] == [7]


async def test_every_turn_of_a_handoff_has_its_entry(opened: tuple[House, Company]) -> None:
    """Opened, acknowledged and completed each stand once in the ledger, on one trace."""
    house, _ = opened
    run = await tell(house, hand_over(score()))

    await work(house)

    kinds = ("handoff.opened", "handoff.acknowledged", "handoff.completed", "handoff.failed")
    entries = [await _entries(house, kind) for kind in kinds]
    assert [len(each) for each in entries] == [1, 1, 1, 0]
    assert {entry.trace_id for each in entries for entry in each} == {(await state_of(house, run))["trace_id"]}
    assert entries[0][0].run == run
    assert entries[1][0].run == await _receiver(house)


@pytest.mark.parametrize("changes", [{"account": ...}, {"account": None}, {"steps": ...}])
async def test_a_handoff_without_what_it_requires_goes_to_a_person(
    opened: tuple[House, Company], changes: dict[str, Any]
) -> None:
    """When something required is missing, nothing is handed over, and a person sees what is missing."""
    house, _ = opened
    run = await tell(house, hand_over(score(), **changes))

    await work(house)

    row = await state_of(house, run)
    assert row["state"] == "exception"
    assert f"requires {next(iter(changes))}" in row["reason"]
    assert await list_handoffs(house.database) == []


async def test_a_replay_hands_nothing_over_again(opened: tuple[House, Company]) -> None:
    """After a review the handoff before it is taken from the record."""
    house, company = opened
    run = await tell(house, hand_over(score()), notify())
    await work(house)

    await answer_review(house, run)
    await work(house)

    assert await states_of(house, run) == ["done", "performed"]
    assert len(await list_handoffs(house.database)) == 1
    assert await done_of(company) == ["crm.set_health_score 1", "crm.notify_owner 1"]


async def test_a_receiver_that_cannot_complete_it_fails_it(opened: tuple[House, Company]) -> None:
    """When the receiving run ends before a person, the handoff has failed, and the entry names who is told."""
    house, _ = opened
    await tell(house, hand_over(score(101)))

    await work(house)

    row = await _only(house)
    [entry] = await _entries(house, "handoff.failed")
    assert row["state"] == "failed"
    assert "not 101" in row["reason"]
    assert entry.body["failure_owner"] == "sara.lind"


async def test_a_receiver_that_stops_fails_it(opened: tuple[House, Company]) -> None:
    """When the receiving side found nothing to do, the completion state was not reached."""
    house, _ = opened
    await tell(house, hand_over({"stop": "not ours"}))

    await work(house)

    assert ((await _only(house))["state"], (await _only(house))["reason"]) == ("failed", "not ours")


async def test_a_handoff_nobody_takes_up_fails_in_time(opened: tuple[House, Company]) -> None:
    """After the time of its path an open handoff fails once, and the entry names owner and failure owner."""
    house, _ = opened
    run = await tell(house, hand_over(score()))
    await execute(house, run)

    early = await fail_overdue(house.database, house.clock.now())
    house.clock.advance(hours=1, seconds=1)
    failed = await asyncio.gather(*(fail_overdue(house.database, house.clock.now()) for _ in range(5)))

    row = await _only(house)
    [entry] = await _entries(house, "handoff.failed")
    assert (early, sum(failed)) == (0, 1)
    assert (row["state"], row["reason"]) == ("failed", "nobody took it up in time")
    assert (entry.body["owner"], entry.body["failure_owner"]) == ("maria.rossi", "sara.lind")
    assert (entry.run, entry.trace_id) == (run, row["trace_id"])


async def test_a_handoff_taken_up_is_not_overdue(opened: tuple[House, Company]) -> None:
    """What was acknowledged does not fail, neither later nor for being listed as overdue a moment before."""
    house, _ = opened
    run = await tell(house, hand_over(score()))
    await execute(house, run)
    house.clock.advance(hours=2)
    async with house.database.pool.acquire() as connection:
        acknowledging = connection.transaction()
        await acknowledging.start()
        await connection.execute("UPDATE handoff SET state = 'acknowledged'")
        failing = asyncio.create_task(fail_overdue(house.database, house.clock.now()))
        await until(lambda: rows_of(house, "SELECT 1 FROM pg_locks WHERE NOT granted"))
        await acknowledging.commit()

    failed = [await failing, await fail_overdue(house.database, house.clock.now())]

    assert failed == [0, 0]
    assert (await _only(house))["state"] == "acknowledged"


async def test_the_first_ending_counts(opened: tuple[House, Company]) -> None:
    """A handoff that failed stays failed when its receiver comes late, and there is one entry of its end."""
    house, company = opened
    run = await tell(house, hand_over(score()))
    await execute(house, run)
    house.clock.advance(hours=2)
    await fail_overdue(house.database, house.clock.now())

    await work(house)
    async with house.database.transaction() as transaction:
        row = await _only(house)
        await handoffs.complete(transaction, row["id"], "again", house.clock.now())
        await handoffs.fail(transaction, row["id"], "again", house.clock.now())

    assert (await _only(house))["reason"] == "nobody took it up in time"
    assert len(await _entries(house, "handoff.failed")) == 1
    assert await _entries(house, "handoff.completed") == []
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_whoever_began_it_does_not_approve_what_it_leads_to(opened: tuple[House, Company]) -> None:
    """The person whose signal began a run may not answer the reviews of the run it was handed over to either."""
    house, _ = opened
    await tell(house, hand_over(notify()), requested_by="you")
    await work(house)
    receiver = await _receiver(house)

    with pytest.raises(NotAllowed, match="your own signal"):
        await answer_review(house, receiver, person="you")

    assert await answer_review(house, receiver, person="maria.rossi") == "approved"


async def test_a_handoff_of_an_overtaken_process_is_none(opened: tuple[House, Company]) -> None:
    """Of five processes that hold one run at the same time, one hands over."""
    house, company = opened
    run = await tell(house, hand_over(score()))

    await asyncio.gather(*(execute(house, run) for _ in range(5)))
    await work(house)

    assert len(await list_handoffs(house.database)) == 1
    assert await done_of(company) == ["crm.set_health_score 1"]
    assert (await kinds_of(house, run)).count("handoff.opened") == 1
