import asyncio
from datetime import timedelta

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed
from remit.governance.approvals import Answer
from remit.governance.pending_answers import LASTS, find_draft, list_pending, save_draft, say, take_back, take_due
from remit.governance.reviews import Inbox, count_waiting, list_inbox
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import answer_review, done_of, notify, review_of, rows_of, tell, work


@pytest.fixture
def house(opened: tuple[House, Company]) -> House:
    """The house."""
    return opened[0]


async def asked(house: House) -> Answer:
    """Have a review waiting; give an approval of it."""
    run = await tell(house, notify())
    await work(house)
    row = await review_of(house, run)
    return Answer(review=row["id"], person="you", verdict="approve", digest=row["digest"])


async def test_an_answer_counts_when_its_time_has_come(opened: tuple[House, Company]) -> None:
    """Nothing is opened before; afterwards it is an answer like any other, once."""
    house, company = opened
    given = await asked(house)
    now = house.clock.now()
    due = await say(house.database, given, now)
    before = await take_due(house.database, now)

    counted = [await take_due(house.database, due) for _ in range(2)]
    await work(house)

    assert (before, counted) == (0, [1, 0])
    assert len(await done_of(company)) == 1


async def test_what_was_taken_back_never_counts(house: House) -> None:
    """Taken back, it is as if nothing had been said."""
    given = await asked(house)
    due = await say(house.database, given, house.clock.now())

    await take_back(house.database, given.review, "you")

    assert await take_due(house.database, due) == 0
    assert [row["state"] for row in await rows_of(house, "SELECT state FROM review")] == ["open"]


async def test_what_counts_already_cannot_be_taken_back(house: House) -> None:
    """Too late is told, and changes nothing."""
    given = await asked(house)
    await take_due(house.database, await say(house.database, given, house.clock.now()))

    with pytest.raises(Conflict):
        await take_back(house.database, given.review, "you")


async def test_who_may_not_answer_hears_it_at_once(house: House) -> None:
    """Whether it would be taken is tried when it is said, and the trial leaves nothing behind."""
    given = await asked(house)

    with pytest.raises(NotAllowed):
        await say(house.database, _as(given, person="jonas.weber"), house.clock.now())
    with pytest.raises(InputInvalid):
        await say(house.database, _as(given, verdict="reject"), house.clock.now())
    await say(house.database, given, house.clock.now())

    assert await rows_of(house, "SELECT * FROM answer") == []
    assert len(await list_pending(house.database, "you")) == 1


async def test_two_processes_take_it_once(house: House, database: Database) -> None:
    """Whichever process looks first takes it; the others pass over it."""
    given = await asked(house)
    due = await say(house.database, given, house.clock.now())
    other = await Database.open(database.url)

    taken = await asyncio.gather(*(take_due(each, due) for each in (house.database, other) * 4))
    await other.close()

    assert sum(taken) == 1
    assert len(await rows_of(house, "SELECT * FROM answer")) == 1


async def test_what_somebody_else_decided_meanwhile_is_refused_and_told(house: House) -> None:
    """The late answer is kept with the reason, and holds up nothing that comes after it."""
    given = await asked(house)
    due = await say(house.database, given, house.clock.now())
    [row] = await rows_of(house, "SELECT run FROM review")
    await answer_review(house, row["run"], person="sara.lind")

    await take_due(house.database, due)

    [kept] = await list_pending(house.database, "you")
    assert "sara.lind said approve" in kept["refused"]


async def test_the_last_word_counts(house: House) -> None:
    """Who answers again before it counts has said the second thing only."""
    given = await asked(house)
    await say(house.database, given, house.clock.now())

    due = await say(house.database, _as(given, verdict="reject", reason="on second thoughts"), house.clock.now())
    await take_due(house.database, due)

    assert [row["state"] for row in await rows_of(house, "SELECT state FROM review")] == ["rejected"]


async def test_a_draft_is_kept_until_its_answer_counts(house: House) -> None:
    """What was typed is there for whoever takes the answer back, and gone when it counts."""
    given = await asked(house)
    now = house.clock.now()
    await save_draft(house.database, given.review, "you", (given.digest, {"reason": "well"}), now)
    due = await say(house.database, given, now)
    kept = await find_draft(house.database, given.review, "you")

    await take_due(house.database, due)

    assert kept is not None
    assert kept["fields"] == {"reason": "well"}
    assert await find_draft(house.database, given.review, "you") is None


async def test_what_was_said_is_not_asked_again(house: House) -> None:
    """A review somebody has answered a moment ago is in their inbox no more, and not counted; in others' it is."""
    given = await asked(house)
    now = house.clock.now()
    await say(house.database, given, now)

    inboxes = [Inbox(person=who, moment=now + timedelta(seconds=1)) for who in ("you", "sara.lind", "jonas.weber")]

    assert [len(await list_inbox(house.database, inbox, limit=9)) for inbox in inboxes] == [0, 1, 0]
    assert [await count_waiting(house.database, inbox.person, now) for inbox in inboxes] == [0, 1, 0]
    assert timedelta(seconds=1) < LASTS


def _as(given: Answer, **other: object) -> Answer:
    """Give an answer as another would give it."""
    said = {"review": given.review, "person": given.person, "verdict": given.verdict, "digest": given.digest} | other
    return Answer(**said)  # type: ignore[arg-type]
