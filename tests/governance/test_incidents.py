import asyncio
from uuid import UUID

import pytest

from remit.clock import new_id
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.halts import lift, stop
from remit.governance.incident_review import write_review
from remit.governance.incidents import (
    QUESTIONS,
    Listed,
    Section,
    Writing,
    close_incident,
    find_incident,
    list_incidents,
    show_incident,
    write_section,
)
from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import answer_review, notify, rows_of, score, tell, work

PEOPLE_ASKED = [section for section in Section if section is not Section.FIX]


async def _open(house: House, scope: str = "worker:as-told", reason: str = "something is wrong") -> UUID:
    report = await stop(house.database, scope, reason, "you", house.clock.now())
    assert report.incident is not None
    return report.incident


async def _write(house: House, incident: UUID, section: Section, words: str = "said", *, owner: str = "") -> str:
    given = Writing(incident=incident, section=section, words=words, owner=owner, who="ken.ito")
    return await write_section(house.database, given, house.clock.now())


async def _stopped_and_lifted(house: House, scope: str) -> UUID:
    house.clock.advance(minutes=1)
    incident = await _open(house, scope)
    await lift(house.database, scope, "mended", "ken.ito", house.clock.now())
    return incident


async def _close(house: House, incident: UUID) -> None:
    await _write_all(house, incident)
    await close_incident(house.database, incident, "ken.ito", house.clock.now())


async def _write_all(house: House, incident: UUID) -> list[str]:
    states = [await _write(house, incident, section) for section in PEOPLE_ASKED]
    return [*states, await _write(house, incident, Section.FIX, "a limit", owner="ken.ito")]


async def test_a_halt_opens_one_incident(opened: tuple[House, Company]) -> None:
    """Each halt has its incident; two people who stop the same at once open one between them."""
    house, _ = opened

    await asyncio.gather(*(_open(house) for _ in range(4)), return_exceptions=True)
    await _open(house, "domain:finance")

    scopes = [row["scope"] for row in await list_incidents(house.database)]
    assert sorted(scopes) == ["domain:finance", "worker:as-told"]


async def test_what_is_not_closed_comes_first_the_worst_first(opened: tuple[House, Company]) -> None:
    """Among those not closed the reach counts, then the time; among the closed ones only the time."""
    house, _ = opened
    scopes = (
        "everything",
        "worker:asks-before",
        "connection:crm",
        "worker:as-told",
        "workflow:tests-of-the-gateway",
        "domain:finance",
    )
    found = {scope: await _stopped_and_lifted(house, scope) for scope in scopes}
    await _close(house, found["worker:asks-before"])
    await _close(house, found["everything"])

    rows = await list_incidents(house.database)
    reviewed = await list_incidents(house.database, state="closed")

    assert [row["scope"] for row in rows] == [
        *("domain:finance", "workflow:tests-of-the-gateway", "connection:crm", "worker:as-told"),
        *("worker:asks-before", "everything"),
    ]
    assert [row["scope"] for row in reviewed] == ["worker:asks-before", "everything"]
    assert [row["scope"] for row in await list_incidents(house.database, severity="medium")] == [
        *("workflow:tests-of-the-gateway", "connection:crm"),
    ]


async def test_pages_of_incidents_lose_nothing_that_is_closed_meanwhile(opened: tuple[House, Company]) -> None:
    """Every incident stands on some page, the one that ended a page closed before the next was asked for or not."""
    house, _ = opened
    scopes = ("worker:as-told", "domain:finance", "worker:asks-before", "worker:takes-over", "domain:revenue")
    every = [await _stopped_and_lifted(house, scope) for scope in scopes]
    await _close(house, every[0])

    seen: list[UUID] = []
    after = None
    while rows := await list_incidents(house.database, after=after, limit=2):
        seen += [row["id"] for row in rows]
        after = Listed(id=rows[-1]["id"], was_closed=rows[-1]["state"] == "closed")
        if len(seen) == 2:
            await _close(house, seen[-1])

    assert set(seen) == set(every)
    assert [one for one in every if seen.count(one) > 1] == [seen[1]]  # which moved to the closed ones meanwhile


async def test_the_owners_are_told(opened: tuple[House, Company]) -> None:
    """Both owners, the lead of the domain and whoever is on call hear of a halt and of its lift, once each."""
    house, _ = opened
    await _open(house, "worker:as-told", "it pays twice")
    await lift(house.database, "worker:as-told", "mended", "ken.ito", house.clock.now())

    rows = await rows_of(house, "SELECT kind, recipient, body FROM notice WHERE kind LIKE 'halt.%'")
    told = {(row["kind"], row["recipient"]) for row in rows}
    hearing = ["ken.ito", "sara.lind", "role:domain-lead@customer_experience", "role:on-call@customer_experience"]
    assert told == {(kind, recipient) for kind in ("halt.set", "halt.lifted") for recipient in hearing}
    assert {row["body"] for row in rows if row["kind"] == "halt.set"} == {"it pays twice"}


async def test_a_review_that_is_whole_counts_as_reviewed(opened: tuple[House, Company]) -> None:
    """Once every question is answered and a fix has its owner, the incident is reviewed; then it is closed."""
    house, _ = opened
    incident = await _open(house)

    states = await _write_all(house, incident)
    await lift(house.database, "worker:as-told", "mended", "ken.ito", house.clock.now())
    await close_incident(house.database, incident, "ken.ito", house.clock.now())

    assert states == ["open"] * 5 + ["reviewed"]
    assert (await show_incident(house.database, incident))["state"] == "closed"


