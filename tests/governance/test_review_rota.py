"""Who is told of a review and when, and what it is handed on to."""

from datetime import timedelta
from typing import Any

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed
from remit.governance.approvals import expire_reviews
from remit.governance.halts import lift, stop
from remit.governance.review_rota import HandOn, Rota, Turn, hand_on, list_rotas, remind_reviews, set_rota
from remit.governance.roles import Person, save_person
from remit.governance.stand_ins import Absence, Delegation, give_delegation, note_absence
from remit.ledger.read import Search, find_entries
from remit.runtime.house import House
from tests.houses import (
    TAG,
    Opened,
    answer_review,
    ran,
    review_of,
    rows_of,
)

EVERYBODY = "role:reviewer@customer_experience"
LEAD = "role:domain-lead@customer_experience"


async def _rota(house: House, *people: str, domain: str = "customer_experience", role: str = "reviewer") -> None:
    rota = Rota(role=role, domain=domain, turns=tuple(Turn(person=person) for person in people))
    await set_rota(house.database, rota, "you", house.clock.now())


async def _told(house: House) -> list[tuple[str, str]]:
    rows = await rows_of(
        house, "SELECT kind, recipient FROM notice WHERE kind LIKE 'review.%' ORDER BY made_at, kind, recipient"
    )
    return [(row["kind"].removeprefix("review."), row["recipient"]) for row in rows]


async def _after(house: House, **time: float) -> list[tuple[str, str]]:
    before = len(await _told(house))
    house.clock.advance(**time)
    await remind_reviews(house.database, house.clock.now())
    return (await _told(house))[before:]


async def test_without_a_rota_everybody_who_holds_the_role_is_told(opened: Opened) -> None:
    """A review is told to its roles, again at half and nine tenths of its time, and to the domain lead from half on."""
    house, _ = opened
    await ran(house, TAG)

    told = [await _told(house), *[await _after(house, hours=hours) for hours in (6, 6, 6, 3.6, 2)]]

    both = [f"role:{role}@customer_experience" for role in ("risk-owner", "support-reviewer")]
    assert told == [
        [("opened", role) for role in both],
        [],
        [("escalated", LEAD), *(("reminded", role) for role in both)],
        [],
        [("reminded", role) for role in both],
        [],
    ]


async def test_the_next_on_the_rota_is_told_as_time_goes_by(opened: Opened) -> None:
    """First one, then the next, each once; reminders go to those told; at the end to the domain lead."""
    house, _ = opened
    await _rota(house, "nina.kowalski", "sara.lind")
    await ran(house)

    told = [await _told(house), *[await _after(house, hours=hours) for hours in (6, 6, 6)]]

    assert told == [
        [("opened", "nina.kowalski")],
        [("escalated", "sara.lind")],
        [("escalated", LEAD), ("reminded", "nina.kowalski"), ("reminded", "sara.lind")],
        [],
    ]


async def test_a_rota_of_the_domain_comes_before_that_of_the_house(opened: Opened) -> None:
    """After the rota of the domain comes the one for every domain; a turn counts from its first to its last day."""
    house, _ = opened
    now = house.clock.now()
    turns = (
        Turn(person="you", since=now + timedelta(hours=1)),
        Turn(person="sara.lind", until=now - timedelta(hours=1)),
        Turn(person="nina.kowalski", since=now - timedelta(hours=1), until=now + timedelta(hours=1)),
    )
    await set_rota(house.database, Rota(role="reviewer", domain="customer_experience", turns=turns), "you", now)
    await _rota(house, "ken.ito", domain="")
    await ran(house)

    told = [await _told(house), await _after(house, hours=6), await _after(house, hours=6)]

    assert [pairs[0] for pairs in told] == [("opened", "nina.kowalski"), ("escalated", "you"), ("escalated", "ken.ito")]


