"""Batches: many reviews of one action type, each through the same guards as alone."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.approvals import Answer, answer
from remit.governance.batches import BatchAnswer, answer_batch, preview
from remit.governance.feedback import list_feedback
from remit.governance.reviews import list_reviews
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    copy_worker,
    done_of,
    mail,
    notify,
    opened_house,
    rows_of,
    send,
    settle,
    told,
    work_at_once,
)

Opened = tuple[House, Company]


async def _asked(house: House, *steps: dict[str, Any], requested_by: str = "") -> dict[UUID, str]:
    """Ask for each, in runs of their own; give all open reviews with their digests."""
    for step in steps:
        await send(house, told(step, number=clock.new_id(), requested_by=requested_by))
    await work_at_once(house)
    return {row["id"]: row["digest"] for row in await list_reviews(house.database, limit=500)}


async def _say(house: House, items: dict[UUID, str], person: str = "you", **more: Any) -> BatchAnswer:
    seal = (await preview(house.database, items, person)).seal
    fields: Any = {"verdict": "approve"} | more
    return BatchAnswer(items=items, seal=seal, person=person, **fields)


async def test_a_batch_is_answered_one_by_one(opened: Opened) -> None:
    """Every review is approved, takes effect once, and has an entry of its own."""
    house, company = opened
    items = await _asked(house, *[notify(f"message {at}") for at in range(10)])

    results = await answer_batch(house.database, await _say(house, items), house.clock.now())
    await settle(house)

    assert [(one.review, one.state) for one in results] == [(review, "approved") for review in items]
    assert await done_of(company) == ["crm.notify_owner 1"] * 10
    assert len(await find_entries(house.database, Search(kind="review.answered"), limit=50)) == 10


async def test_one_that_cannot_be_answered_holds_up_no_other(opened: Opened) -> None:
    """Decided elsewhere, edited meanwhile, an own signal: each has its own result, and the rest is approved."""
    house, _ = opened
    await _asked(house, notify("own"), requested_by="you")
    items = await _asked(house, *[notify(f"message {at}") for at in range(4)])
    own, decided, edited, *rest = items
    said = await _say(house, items)
    other: Any = {"person": "sara.lind", "verdict": "approve"}
    await answer(house.database, Answer(review=decided, **other), house.clock.now())
    await rows_of(house, "UPDATE review SET digest = 'another' WHERE id = $1", edited)

    results = {one.review: one for one in await answer_batch(house.database, said, house.clock.now())}

    assert [results[each].state for each in (own, decided, edited, *rest)] == [
        "not-allowed", "conflict", "conflict", "approved", "approved",
    ]  # fmt: skip
    assert "your own signal" in results[own].reason
    assert "sara.lind said approve" in results[decided].reason


async def test_the_preview_says_what_would_be_answered(database: Database, tmp_path: Any) -> None:
    """It counts, adds money by currency, names the highest risk, and what has changed since it was seen."""
    workers = copy_worker(
        tmp_path, changes={"erp.clear_invoice, stage: high_trust": "erp.clear_invoice, stage: assistive"}
    )
    async with opened_house(database, workers=workers) as (house, _):
        amounts = [100_00, 250_00, 1_99]
        steps = [act("erp.clear_invoice", invoice="INV-1", amount=amount, currency="EUR") for amount in amounts]
        items = await _asked(house, *steps)

        seen = await preview(house.database, items | {max(items): "old"}, "you")

        assert (seen.worker, seen.operation, seen.count) == ("as-told", "erp.clear_invoice", 3)
        assert (seen.sums, seen.risk, seen.changed) == ({"EUR": 351_99}, "medium", (max(items),))


async def test_a_batch_is_of_one_action_type(opened: Opened) -> None:
    """Two operations are two batches."""
    house, _ = opened
    items = await _asked(house, notify(), mail())

    with pytest.raises(InputInvalid, match="one action type"):
        await preview(house.database, items, "you")


async def test_a_batch_is_answered_as_it_was_shown(opened: Opened) -> None:
    """Another seal, one review more or a digest exchanged: nothing is answered."""
    house, _ = opened
    items = await _asked(house, notify("one"), notify("two"))
    said = await _say(house, {min(items): items[min(items)]})

    for other in (replace(said, items=items), replace(said, seal=""), replace(said, items={min(items): "x"})):
        with pytest.raises(Conflict, match="not the batch that was shown"):
            await answer_batch(house.database, other, house.clock.now())

    assert len(await list_reviews(house.database)) == 2


async def test_what_is_no_batch_is_refused(opened: Opened) -> None:
    """None, too many, what never was, a digest nobody saw, a reject without a reason, somebody who is not here."""
    house, _ = opened
    items = await _asked(house, notify())
    said = await _say(house, items)
    await save_person(house.database, Person(id="gone", name="Gone", roles=("reviewer",), is_active=False))

    with pytest.raises(InputInvalid, match="1 to 200"):
        await preview(house.database, {}, "you")
    with pytest.raises(InputInvalid, match="1 to 200"):
        await preview(house.database, {UUID(int=at): "x" for at in range(201)}, "you")
    with pytest.raises(NotFound):
        await preview(house.database, items | {UUID(int=1): "x"}, "you")
    with pytest.raises(NotAllowed):
        await preview(house.database, items, "gone")
    with pytest.raises(InputInvalid, match="digest that was seen"):
        await answer_batch(house.database, replace(said, items=dict.fromkeys(items, "")), house.clock.now())
    with pytest.raises(InputInvalid, match="needs a reason"):
        await answer_batch(house.database, replace(said, verdict="reject", reason=" "), house.clock.now())

    assert len(await list_reviews(house.database)) == 1


async def test_a_batch_is_rejected_with_one_reason(opened: Opened) -> None:
    """Each of the runs hears it, and each is kept as a correction."""
    house, company = opened
    items = await _asked(house, *[notify(f"message {at}") for at in range(3)])

    said = await _say(house, items, verdict="reject", reason="not this month")
    results = await answer_batch(house.database, said, house.clock.now())
    await work_at_once(house)

    assert [one.state for one in results] == ["rejected"] * 3
    assert await done_of(company) == []
    assert [row["reason"] for row in await list_feedback(house.database)] == ["not this month"] * 3


async def test_the_same_batch_of_many_people_at_once_decides_each_once(opened: Opened) -> None:
    """When five people answer the same batch at the same moment, each review is decided once and done once."""
    house, company = opened
    items = await _asked(house, *[notify(f"message {at}") for at in range(20)])
    people = ["you", "sara.lind", "nina.kowalski", "ken.ito", "ruth.adler"]
    said = [await _say(house, items, person) for person in people]

    results = await asyncio.gather(*(answer_batch(house.database, one, house.clock.now()) for one in said))
    await settle(house)

    states = Counter(one.state for answered in results for one in answered)
    assert states == {"approved": 20, "conflict": 80}
    assert await done_of(company) == ["crm.notify_owner 1"] * 20
