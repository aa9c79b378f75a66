"""Who may answer a review, attacked: own approvals, stand-ins, leavers and roles of other domains."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.answerers import excluded_people
from remit.governance.approvals import Answer, answer
from remit.governance.reviews import ReviewFilter, count_reviews, list_reviews, show_review
from remit.governance.roles import Person, save_person
from remit.governance.stand_ins import (
    Absence,
    Delegation,
    end_absence,
    end_delegation,
    give_delegation,
    list_absences,
    list_delegations,
    note_absence,
)
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import act, answer_review, done_of, notify, review_of, rows_of, states_of, tell, work

TAG = act("desk.tag_ticket", ticket="TCK-1", add=["urgent"])
Opened = tuple[House, Company]


async def _asked(house: House, step: dict[str, Any] | None = None, **more: Any) -> UUID:
    run = await tell(house, step or notify(), **more)
    await work(house)
    return run


async def _lend(house: House, delegator: str, delegate: str, role: str = "reviewer", **more: Any) -> UUID:
    until = more.pop("until", house.clock.now() + timedelta(days=2))
    given = Delegation(delegator=delegator, delegate=delegate, role=role, until=until, **more)
    return await give_delegation(house.database, given, house.clock.now())


async def _mine(house: House, person: str) -> int:
    return await count_reviews(house.database, ReviewFilter(person=person, moment=house.clock.now()))


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
    """Who wrote the charter, the stage or the house rule in force may neither approve nor reject, nor lend a role for it."""
    house, _ = opened
    await _changed(house, kind, name, "sara.lind")
    run = await _asked(house)
    await save_person(house.database, Person(id="pia", name="Pia"))
    await _lend(house, "sara.lind", "pia")

    for person, says in (("sara.lind", "you (wrote|proposed)"), ("pia", "is none of these")):
        for verdict in ("approve", "reject"):
            with pytest.raises(NotAllowed, match=says):
                await answer_review(house, run, verdict, person=person)

    assert (await _mine(house, "sara.lind"), await _mine(house, "pia"), await _mine(house, "you")) == (0, 0, 1)
    assert await answer_review(house, run, person="nina.kowalski") == "approved"


async def test_the_author_of_what_is_in_force_no_more_may_answer(opened: Opened) -> None:
    """Only the last change counts: who wrote what another has replaced since is free again."""
    house, _ = opened
    await _changed(house, "charter", "as-told", "sara.lind")
    house.clock.advance(hours=1)
    await _changed(house, "charter", "as-told", "omar.haddad")
    await _changed(house, "charter", "another-worker", "nina.kowalski")
    run = await _asked(house)

    async with house.database.transaction() as transaction:
        excluded = await excluded_people(transaction, (await review_of(house, run))["id"])

    assert list(excluded) == ["omar.haddad"]
    assert await answer_review(house, run, person="sara.lind") == "approved"


async def test_an_approval_falls_when_its_giver_turns_out_to_be_the_author(opened: Opened) -> None:
    """An approval counts at execution only if who gave it had no part in it then either."""
    house, company = opened
    run = await _asked(house)
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
    run = await _asked(house)

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, run, person="fin")

    assert (await _mine(house, "fin"), await _mine(house, "here")) == (0, 1)
    assert await answer_review(house, run, person="here") == "approved"


# ── who stands in ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_delegate_answers_as_themselves_under_the_role_lent(opened: Opened) -> None:
    """The answer stands under the delegate's name, with the delegator's role, and takes effect."""
    house, company = opened
    run = await _asked(house)
    before = await _mine(house, "paul.novak")
    await _lend(house, "sara.lind", "paul.novak")

    mine = await _mine(house, "paul.novak")
    await answer_review(house, run, person="paul.novak")
    await work(house)

    assert (before, mine) == (0, 1)
    assert await done_of(company) == ["crm.notify_owner 1"]
    [entry] = await find_entries(house.database, Search(run=run, kind="review.answered"))
    assert (entry.body["person"], entry.body["delegator"], entry.body["role"]) == (
        "paul.novak",
        "sara.lind",
        "reviewer",
    )


async def test_one_role_of_one_person_is_used_once(opened: Opened) -> None:
    """Neither can a delegate add to what the delegator has approved, nor the delegator to what the delegate has."""
    house, _ = opened
    run = await _asked(house, TAG)
    for name in ("one", "two"):
        await save_person(house.database, Person(id=name, name=name, roles=("support-reviewer",)))
        await save_person(house.database, Person(id=f"for-{name}", name=name))
        await _lend(house, name, f"for-{name}", "support-reviewer")
    await answer_review(house, run, person="one")
    await answer_review(house, run, person="for-two")

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, run, person="for-one")
    with pytest.raises(Conflict, match="`for-two` has answered this review under your role"):
        await answer_review(house, run, person="two")

    assert [await _mine(house, who) for who in ("one", "for-one", "two", "for-two")] == [0, 0, 0, 0]


async def test_a_role_is_not_lent_on(opened: Opened) -> None:
    """Who holds a role by delegation only can lend it to nobody, and a delegation of a delegate lends nothing."""
    house, _ = opened
    for name in ("first", "second"):
        await save_person(house.database, Person(id=name, name=name))
    await _lend(house, "sara.lind", "first")

    with pytest.raises(NotAllowed, match="`first` is not reviewer"):
        await _lend(house, "first", "second")

    run = await _asked(house)
    await rows_of(
        house,
        "INSERT INTO delegation SELECT $1, 'first', 'second', 'reviewer', '', '', now() - interval '1 h',"
        " now() + interval '1 d'",
        clock.new_id(),
    )
    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, run, person="second")


async def test_a_delegation_ends_by_itself(opened: Opened) -> None:
    """From its end on nothing can be answered under it; what was approved before still counts."""
    house, company = opened
    before = await _asked(house, number="before")
    after = await _asked(house, number="after")
    await _lend(house, "sara.lind", "paul.novak", until=house.clock.now() + timedelta(hours=1))
    await answer_review(house, before, person="paul.novak")
    house.clock.advance(hours=1)

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, after, person="paul.novak")
    await work(house)

    assert await _mine(house, "paul.novak") == 0
    assert await done_of(company) == ["crm.notify_owner 1"]
    assert await list_delegations(house.database, house.clock.now()) == []


@pytest.mark.parametrize("what", ["taken back", "delegator left", "delegator lost the role", "delegate left"])
async def test_an_approval_under_a_delegation_falls_with_it(opened: Opened, what: str) -> None:
    """What was approved under a delegation is not done when it was taken back, or one of the two is not who they were."""
    house, company = opened
    run = await _asked(house)
    number = await _lend(house, "nina.kowalski", "paul.novak")
    await answer_review(house, run, person="paul.novak")
    match what:
        case "taken back":
            await end_delegation(house.database, number, "nina.kowalski", house.clock.now())
        case "delegator left":
            await save_person(
                house.database, Person(id="nina.kowalski", name="N", roles=("reviewer",), is_active=False)
            )
        case "delegator lost the role":
            await save_person(house.database, Person(id="nina.kowalski", name="N"))
        case _:
            await save_person(house.database, Person(id="paul.novak", name="P", is_active=False))

    await work(house)

    assert await done_of(company) == []
    assert await states_of(house, run) == ["waiting", "waiting"]


async def test_whoever_asked_for_it_cannot_answer_by_another(opened: Opened) -> None:
    """The delegate of whoever sent the signal cannot answer under the role lent, nor the sender by delegation."""
    house, _ = opened
    run = await _asked(house, requested_by="sara.lind")
    await save_person(house.database, Person(id="pia", name="Pia"))
    await _lend(house, "sara.lind", "pia")
    await _lend(house, "nina.kowalski", "sara.lind")

    for person in ("pia", "sara.lind"):
        with pytest.raises(NotAllowed):
            await answer_review(house, run, person=person)

    assert (await review_of(house, run))["state"] == "open"


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"delegate": "jonas.weber"}, NotAllowed, "is an auditor"),
        ({"delegate": "sara.lind"}, InputInvalid, "to another person"),
        ({"delegate": "nobody"}, NotAllowed, "nobody here is called"),
        ({"delegator": "nobody"}, NotAllowed, "nobody here is called"),
        ({"role": "risk-owner"}, NotAllowed, "is not risk-owner"),
        ({"role": "auditor"}, InputInvalid, "no review asks"),
        ({"domain": "moon"}, InputInvalid, "no review asks"),
        ({"until": timedelta(days=91)}, InputInvalid, "within 90 days"),
        ({"until": timedelta()}, InputInvalid, "within 90 days"),
        ({"reason": "a\x00"}, InputInvalid, "cannot be kept"),
    ],
)
async def test_what_is_no_delegation_is_refused(
    opened: Opened, change: dict[str, Any], error: type[Exception], says: str
) -> None:
    """Nobody lends what they do not hold, to nobody, to themselves, to an auditor, or for longer than 90 days."""
    house, _ = opened
    fields: Any = {"delegator": "sara.lind", "delegate": "paul.novak", "role": "reviewer", "until": timedelta(days=1)}
    fields |= change
    fields["until"] = house.clock.now() + fields["until"]

    with pytest.raises(error, match=says):
        await give_delegation(house.database, Delegation(**fields), house.clock.now())

    assert await list_delegations(house.database, house.clock.now()) == []


async def test_only_those_concerned_end_a_delegation_once(opened: Opened) -> None:
    """A third person cannot end it; one of the two can, once; what is not there is not found."""
    house, _ = opened
    number = await _lend(house, "sara.lind", "paul.novak")

    with pytest.raises(NotAllowed):
        await end_delegation(house.database, number, "tom.becker", house.clock.now())
    await end_delegation(house.database, number, "paul.novak", house.clock.now())
    with pytest.raises(Conflict, match="over already"):
        await end_delegation(house.database, number, "sara.lind", house.clock.now())
    with pytest.raises(NotFound):
        await end_delegation(house.database, UUID(int=1), "sara.lind", house.clock.now())

    kinds = [entry.kind for entry in await find_entries(house.database, Search(about="person:paul.novak"))]
    assert kinds == ["delegation.ended", "delegation.given"]


async def test_an_absence_is_noted_by_oneself_and_ends(opened: Opened) -> None:
    """Who is away is listed until then, or until they are back; nobody else but an administrator says so."""
    house, _ = opened
    now = house.clock.now()
    away = Absence(person="sara.lind", since=now, until=now + timedelta(days=3))

    with pytest.raises(NotAllowed):
        await note_absence(house.database, away, "nina.kowalski", now)
    own = await note_absence(house.database, away, "sara.lind", now)
    await note_absence(house.database, Absence(person="ken.ito", since=now, until=away.until), "you", now)
    await end_absence(house.database, own, "sara.lind", now + timedelta(hours=1))
    with pytest.raises(Conflict, match="over already"):
        await end_absence(house.database, own, "sara.lind", now + timedelta(hours=2))

    assert [row["person"] for row in await list_absences(house.database, now)] == ["ken.ito"]
    assert await list_absences(house.database, away.until) == []


@pytest.mark.parametrize(("since", "until"), [(0, 0), (1, 0), (-2, -1), (0, 367)])
async def test_what_is_no_absence_is_refused(opened: Opened, since: int, until: int) -> None:
    """An absence has its days in order, is not over, and lasts no longer than a year."""
    house, _ = opened
    now = house.clock.now()
    away = Absence(person="you", since=now + timedelta(days=since), until=now + timedelta(days=until))

    with pytest.raises(InputInvalid, match="an absence ends"):
        await note_absence(house.database, away, "you", now)

    assert await rows_of(house, "SELECT id FROM absence") == []


# ── two at once, and what one reads who comes late ─────────────────────────────────────────────────────────────────


async def test_who_comes_late_reads_who_decided_what_and_when(opened: Opened) -> None:
    """Of two people at the same instant one decides; the other's conflict carries who said what, for a screen."""
    house, _ = opened
    run = await _asked(house)
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
    run = await _asked(house, TAG)
    review = (await review_of(house, run))["id"]
    await save_person(house.database, Person(id="one", name="One", roles=("support-reviewer",)))
    await save_person(house.database, Person(id="stand-in", name="Two"))
    await _lend(house, "one", "stand-in", "support-reviewer")
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
    await _lend(house, "nina.kowalski", "pia", "support-reviewer", domain="customer_experience")
    runs = [await _asked(house, step, number=at) for at, step in enumerate([TAG, notify(), TAG, notify()])]
    await answer_review(house, runs[0], person="nina.kowalski")
    await _asked(house, notify(), number="own", requested_by="sara.lind")
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

    assert [await _mine(house, person) for person in people] == [5, 4, 4, 5, 0, 1, 0, 0]
