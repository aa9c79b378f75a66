import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, InputInvalid, NotFound, RemitError
from remit.governance.approvals import Answer, answer, expire_reviews
from remit.governance.reviews import list_reviews, show_review
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import (
    TAG,
    answer_review,
    done_of,
    kinds_of,
    ran,
    review_of,
    rows_of,
    score,
    state_of,
    states_of,
    work,
)


async def _say(house: House, review: UUID, person: str = "you", verdict: str = "approve", **more: Any) -> str:
    given: Any = {"verdict": verdict, "reason": "because"} | more
    return await answer(house.database, Answer(review=review, person=person, **given), house.clock.now())


async def _reviews(house: House, run: UUID) -> list[tuple[str, str]]:
    rows = await rows_of(house, "SELECT kind, state FROM review WHERE run = $1 ORDER BY opened_at, id", run)
    return [(row["kind"], row["state"]) for row in rows]


async def _jobs(house: House) -> int:
    [row] = await rows_of(house, "SELECT count(*) FROM pgqueuer")
    return row["count"]


async def test_a_reject_ends_the_run_with_its_reason(opened: tuple[House, Company]) -> None:
    """After a reject nothing happens; the run says who and why, also when that person has left since."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run, "reject", person="nina.kowalski", reason="they know already")
    await save_person(house.database, Person(id="nina.kowalski", name="Nina", is_active=False))

    await work(house)

    assert await states_of(house, run) == ["stopped", "rejected"]
    assert (await state_of(house, run))["reason"] == "nina.kowalski rejected it: they know already"
    assert await done_of(company) == []


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
async def test_a_reject_needs_a_reason(opened: tuple[House, Company], reason: str) -> None:
    """A reject without a reason is not taken."""
    house, _ = opened
    run = await ran(house)

    with pytest.raises(RemitError, match="needs a reason"):
        await answer_review(house, run, "reject", reason=reason)

    assert await _reviews(house, run) == [("action", "open")]


@pytest.mark.parametrize(
    "given",
    [{"reason": "a\x00b"}, {"arguments": {"account": "A\x00"}}, {"arguments": {"a": float}}, {"arguments": {1: 2}}],
)
async def test_what_cannot_be_kept_is_not_taken(opened: tuple[House, Company], given: dict[str, Any]) -> None:
    """An answer with a NUL character or something that is no JSON is refused in words, and changes nothing."""
    house, _ = opened
    run = await ran(house)

    with pytest.raises(InputInvalid, match="cannot be kept"):
        await _say(house, (await review_of(house, run))["id"], **given)

    assert await _reviews(house, run) == [("action", "open")]


async def test_a_proposal_edited_meanwhile_is_looked_at_again(opened: tuple[House, Company]) -> None:
    """Who saw another text than the one that stands there now cannot approve it unseen."""
    house, _ = opened
    run = await ran(house, TAG)
    seen = (await review_of(house, run))["digest"]
    await answer_review(house, run, person="sara.lind", arguments={"ticket": "TCK-1", "add": ["calm"]})

    with pytest.raises(Conflict, match="edited this proposal"):
        await _say(house, (await review_of(house, run))["id"], "ruth.adler", digest=seen)

    assert await _reviews(house, run) == [("action", "open")]


async def test_an_edit_voids_the_approvals_before_it(opened: tuple[House, Company]) -> None:
    """After an edit all are asked about the new text, also those who had approved the old one."""
    house, _ = opened
    run = await ran(house, TAG)
    await answer_review(house, run, person="sara.lind")
    await answer_review(house, run, person="nina.kowalski")

    edited = await answer_review(house, run, person="ruth.adler", arguments={"ticket": "TCK-1", "add": ["calm"]})
    again = [await answer_review(house, run, person=person) for person in ("sara.lind", "nina.kowalski")]

    assert (edited, again) == ("open", ["open", "approved"])
    answers = await find_entries(house.database, Search(run=run, kind="review.answered"))
    assert len({entry.body["digest"] for entry in answers}) == 2
    assert [entry.body["edited"] is not None for entry in reversed(answers)] == [False, False, True, False, False]


async def test_sending_the_same_arguments_back_is_no_edit(opened: tuple[House, Company]) -> None:
    """A reviewer whose form sends the proposal back unchanged has not edited it."""
    house, _ = opened
    run = await ran(house)
    review = await review_of(house, run)

    await _say(house, review["id"], arguments=dict(reversed(review["arguments"].items())))

    [given] = (await show_review(house.database, review["id"]))["answers"]
    assert given["edited"] is False


async def test_an_unanswered_review_expires_into_reject(opened: tuple[House, Company]) -> None:
    """After the time of the charter nobody can approve any more, and the run ends as rejected."""
    house, company = opened
    run = await ran(house)
    review = (await review_of(house, run))["id"]
    house.clock.advance(hours=24, seconds=1)

    with pytest.raises(Conflict, match="expired"):
        await _say(house, review)
    expired = [await expire_reviews(house.database, house.clock.now()) for _ in range(2)]
    await work(house)

    assert expired == [1, 0]
    assert await states_of(house, run) == ["stopped", "rejected"]
    assert "nobody answered in time" in (await state_of(house, run))["reason"]
    assert await done_of(company) == []
    [entry] = await find_entries(house.database, Search(run=run, kind="review.expired"))
    assert (entry.trace_id, entry.about) == ((await state_of(house, run))["trace_id"], "account:A-101")


async def test_a_review_is_not_expired_before_its_time(opened: tuple[House, Company]) -> None:
    """Up to its last second a review can be answered."""
    house, _ = opened
    run = await ran(house)
    house.clock.advance(hours=23, minutes=59)

    expired = await expire_reviews(house.database, house.clock.now())

    assert expired == 0
    assert await answer_review(house, run) == "approved"


async def test_an_approved_review_does_not_expire(opened: tuple[House, Company]) -> None:
    """What was approved in time stays approved, however late it is performed."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run)
    house.clock.advance(days=9)

    expired = await expire_reviews(house.database, house.clock.now())
    await work(house)

    assert expired == 0
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_many_answers_at_once_count_as_one(opened: tuple[House, Company]) -> None:
    """Of fifty answers of two people at the same time one decides; the rest hear what became of it; one job is made."""
    house, company = opened
    run = await ran(house)
    review, jobs = (await review_of(house, run))["id"], await _jobs(house)
    people = ["you", "nina.kowalski"] * 25

    said = await asyncio.gather(*(_say(house, review, person) for person in people), return_exceptions=True)
    made = await _jobs(house) - jobs
    await work(house)

    assert Counter(type(each).__name__ if isinstance(each, Exception) else each for each in said) == {
        "approved": 1,
        "Conflict": 49,
    }
    assert made == 1
    assert await done_of(company) == ["crm.notify_owner 1"]
    assert (await kinds_of(house, run)).count("review.answered") == 1


