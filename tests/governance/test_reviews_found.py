"""How reviews are found, page by page and by many at once."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from remit import clock
from remit.errors import Conflict
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import ReviewFilter, count_reviews, list_reviews
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from tests.houses import (
    TAG,
    Opened,
    done_of,
    notify,
    ran,
    send,
    settle,
    told,
    work_at_once,
)


async def test_reviews_are_found_by_each_filter(opened: Opened) -> None:
    """State, worker, domain, operation and role each take those that fit and no others."""
    house, _ = opened
    tagged, noted = await ran(house, TAG, number=1), await ran(house, notify(), number=2)
    fits: list[tuple[dict[str, str], set[UUID]]] = [
        ({}, {tagged, noted}),
        ({"operation": "desk.tag_ticket"}, {tagged}),
        ({"role": "reviewer"}, {noted}),
        ({"role": "risk-owner"}, {tagged}),
        ({"worker": "as-told"}, {tagged, noted}),
        ({"worker": "another"}, set()),
        ({"domain": "finance"}, set()),
        ({"domain": "customer_experience"}, {tagged, noted}),
        ({"state": "used"}, set()),
        ({"person": "nina.kowalski", "role": "reviewer"}, {noted}),
    ]

    for given, runs in fits:
        fields: Any = given
        find = ReviewFilter(**({"moment": house.clock.now()} | fields))
        assert {row["run"] for row in await list_reviews(house.database, find=find)} == runs, given
        assert await count_reviews(house.database, find) == len(runs)


async def test_pages_hold_each_review_once_while_others_are_answered(opened: Opened) -> None:
    """Page by page every review still open comes once, oldest first, also when earlier ones are decided meanwhile."""
    house, _ = opened
    for at in range(7):
        await ran(house, notify(f"message {at}"), number=at)
    everything = [row["id"] for row in await list_reviews(house.database)]
    seen, after = list[UUID](), None

    while page := await list_reviews(house.database, find=ReviewFilter(after=after), limit=3):
        seen += [row["id"] for row in page]
        after = seen[-1]
        given = Answer(review=seen[-1], person="you", verdict="approve")
        await answer(house.database, given, house.clock.now())

    assert seen == everything


async def test_twenty_reviewers_decide_two_hundred_reviews_each_once(opened: Opened) -> None:
    """Twenty people answer whatever they are shown as fast as they can; each review is decided once and done once."""
    house, company = opened
    people = [f"reviewer-{at}" for at in range(20)]
    for person in people:
        await save_person(house.database, Person(id=person, name=person, roles=("reviewer",)))
    for at in range(200):
        await send(house, told(notify(f"message {at}"), number=clock.new_id()))
    await work_at_once(house)
    decided = Counter[str]()

    async def decide(person: str) -> None:
        while rows := await list_reviews(
            house.database, find=ReviewFilter(person=person, moment=house.clock.now()), limit=5
        ):
            for row in rows:
                try:
                    given = Answer(review=row["id"], person=person, verdict="approve", digest=row["digest"])
                    await answer(house.database, given, house.clock.now())
                    decided[str(row["id"])] += 1
                except Conflict:
                    pass

    await asyncio.gather(*map(decide, people))
    await settle(house)

    assert (len(decided), set(decided.values())) == (200, {1})
    assert Counter(await done_of(company)) == {"crm.notify_owner 1": 200}
    assert len(await find_entries(house.database, Search(kind="review.answered"), limit=500)) == 200
