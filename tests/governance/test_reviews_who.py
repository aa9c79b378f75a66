"""Who may answer a review, attacked: own approvals, roles of other domains, and two at once."""

import asyncio
from collections import Counter

import pytest

from remit import clock
from remit.errors import Conflict, NotAllowed
from remit.governance.answerers import excluded_people
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import ReviewFilter, count_reviews, list_reviews, show_review
from remit.governance.roles import Person, save_person
from remit.runtime.house import House
from tests.governance.lending import count_mine, lend
from tests.houses import (
    TAG,
    Opened,
    answer_review,
    done_of,
    notify,
    ran,
    review_of,
    rows_of,
    states_of,
    work,
)


async def _changed(house: House, kind: str, name: str, author: str) -> None:
    now = house.clock.now()
    await rows_of(
        house,
        "INSERT INTO change (id, kind, name, domain, text, why, digest, before, state, author, drafted_at, settled_at)"
        " VALUES ($1, $2, $3, '', '', 'to see', $6, '', 'approved', $4, $5, $5)",
        clock.new_id(), kind, name, author, now, str(clock.new_id()),
    )  # fmt: skip


# ── who had a part in it ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "name"),
    [("charter", "as-told"), ("stage", "as-told/crm.notify_owner"), ("rule", "stages.cedar")],
)
async def test_the_author_of_what_it_runs_under_may_not_answer(opened: Opened, kind: str, name: str) -> None:
    """Who wrote the charter, stage or house rule in force may neither approve nor reject, nor lend a role for it."""
    house, _ = opened
    await _changed(house, kind, name, "sara.lind")
    run = await ran(house)
    await save_person(house.database, Person(id="pia", name="Pia"))
    await lend(house, "sara.lind", "pia")

    for person, says in (("sara.lind", "you (wrote|proposed)"), ("pia", "is none of these")):
        for verdict in ("approve", "reject"):
            with pytest.raises(NotAllowed, match=says):
                await answer_review(house, run, verdict, person=person)

    assert (await count_mine(house, "sara.lind"), await count_mine(house, "pia"), await count_mine(house, "you")) == (
        0,
        0,
        1,
    )
    assert await answer_review(house, run, person="nina.kowalski") == "approved"


async def test_the_author_of_what_is_in_force_no_more_may_answer(opened: Opened) -> None:
    """Only the last change counts: who wrote what another has replaced since is free again."""
    house, _ = opened
    await _changed(house, "charter", "as-told", "sara.lind")
    house.clock.advance(hours=1)
    await _changed(house, "charter", "as-told", "omar.haddad")
    await _changed(house, "charter", "another-worker", "nina.kowalski")
    run = await ran(house)

    async with house.database.transaction() as transaction:
        excluded = await excluded_people(transaction, (await review_of(house, run))["id"])

    assert list(excluded) == ["omar.haddad"]
    assert await answer_review(house, run, person="sara.lind") == "approved"


async def test_an_approval_falls_when_its_giver_turns_out_to_be_the_author(opened: Opened) -> None:
    """An approval counts at execution only if who gave it had no part in it then either."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run, person="sara.lind")
    await _changed(house, "stage", "as-told/crm.notify_owner", "sara.lind")

    await work(house)

    assert await done_of(company) == []
    assert await states_of(house, run) == ["waiting", "waiting"]


async def test_a_role_of_another_domain_is_none(opened: Opened) -> None:
    """A role held in another domain answers nothing here, and the review is not in that person's list."""
    house, _ = opened
    await save_person(house.database, Person(id="fin", name="Fin", roles=("reviewer@finance",)))
    await save_person(house.database, Person(id="here", name="Here", roles=("reviewer@customer_experience",)))
    run = await ran(house)

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, run, person="fin")

    assert (await count_mine(house, "fin"), await count_mine(house, "here")) == (0, 1)
    assert await answer_review(house, run, person="here") == "approved"


# ── two at once, and what one reads who comes late ─────────────────────────────────────────────────────────────────


async def test_who_comes_late_reads_who_decided_what_and_when(opened: Opened) -> None:
    """Of two people at the same instant one decides; the other's conflict carries who said what, for a screen."""
    house, _ = opened
    run = await ran(house)
    review = (await review_of(house, run))["id"]
    said = [
        Answer(review=review, person="sara.lind", verdict="approve"),
        Answer(review=review, person="nina.kowalski", verdict="reject", reason="no"),
    ]

    done = await asyncio.gather(
        *(answer(house.database, one, house.clock.now()) for one in said), return_exceptions=True
    )

    [conflict] = [one for one in done if isinstance(one, Conflict)]
    [state] = [one for one in done if isinstance(one, str)]
    assert conflict.current is not None
    assert conflict.current["state"] == state
    [winner] = conflict.current["answers"]
    assert winner["verdict"] == {"approved": "approve", "rejected": "reject"}[state]
    assert f"{winner['person']} said {winner['verdict']} at" in str(conflict)


async def test_delegate_and_delegator_at_the_same_instant_are_one(opened: Opened) -> None:
    """When both use the same role at the same moment, one of them counts."""
    house, _ = opened
    run = await ran(house, TAG)
    review = (await review_of(house, run))["id"]
    await save_person(house.database, Person(id="one", name="One", roles=("support-reviewer",)))
    await save_person(house.database, Person(id="stand-in", name="Two"))
    await lend(house, "one", "stand-in", "support-reviewer")
    said = [Answer(review=review, person=person, verdict="approve") for person in ("one", "stand-in") * 5]

    done = await asyncio.gather(
        *(answer(house.database, one, house.clock.now()) for one in said), return_exceptions=True
    )

    assert Counter(isinstance(one, str) for one in done) == {True: 1, False: 9}
    assert len((await show_review(house.database, review))["answers"]) == 1


async def test_the_list_for_me_is_what_i_can_answer(opened: Opened) -> None:
    """For each person the list holds exactly the reviews that are taken from them, and the count says how many."""
    house, _ = opened
    await save_person(house.database, Person(id="pia", name="Pia"))
    await lend(house, "nina.kowalski", "pia", "support-reviewer", domain="customer_experience")
    runs = [await ran(house, step, number=at) for at, step in enumerate([TAG, notify(), TAG, notify()])]
    await answer_review(house, runs[0], person="nina.kowalski")
    await ran(house, notify(), number="own", requested_by="sara.lind")
    people = ["you", "sara.lind", "nina.kowalski", "ruth.adler", "jonas.weber", "pia", "paul.novak", "nobody"]

    for person in people:
        find = ReviewFilter(person=person, moment=house.clock.now())
        listed = [row["id"] for row in await list_reviews(house.database, find=find)]
        able = [
            row["id"]
            for row in await list_reviews(house.database)
            if person
            in {
                one["person"] for one in (await show_review(house.database, row["id"], house.clock.now()))["can_answer"]
            }
        ]
        assert listed == able, person
        assert await count_reviews(house.database, find) == len(able)

    assert [await count_mine(house, person) for person in people] == [5, 4, 4, 5, 0, 1, 0, 0]