async def test_approve_and_reject_at_once_is_one_of_them(opened: tuple[House, Company]) -> None:
    """When two people say opposite things at the same time, the first one counts and the effect agrees with it."""
    house, company = opened
    runs = [await ran(house, number=number) for number in range(10)]
    reviews = [(await review_of(house, run))["id"] for run in runs]

    await asyncio.gather(
        *(_say(house, review, "you", "approve") for review in reviews),
        *(_say(house, review, "sara.lind", "reject") for review in reviews),
        return_exceptions=True,
    )
    await work(house)

    states = Counter([(await states_of(house, run))[-1] for run in runs])
    assert states["performed"] + states["rejected"] == 10
    assert len(await company.effects()) == states["performed"]


async def test_three_approvals_at_once_wake_the_run_once(opened: tuple[House, Company]) -> None:
    """When the people needed approve at the same moment, the run is woken exactly once."""
    house, _ = opened
    runs = [await ran(house, TAG, number=number) for number in range(10)]
    reviews, jobs = [(await review_of(house, run))["id"] for run in runs], await _jobs(house)
    people = ("sara.lind", "nina.kowalski", "ruth.adler")

    said = await asyncio.gather(*(_say(house, review, person) for review in reviews for person in people))

    assert Counter(said) == {"open": 20, "approved": 10}
    assert await _jobs(house) - jobs == 10


@pytest.mark.parametrize("first", ["approve", "reject"])
async def test_a_review_decided_elsewhere_says_so(opened: tuple[House, Company], first: str) -> None:
    """Who comes late hears in which state the review is, and changes nothing."""
    house, _ = opened
    run = await ran(house)
    review = (await review_of(house, run))["id"]
    state = await _say(house, review, "sara.lind", first)

    with pytest.raises(Conflict, match=f"is {state} already"):
        await _say(house, review, "you")

    assert await _reviews(house, run) == [("action", state)]


async def test_a_review_that_never_was_is_not_found(opened: tuple[House, Company]) -> None:
    """An answer to no review is refused in words."""
    house, _ = opened

    with pytest.raises(NotFound, match="there is no review"):
        await _say(house, UUID(int=7))

    assert await list_reviews(house.database) == []


async def test_a_permitted_write_asks_nobody(opened: tuple[House, Company]) -> None:
    """What is permitted opens no review."""
    house, _ = opened

    await ran(house, score())

    assert await rows_of(house, "SELECT id FROM review") == []
