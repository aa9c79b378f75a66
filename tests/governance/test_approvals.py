import asyncio
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound, RemitError
from remit.governance.approvals import Answer, answer, expire_reviews
from remit.governance.reviews import list_reviews, show_review
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    copy_worker,
    done_of,
    kinds_of,
    notify,
    opened_house,
    review_of,
    rows_of,
    score,
    state_of,
    states_of,
    tell,
    work,
)

TAG = act("desk.tag_ticket", ticket="TCK-1", add=["urgent"])
"""Three people are asked, among them a support reviewer and a risk owner."""


async def _asked(house: House, step: dict[str, Any] | None = None, **more: Any) -> UUID:
    run = await tell(house, step or notify(), **more)
    await work(house)
    return run


async def _say(house: House, review: UUID, person: str = "you", verdict: str = "approve", **more: Any) -> str:
    given: Any = {"verdict": verdict, "reason": "because"} | more
    return await answer(house.database, Answer(review=review, person=person, **given), house.clock.now())


async def _reviews(house: House, run: UUID) -> list[tuple[str, str]]:
    rows = await rows_of(house, "SELECT kind, state FROM review WHERE run = $1 ORDER BY opened_at, id", run)
    return [(row["kind"], row["state"]) for row in rows]


async def _jobs(house: House) -> int:
    [row] = await rows_of(house, "SELECT count(*) FROM pgqueuer")
    return row["count"]


# ── bound to what is done ──────────────────────────────────────────────────────────────────────────────────────────


async def test_an_approval_is_used_once(opened: tuple[House, Company]) -> None:
    """An approval lets one action take effect, once, and is used up."""
    house, company = opened
    run = await _asked(house)

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used")]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_approval_of_one_step_is_none_of_the_next(opened: tuple[House, Company]) -> None:
    """The same write asked twice in one run is reviewed twice."""
    house, company = opened
    run = await tell(house, notify(), notify())
    await work(house)

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used"), ("action", "open")]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_altered_digest_is_asked_again(opened: tuple[House, Company]) -> None:
    """An approval of anything else than the action's own digest is void, and a person is asked."""
    house, company = opened
    run = await _asked(house)
    await answer_review(house, run)
    await rows_of(house, "UPDATE review SET digest = 'f00'")

    await work(house)

    assert await _reviews(house, run) == [("action", "superseded"), ("action", "open")]
    assert await states_of(house, run) == ["waiting", "waiting"]
    assert await done_of(company) == []


async def test_altered_arguments_are_not_performed(opened: tuple[House, Company]) -> None:
    """Arguments slipped under an approval do not take effect: what was approved does."""
    house, company = opened
    run = await _asked(house)
    await answer_review(house, run)
    await rows_of(house, 'UPDATE review SET arguments = arguments || \'{"message": "altered"}\'')

    await work(house)

    assert [effect.arguments["message"] for effect in await company.effects()] == ["usage is down"]


async def test_an_approval_under_an_older_charter_is_asked_again(database: Database, tmp_path: Path) -> None:
    """A new charter voids approvals given under the old one; the person who approved is asked again."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, company):
        run = await _asked(house)
        await answer_review(house, run)
        copy_worker(workers, changes={"it is prohibited": "it is prohibited still"})
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()

        await work(house)
        before = await _reviews(house, run)
        await answer_review(house, run)
        await work(house)

        assert before == [("action", "superseded"), ("action", "open")]
        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_approval_outlives_a_new_playbook(database: Database, tmp_path: Path) -> None:
    """A new playbook under the same charter leaves approvals as they are: what was approved is still what runs."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, _):
        run = await _asked(house)
        await answer_review(house, run)
        playbook = (workers / "as_told" / "playbook.py").read_text()
        copy_worker(workers, playbook=playbook + "\n# another remark\n")
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()

        await work(house)

        assert await states_of(house, run) == ["done", "performed"]


@pytest.mark.parametrize("number", [1e16, 1.5e300, -0.0, 12345678901234567.0, 0.1, 2**63])
async def test_numbers_of_any_size_are_approved_once(opened: tuple[House, Company], number: float) -> None:
    """However the database writes a number, an approval is still of the same arguments."""
    house, _ = opened
    run = await _asked(house, act("crm.notify_owner", account="A-101", message="hello", extra=number))

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used")]
    assert await states_of(house, run) == ["exception", "failed"]