async def test_who_is_away_is_passed_over_or_stood_in_for(opened: Opened) -> None:
    """Who is away is not told; if they let somebody answer for them, that person is."""
    house, _ = opened
    now, until = house.clock.now(), house.clock.now() + timedelta(days=2)
    await _rota(house, "ken.ito", "nina.kowalski", "sara.lind")
    for person in ("ken.ito", "nina.kowalski"):
        await note_absence(house.database, Absence(person=person, since=now, until=until), person, now)
    lent = Delegation(delegator="nina.kowalski", delegate="paul.novak", role="reviewer", until=until)
    await give_delegation(house.database, lent, now)
    await ran(house)

    told = [await _told(house), await _after(house, hours=6)]

    assert told == [[("opened", "paul.novak")], [("escalated", "sara.lind")]]
    assert [row["is_away"] for row in await list_rotas(house.database, now)] == [True, True, False]


async def test_who_cannot_answer_is_not_told(opened: Opened) -> None:
    """Whoever sent the signal, left or lost the role is passed over, and is not reminded."""
    house, _ = opened
    await _rota(house, "sara.lind", "nina.kowalski", "you")
    await save_person(house.database, Person(id="nina.kowalski", name="N", roles=("reviewer",), is_active=False))
    await ran(house, requested_by="sara.lind")

    told = [await _told(house), await _after(house, hours=6), await _after(house, hours=16)]

    assert told == [[("opened", "you")], [], [("escalated", LEAD), ("reminded", "you")]]


async def test_who_has_answered_is_not_reminded(opened: Opened) -> None:
    """Only those still awaited hear of it again, and only the roles still missing get the next of their rota."""
    house, _ = opened
    await _rota(house, "nina.kowalski", "sara.lind", role="support-reviewer")
    await _rota(house, "ruth.adler", role="risk-owner")
    run = await ran(house, TAG)
    await answer_review(house, run, person="nina.kowalski")

    told = await _after(house, hours=12)

    assert told == [("escalated", LEAD), ("reminded", "ruth.adler")]


async def test_two_processes_remind_once(opened: Opened) -> None:
    """However often it is looked at, each is told once."""
    house, _ = opened
    await ran(house)
    house.clock.advance(hours=12)

    looked = [await remind_reviews(house.database, house.clock.now()) for _ in range(3)]

    assert looked == [1, 0, 0]
    assert (await _told(house)).count(("reminded", EVERYBODY)) == 1


async def test_what_was_missed_is_told_once_and_late(opened: Opened) -> None:
    """After a long standstill the reminders missed are one."""
    house, _ = opened
    await _rota(house, "nina.kowalski", "sara.lind", "you")
    await ran(house)

    told = await _after(house, hours=23)

    assert told == [("escalated", "sara.lind"), ("reminded", "nina.kowalski")]
    assert await _after(house, minutes=30) == []


async def test_a_halted_review_reminds_nobody(opened: Opened) -> None:
    """While a halt freezes a review nobody is told to answer it; after the lift its time goes on where it stood."""
    house, _ = opened
    await ran(house)
    await stop(house.database, "everything", "to see", "you", house.clock.now())

    halted = await _after(house, hours=20)
    await lift(house.database, "everything", "seen", "ken.ito", house.clock.now())
    lifted = await _after(house, seconds=1)
    later = await _after(house, hours=22)

    assert (halted, ("reminded", EVERYBODY) in lifted) == ([], False)
    assert ("reminded", EVERYBODY) in later


async def test_the_owner_hears_of_a_reject_and_of_an_expiry(opened: Opened) -> None:
    """The worker's business owner is told what is not done, once, and why."""
    house, _ = opened
    run = await ran(house, number=1)
    await ran(house, number=2)
    await answer_review(house, run, "reject", person="nina.kowalski", reason="they know")
    house.clock.advance(hours=25)
    await expire_reviews(house.database, house.clock.now())

    rows = await rows_of(house, "SELECT recipient, body FROM notice WHERE kind = 'review.decided' ORDER BY made_at")

    assert [row["recipient"] for row in rows] == ["sara.lind", "sara.lind"]
    assert rows[0]["body"].endswith("nina.kowalski rejected it (other): they know")
    assert rows[1]["body"].endswith("nobody answered in time, which counts as reject")