async def test_an_incident_is_not_closed_too_early(opened: tuple[House, Company]) -> None:
    """A review with open questions, and a halt in force, each keep an incident open; a closed one stays as it is."""
    house, _ = opened
    incident = await _open(house)

    with pytest.raises(Conflict, match="impact, detection, cause, guardrails, learned, fix"):
        await close_incident(house.database, incident, "ken.ito", house.clock.now())
    await _write_all(house, incident)
    with pytest.raises(Conflict, match="still halted"):
        await close_incident(house.database, incident, "ken.ito", house.clock.now())
    await lift(house.database, "worker:as-told", "mended", "ken.ito", house.clock.now())
    await close_incident(house.database, incident, "ken.ito", house.clock.now())
    with pytest.raises(Conflict, match="closed"):
        await _write(house, incident, Section.CAUSE, "something else")
    with pytest.raises(Conflict, match="closed"):
        await close_incident(house.database, incident, "ken.ito", house.clock.now())


@pytest.mark.parametrize(
    ("section", "words", "owner"),
    [
        (Section.CAUSE, "", ""),
        (Section.CAUSE, "  ", ""),
        (Section.CAUSE, "x" * 20_001, ""),
        (Section.CAUSE, "a\x00b", ""),
        (Section.CAUSE, "said", "ken.ito"),
        (Section.FIX, "a limit", ""),
        (Section.FIX, "a limit", "nobody.here"),
        (Section.FIX, "a limit", "gone"),
        (Section.FIX, "a limit", "a\x00b"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    opened: tuple[House, Company], section: Section, words: str, owner: str
) -> None:
    """Nothing, too much, a letter nobody sees, and a fix without an owner who is here are refused, and not written."""
    house, _ = opened
    await save_person(house.database, Person(id="gone", name="Gone", is_active=False))
    incident = await _open(house)

    with pytest.raises(InputInvalid):
        await _write(house, incident, section, words, owner=owner)

    assert await rows_of(house, "SELECT name FROM incident_section") == []


async def test_not_everybody_writes(opened: tuple[House, Company]) -> None:
    """Who holds no role that reviews incidents writes nothing and closes nothing."""
    house, _ = opened
    incident = await _open(house)

    given = Writing(incident=incident, section=Section.CAUSE, words="said", who="jonas.weber")
    with pytest.raises(NotAllowed):
        await write_section(house.database, given, house.clock.now())
    with pytest.raises(NotAllowed):
        await close_incident(house.database, incident, "jonas.weber", house.clock.now())


async def test_what_is_not_there_is_said(opened: tuple[House, Company]) -> None:
    """An incident nobody opened is neither found, shown nor written."""
    house, _ = opened

    for asked in (
        show_incident(house.database, new_id()),
        write_review(house.database, new_id()),
        close_incident(house.database, new_id(), "ken.ito", house.clock.now()),
        find_incident(house.database, "abc"),
    ):
        with pytest.raises(NotFound):
            await asked


async def test_two_fixes_written_at_once_both_stand(opened: tuple[House, Company]) -> None:
    """Fixes are added one after the other, however many people write at the same moment."""
    house, _ = opened
    incident = await _open(house)

    await asyncio.gather(*(_write(house, incident, Section.FIX, f"fix {n}", owner="ken.ito") for n in range(8)))

    rows = await rows_of(house, "SELECT name, words FROM incident_section")
    assert len({row["words"] for row in rows}) == len({row["name"] for row in rows}) == 8


async def test_the_review_is_filled_from_the_ledger(opened: tuple[House, Company]) -> None:
    """What was triggered, decided, approved and done stands in the review; what only people know is asked."""
    house, _ = opened
    await tell(house, score(), number=1)
    run = await tell(house, notify(), number=2)
    await work(house)
    await answer_review(house, run)
    await work(house)
    incident = await _open(house)
    await _write(house, incident, Section.CAUSE, "the limit was too high\n# and this is no heading")

    review = await write_review(house.database, incident)

    assert "- test.as_told from test, about account:A-101" in review
    assert "- performed: `crm.set_health_score`" in review
    assert "- review: `crm.notify_owner`, by " in review
    assert "- you: approve, because" in review
    assert "**you stopped worker:as-told**" in review
    assert "> the limit was too high\n> \\# and this is no heading" in review
    assert QUESTIONS[Section.CAUSE] not in review
    assert QUESTIONS[Section.GUARDRAILS] in review


async def test_a_hostile_reason_stays_one_line(opened: tuple[House, Company]) -> None:
    """A reason that looks like a heading or a link is shown as the words it is."""
    house, _ = opened
    incident = await _open(house, reason="bad\n# Closed\n[click](https://evil.example) <b>")

    review = await write_review(house.database, incident)

    assert "\n# Closed" not in review
    assert "bad \\# Closed \\[click\\](https://evil.example) \\<b\\>" in review


async def test_a_house_where_nothing_happened_has_a_review(opened: tuple[House, Company]) -> None:
    """With nothing in the ledger the review says so, and invents nothing."""
    house, _ = opened
    incident = await _open(house, "worker:takes-over")

    review = await write_review(house.database, incident)

    assert review.count("The ledger has nothing of it") >= 4