# ── who answers ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_asked_for_it_may_not_answer(opened: tuple[House, Company]) -> None:
    """The person whose signal began the run can neither approve nor reject."""
    house, _ = opened
    run = await _asked(house, requested_by="you")

    for verdict in ("approve", "reject"):
        with pytest.raises(NotAllowed, match="your own signal"):
            await answer_review(house, run, verdict, person="you")

    assert await answer_review(house, run, person="sara.lind") == "approved"


@pytest.mark.parametrize(
    ("person", "says"),
    [("jonas.weber", "is none of these"), ("nobody.here", "nobody here is called"), ("", "nobody here is called")],
)
async def test_a_wrong_role_may_not_answer(opened: tuple[House, Company], person: str, says: str) -> None:
    """Who holds none of the roles asked, or is not known, cannot answer."""
    house, _ = opened
    run = await _asked(house)

    with pytest.raises(NotAllowed, match=says):
        await answer_review(house, run, person=person)

    assert await _reviews(house, run) == [("action", "open")]


async def test_a_leaver_may_not_answer(opened: tuple[House, Company]) -> None:
    """Who has left cannot answer, whatever roles are still written there."""
    house, _ = opened
    run = await _asked(house)
    await save_person(house.database, Person(id="you", name="You", roles=("reviewer",), is_active=False))

    with pytest.raises(NotAllowed, match="has left"):
        await answer_review(house, run)

    assert await _reviews(house, run) == [("action", "open")]


@pytest.mark.parametrize(
    "person", [Person(id="you", name="You", roles=("reviewer",), is_active=False), Person(id="you", name="You")]
)
async def test_a_leavers_approval_does_not_count(opened: tuple[House, Company], person: Person) -> None:
    """An approval counts at execution only if who gave it is still here and holds the role; else another is asked."""
    house, company = opened
    run = await _asked(house)
    await answer_review(house, run)
    await save_person(house.database, person)

    await work(house)
    before = await done_of(company)
    await answer_review(house, run, person="sara.lind")
    await work(house)

    assert before == []
    assert await _reviews(house, run) == [("action", "superseded"), ("action", "used")]
    assert await states_of(house, run) == ["done", "performed"]


async def test_a_leaver_does_not_make_up_the_number(opened: tuple[House, Company]) -> None:
    """Of three people asked, one who left meanwhile is replaced by another."""
    house, _ = opened
    run = await _asked(house, TAG)
    await answer_review(house, run, person="nina.kowalski")
    await answer_review(house, run, person="ruth.adler")
    await save_person(house.database, Person(id="nina.kowalski", name="Nina", is_active=False))

    third = await answer_review(house, run, person="sara.lind")
    fourth = await answer_review(house, run, person="you")

    assert (third, fourth) == ("open", "approved")


async def test_several_people_and_roles_are_all_needed(opened: tuple[House, Company]) -> None:
    """Three people, a support reviewer and a risk owner among them: two of the three are not enough."""
    house, company = opened
    run = await _asked(house, TAG)
    jobs = await _jobs(house)

    states = [await answer_review(house, run, person=person) for person in ("sara.lind", "nina.kowalski")]
    between = await _jobs(house)
    states.append(await answer_review(house, run, person="ruth.adler"))
    after = await _jobs(house)

    assert states == ["open", "open", "approved"]
    assert (between - jobs, after - jobs) == (0, 1)
    assert await done_of(company) == []


async def test_three_of_one_role_are_not_two_roles(opened: tuple[House, Company]) -> None:
    """However many support reviewers approve, the risk owner is still asked."""
    house, _ = opened
    for name in ("one", "two", "three"):
        await save_person(house.database, Person(id=name, name=name, roles=("support-reviewer",)))
    run = await _asked(house, TAG)

    states = [await answer_review(house, run, person=name) for name in ("one", "two", "three")]

    assert states == ["open", "open", "open"]


async def test_the_roles_are_asked_again_together_when_one_approval_falls(opened: tuple[House, Company]) -> None:
    """When an approval falls before execution, the new review can be answered by those that are left."""
    house, _ = opened
    run = await _asked(house, TAG)
    for person in ("sara.lind", "nina.kowalski", "ruth.adler"):
        await answer_review(house, run, person=person)
    await save_person(house.database, Person(id="nina.kowalski", name="Nina", is_active=False))

    await work(house)
    roles = (await review_of(house, run))["roles"]
    states = [await answer_review(house, run, person=person) for person in ("sara.lind", "ruth.adler", "you")]
    await work(house)

    assert roles == ["risk-owner", "support-reviewer"]
    assert states == ["open", "open", "approved"]
    assert (await state_of(house, run))["state"] != "waiting"