# ── handing on ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_review_is_handed_on_with_a_reason(opened: Opened) -> None:
    """A person or role who may answer is told; it is on record; everybody who could answer still can."""
    house, _ = opened
    run = await ran(house, TAG)
    review = (await review_of(house, run))["id"]

    for to in ("nina.kowalski", "risk-owner"):
        given = HandOn(review=review, by="sara.lind", to=to, reason="she knows them")
        await hand_on(house.database, given, house.clock.now())
        house.clock.advance(seconds=1)

    handed = [recipient for kind, recipient in await _told(house) if kind == "handed"]
    assert handed == ["nina.kowalski", "role:risk-owner@customer_experience"]
    entries = await find_entries(house.database, Search(run=run, kind="review.handed"))
    assert [entry.body["to"] for entry in reversed(entries)] == ["nina.kowalski", "risk-owner"]
    assert await answer_review(house, run, person="sara.lind") == "open"


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"to": "jonas.weber"}, NotAllowed, "cannot answer this review"),
        ({"to": "nobody"}, NotAllowed, "cannot answer this review"),
        ({"to": "sara.lind"}, NotAllowed, "cannot answer this review"),
        ({"to": "finance-reviewer"}, NotAllowed, "cannot answer this review"),
        ({"to": "omar.haddad"}, NotAllowed, "cannot answer this review"),
        ({"by": "jonas.weber"}, NotAllowed, "is none of these"),
        ({"by": "omar.haddad"}, NotAllowed, "your own signal"),
        ({"reason": " "}, InputInvalid, "needs a reason"),
    ],
)
async def test_what_cannot_be_handed_on(
    opened: Opened, given: dict[str, Any], error: type[Exception], says: str
) -> None:
    """Only who may answer hands on, only to who may answer, and says why."""
    house, _ = opened
    run = await ran(house, requested_by="omar.haddad")
    fields: Any = {"by": "sara.lind", "to": "nina.kowalski", "reason": "she knows them"} | given

    review = (await review_of(house, run))["id"]
    with pytest.raises(error, match=says):
        await hand_on(house.database, HandOn(review=review, **fields), house.clock.now())

    assert [kind for kind, _ in await _told(house)] == ["opened"]


async def test_what_is_decided_is_not_handed_on(opened: Opened) -> None:
    """A review that is approved already goes to nobody else."""
    house, _ = opened
    run = await ran(house)
    given = HandOn(review=(await review_of(house, run))["id"], by="sara.lind", to="you", reason="please")
    await answer_review(house, run, person="nina.kowalski")

    with pytest.raises(Conflict, match=r"nina\.kowalski said approve"):
        await hand_on(house.database, given, house.clock.now())


# ── the rota itself ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_rota_takes_the_place_of_the_one_before(opened: Opened) -> None:
    """A shorter rota leaves nothing of the longer one; an empty one leaves it to the role."""
    house, _ = opened
    for people in (("sara.lind", "nina.kowalski", "you"), ("you", "sara.lind"), ()):
        await _rota(house, *people)

        assert [row["person"] for row in await list_rotas(house.database, house.clock.now())] == list(people)


@pytest.mark.parametrize(
    ("rota", "by", "error", "says"),
    [
        ({"role": "auditor"}, "you", InputInvalid, "no review asks"),
        ({"domain": "moon"}, "you", InputInvalid, "no review asks"),
        ({"people": ["jonas.weber"]}, "you", InputInvalid, "is not here, or no reviewer"),
        ({"people": ["nobody"]}, "you", NotAllowed, "nobody here is called"),
        ({"people": ["you"] * 101}, "you", InputInvalid, "100 places"),
        ({}, "sara.lind", NotAllowed, "may not do this"),
    ],
)
async def test_what_is_no_rota_is_refused(
    opened: Opened, rota: dict[str, Any], by: str, error: type[Exception], says: str
) -> None:
    """A rota is of a role a review can ask, of people who hold it, and set by who says who is here."""
    house, _ = opened
    fields: Any = {"role": "reviewer", "domain": "finance", "people": ["you"]} | rota
    turns = tuple(Turn(person=person) for person in fields.pop("people"))

    with pytest.raises(error, match=says):
        await set_rota(house.database, Rota(turns=turns, **fields), by, house.clock.now())

    assert await list_rotas(house.database, house.clock.now()) == []
