"""Questions about a review, and how long they can put it off."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.approvals import expire_reviews
from remit.governance.questions import Question, ask, list_questions, reply
from remit.governance.reviews import show_review
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import answer_review, notify, review_of, rows_of, tell, work

Opened = tuple[House, Company]


async def _asked(house: House, **more: Any) -> UUID:
    run = await tell(house, notify(), **more)
    await work(house)
    return (await review_of(house, run))["id"]


async def _ask(house: House, review: UUID, by: str = "nina.kowalski", words: str = "since when?", of: str = "") -> UUID:
    return await ask(house.database, Question(review=review, by=by, words=words, of=of), house.clock.now())


async def _hours_left(house: House, review: UUID) -> float:
    row = await show_review(house.database, review)
    return (row["expires_at"] - house.clock.now()) / timedelta(hours=1)


async def test_question_and_reply_stand_on_the_review(opened: Opened) -> None:
    """The worker's business owner is asked, is told of it, replies, and the review stays open for an answer."""
    house, _ = opened
    review = await _asked(house)

    number = await _ask(house, review)
    listed = [row["id"] for row in await list_questions(house.database, "sara.lind")]
    await reply(house.database, number, "sara.lind", "since May", house.clock.now())

    shown = await show_review(house.database, review)
    [question] = shown["questions"]
    assert (listed, shown["state"]) == ([number], "open")
    assert (question["words"], question["asked_of"], question["reply"]) == ("since when?", "sara.lind", "since May")
    rows = await rows_of(house, "SELECT kind, recipient FROM notice WHERE kind LIKE 'question.%' ORDER BY made_at")
    assert [tuple(row) for row in rows] == [
        ("question.asked", "sara.lind"),
        ("question.answered", "nina.kowalski"),
    ]
    entries = await find_entries(house.database, Search(run=shown["run"]))
    assert {"question.asked", "question.answered"} <= {entry.kind for entry in entries}
    assert await list_questions(house.database, "sara.lind") == []
    assert await answer_review(house, shown["run"], person="nina.kowalski") == "approved"


async def test_a_question_puts_the_end_off_until_its_reply(opened: Opened) -> None:
    """The time a review waits for a reply does not count."""
    house, _ = opened
    review = await _asked(house)
    number = await _ask(house, review)
    asked = await _hours_left(house, review)
    house.clock.advance(hours=3)

    await reply(house.database, number, "sara.lind", "since May", house.clock.now())

    assert (round(asked, 2), round(await _hours_left(house, review), 2)) == (28, 24)


async def test_questions_put_the_end_off_once_and_for_a_bounded_time(opened: Opened) -> None:
    """However many are asked, and if nobody ever replies, the review expires four hours late and no later."""
    house, _ = opened
    review = await _asked(house)
    for hour in range(20):
        await _ask(house, review, words=f"question {hour}")
        house.clock.advance(hours=1)
    house.clock.advance(hours=8, seconds=1)

    expired = await expire_reviews(house.database, house.clock.now())

    assert expired == 1
    with pytest.raises(Conflict, match="is expired already"):
        await _ask(house, review)


async def test_the_time_goes_on_after_the_last_reply(opened: Opened) -> None:
    """With two questions open, one reply does not begin the clock again; a late reply gives no time."""
    house, _ = opened
    review = await _asked(house)
    first, second = await _ask(house, review), await _ask(house, review, of="ken.ito")

    await reply(house.database, first, "sara.lind", "since May", house.clock.now())
    between = await _hours_left(house, review)
    house.clock.advance(hours=6)
    await reply(house.database, second, "ken.ito", "I do not know", house.clock.now())

    assert (round(between, 2), round(await _hours_left(house, review), 2)) == (28, 22)


async def test_a_question_too_many_is_refused(opened: Opened) -> None:
    """Twenty questions about one review are enough."""
    house, _ = opened
    review = await _asked(house)
    for _ in range(20):
        await _ask(house, review)

    with pytest.raises(Conflict, match="20 questions"):
        await _ask(house, review)

    assert len((await show_review(house.database, review))["questions"]) == 20


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"words": " "}, InputInvalid, "says nothing"),
        ({"words": "x" * 4001}, InputInvalid, "more than 4000"),
        ({"words": "a\x00"}, InputInvalid, "cannot be kept"),
        ({"by": "jonas.weber"}, NotAllowed, "is none of these"),
        ({"of": "nobody"}, NotAllowed, "nobody here is called"),
        ({"review": UUID(int=1)}, NotFound, "there is no review"),
    ],
)
async def test_what_is_no_question_is_refused(
    opened: Opened, given: dict[str, Any], error: type[Exception], says: str
) -> None:
    """Only who can answer the review asks, and asks somebody who is here something."""
    house, _ = opened
    fields: Any = {"review": await _asked(house)} | given

    with pytest.raises(error, match=says):
        await _ask(house, fields.pop("review"), **fields)

    assert await rows_of(house, "SELECT id FROM question") == []


async def test_only_who_was_asked_replies_and_once(opened: Opened) -> None:
    """Another person cannot reply, two replies at once are one, and what was never asked is not found."""
    house, _ = opened
    number = await _ask(house, await _asked(house))

    with pytest.raises(NotAllowed, match="was not asked"):
        await reply(house.database, number, "you", "I know", house.clock.now())
    with pytest.raises(NotFound):
        await reply(house.database, UUID(int=1), "sara.lind", "I know", house.clock.now())
    said = await asyncio.gather(
        *(reply(house.database, number, "sara.lind", f"reply {at}", house.clock.now()) for at in range(5)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in said) == ["Conflict"] * 4 + ["NoneType"]


async def test_a_decided_review_takes_no_reply(opened: Opened) -> None:
    """After the answer a reply changes nothing any more, and says who decided."""
    house, _ = opened
    review = await _asked(house)
    number = await _ask(house, review)
    await answer_review(house, (await show_review(house.database, review))["run"], person="nina.kowalski")

    with pytest.raises(Conflict, match=r"nina\.kowalski said approve"):
        await reply(house.database, number, "sara.lind", "since May", house.clock.now())