async def test_the_same_person_twice_is_one(opened: tuple[House, Company]) -> None:
    """A person who holds every role asked still counts once."""
    house, _ = opened
    run = await _asked(house, TAG)
    await answer_review(house, run, person="you")

    with pytest.raises(Conflict, match="answered this review already"):
        await answer_review(house, run, person="you")

    assert await _reviews(house, run) == [("action", "open")]


# ── what is answered ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reject_ends_the_run_with_its_reason(opened: tuple[House, Company]) -> None:
    """After a reject nothing happens; the run says who and why, also when that person has left since."""
    house, company = opened
    run = await _asked(house)
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
    run = await _asked(house)

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
    run = await _asked(house)

    with pytest.raises(InputInvalid, match="cannot be kept"):
        await _say(house, (await review_of(house, run))["id"], **given)

    assert await _reviews(house, run) == [("action", "open")]


async def test_a_proposal_edited_meanwhile_is_looked_at_again(opened: tuple[House, Company]) -> None:
    """Who saw another text than the one that stands there now cannot approve it unseen."""
    house, _ = opened
    run = await _asked(house, TAG)
    seen = (await review_of(house, run))["digest"]
    await answer_review(house, run, person="sara.lind", arguments={"ticket": "TCK-1", "add": ["calm"]})

    with pytest.raises(Conflict, match="edited this proposal"):
        await _say(house, (await review_of(house, run))["id"], "ruth.adler", digest=seen)

    assert await _reviews(house, run) == [("action", "open")]


async def test_an_edit_voids_the_approvals_before_it(opened: tuple[House, Company]) -> None:
    """After an edit all are asked about the new text, also those who had approved the old one."""
    house, _ = opened
    run = await _asked(house, TAG)
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
    run = await _asked(house)
    review = await review_of(house, run)

    await _say(house, review["id"], arguments=dict(reversed(review["arguments"].items())))

    [given] = (await show_review(house.database, review["id"]))["answers"]
    assert given["edited"] is False


# ── in time, and at the same time ──────────────────────────────────────────────────────────────────────────────────


async def test_an_unanswered_review_expires_into_reject(opened: tuple[House, Company]) -> None:
    """After the time of the charter nobody can approve any more, and the run ends as rejected."""
    house, company = opened
    run = await _asked(house)
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
    run = await _asked(house)
    house.clock.advance(hours=23, minutes=59)

    expired = await expire_reviews(house.database, house.clock.now())

    assert expired == 0
    assert await answer_review(house, run) == "approved"


async def test_an_approved_review_does_not_expire(opened: tuple[House, Company]) -> None:
    """What was approved in time stays approved, however late it is performed."""
    house, company = opened
    run = await _asked(house)
    await answer_review(house, run)
    house.clock.advance(days=9)

    expired = await expire_reviews(house.database, house.clock.now())
    await work(house)

    assert expired == 0
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_many_answers_at_once_count_as_one(opened: tuple[House, Company]) -> None:
    """Of fifty answers of two people at the same time one decides; the rest hear what became of it; one job is made."""
    house, company = opened
    run = await _asked(house)
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
    runs = [await _asked(house, number=number) for number in range(10)]
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
    runs = [await _asked(house, TAG, number=number) for number in range(10)]
    reviews, jobs = [(await review_of(house, run))["id"] for run in runs], await _jobs(house)
    people = ("sara.lind", "nina.kowalski", "ruth.adler")

    said = await asyncio.gather(*(_say(house, review, person) for review in reviews for person in people))

    assert Counter(said) == {"open": 20, "approved": 10}
    assert await _jobs(house) - jobs == 10


@pytest.mark.parametrize("first", ["approve", "reject"])
async def test_a_review_decided_elsewhere_says_so(opened: tuple[House, Company], first: str) -> None:
    """Who comes late hears in which state the review is, and changes nothing."""
    house, _ = opened
    run = await _asked(house)
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

    await _asked(house, score())

    assert await rows_of(house, "SELECT id FROM review") == []
