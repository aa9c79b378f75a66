"""Absences and delegations, attacked: roles lent twice, lent on, taken back, or by whoever may not answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
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
from tests.governance.lending import count_mine, lend
from tests.houses import (
    TAG,
    Opened,
    answer_review,
    done_of,
    ran,
    review_of,
    rows_of,
    states_of,
    work,
)


async def test_a_delegate_answers_as_themselves_under_the_role_lent(opened: Opened) -> None:
    """The answer stands under the delegate's name, with the delegator's role, and takes effect."""
    house, company = opened
    run = await ran(house)
    before = await count_mine(house, "paul.novak")
    await lend(house, "sara.lind", "paul.novak")

    mine = await count_mine(house, "paul.novak")
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
    run = await ran(house, TAG)
    for name in ("one", "two"):
        await save_person(house.database, Person(id=name, name=name, roles=("support-reviewer",)))
        await save_person(house.database, Person(id=f"for-{name}", name=name))
        await lend(house, name, f"for-{name}", "support-reviewer")
    await answer_review(house, run, person="one")
    await answer_review(house, run, person="for-two")

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, run, person="for-one")
    with pytest.raises(Conflict, match="`for-two` has answered this review under your role"):
        await answer_review(house, run, person="two")

    assert [await count_mine(house, who) for who in ("one", "for-one", "two", "for-two")] == [0, 0, 0, 0]


async def test_a_role_is_not_lent_on(opened: Opened) -> None:
    """Who holds a role by delegation only can lend it to nobody, and a delegation of a delegate lends nothing."""
    house, _ = opened
    for name in ("first", "second"):
        await save_person(house.database, Person(id=name, name=name))
    await lend(house, "sara.lind", "first")

    with pytest.raises(NotAllowed, match="`first` is not reviewer"):
        await lend(house, "first", "second")

    run = await ran(house)
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
    before = await ran(house, number="before")
    after = await ran(house, number="after")
    await lend(house, "sara.lind", "paul.novak", until=house.clock.now() + timedelta(hours=1))
    await answer_review(house, before, person="paul.novak")
    house.clock.advance(hours=1)

    with pytest.raises(NotAllowed, match="is none of these"):
        await answer_review(house, after, person="paul.novak")
    await work(house)

    assert await count_mine(house, "paul.novak") == 0
    assert await done_of(company) == ["crm.notify_owner 1"]
    assert await list_delegations(house.database, house.clock.now()) == []


@pytest.mark.parametrize("what", ["taken back", "delegator left", "delegator lost the role", "delegate left"])
async def test_an_approval_under_a_delegation_falls_with_it(opened: Opened, what: str) -> None:
    """What was approved under a delegation is not done when it was taken back, or one of the two changed."""
    house, company = opened
    run = await ran(house)
    number = await lend(house, "nina.kowalski", "paul.novak")
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
    run = await ran(house, requested_by="sara.lind")
    await save_person(house.database, Person(id="pia", name="Pia"))
    await lend(house, "sara.lind", "pia")
    await lend(house, "nina.kowalski", "sara.lind")

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
    number = await lend(house, "sara.lind", "paul.novak")

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
