"""Bypasses: two people let one review rule rest, and nothing else."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, NotAllowed
from remit.governance.bypasses import (
    end_bypass,
    end_due_bypasses,
    grant_bypass,
    list_bypasses,
)
from remit.governance.halts import stop
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.runtime.house import House
from remit.store.database import Database
from tests.governance.resting import ask_to_rest
from tests.houses import (
    TAG,
    Opened,
    act,
    answer_review,
    copy_worker,
    done_of,
    mail,
    notify,
    opened_house,
    ran,
    review_of,
    rows_of,
    state_of,
    states_of,
    work,
)


async def _in_force(house: House, **asked: Any) -> UUID:
    number = await ask_to_rest(house, **asked)
    await grant_bypass(house.database, number, "ruth.adler", house.clock.now())
    return number


async def test_under_a_bypass_nobody_is_asked_and_the_decision_says_so(opened: Opened) -> None:
    """The action takes effect at once; its decision and its entry name the bypass and both people."""
    house, company = opened
    number = await _in_force(house)

    run = await ran(house, notify())

    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]
    [entry] = await find_entries(house.database, Search(run=run, kind="action.decided"))
    decision = entry.body["decision"]
    assert decision["rules"] == ["stage-assistive"]
    assert f"by `{number}`, asked by sara.lind and granted by ruth.adler" in decision["reasons"][0]
    assert list(decision["asked"]["bypassed"]) == ["stage-assistive"]


async def test_a_bypass_nobody_granted_is_none(opened: Opened) -> None:
    """Asking alone lets nothing rest."""
    house, company = opened
    await ask_to_rest(house)

    run = await ran(house, notify())

    assert (await state_of(house, run))["waits_for"] == "review"
    assert await done_of(company) == []


async def test_the_second_person_is_another_and_may(opened: Opened) -> None:
    """Neither who asked can grant it, nor somebody without the permission there; and who granted it cannot again."""
    house, _ = opened
    number = await ask_to_rest(house)

    for person in ("sara.lind", "nina.kowalski", "maria.rossi", "nobody"):
        with pytest.raises(NotAllowed):
            await grant_bypass(house.database, number, person, house.clock.now())
    await grant_bypass(house.database, number, "ruth.adler", house.clock.now())
    with pytest.raises(Conflict, match="has granted this bypass already"):
        await grant_bypass(house.database, number, "you", house.clock.now())

    [row] = await list_bypasses(house.database, house.clock.now())
    assert row["granted_by"] == "ruth.adler"


async def test_what_somebody_asked_who_has_left_is_not_granted(opened: Opened) -> None:
    """When who asked may not any more, the second person would decide alone: it is refused."""
    house, _ = opened
    number = await ask_to_rest(house)
    await save_person(house.database, Person(id="sara.lind", name="Sara", is_active=False))

    with pytest.raises(NotAllowed, match="has left"):
        await grant_bypass(house.database, number, "ruth.adler", house.clock.now())

    assert (await list_bypasses(house.database, house.clock.now()))[0]["granted_by"] is None


async def test_two_grants_at_once_are_one(opened: Opened) -> None:
    """When two grant it at the same moment, one does, and one entry says so."""
    house, _ = opened
    number = await ask_to_rest(house)

    said = await asyncio.gather(
        *(grant_bypass(house.database, number, person, house.clock.now()) for person in ("ruth.adler", "you") * 5),
        return_exceptions=True,
    )

    assert Counter(type(one).__name__ for one in said) == {"NoneType": 1, "Conflict": 9}
    assert len(await find_entries(house.database, Search(kind="bypass.granted"))) == 1


async def test_a_bypass_is_over_at_its_time_whoever_is_awake(opened: Opened) -> None:
    """After its time it counts no more, also when nothing has noted its end; the end is noted once."""
    house, _ = opened
    await _in_force(house)
    house.clock.advance(hours=1)

    run = await ran(house, notify())
    ended = [await end_due_bypasses(house.database, house.clock.now()) for _ in range(2)]

    assert (await state_of(house, run))["waits_for"] == "review"
    assert ended == [1, 0]
    assert [entry.kind for entry in await find_entries(house.database, Search(kind="bypass.ended"))] == ["bypass.ended"]


async def test_a_bypass_can_be_ended_before(opened: Opened) -> None:
    """Who may grant one may end one; from then on people are asked, and it cannot be granted again."""
    house, _ = opened
    number = await _in_force(house)

    with pytest.raises(NotAllowed):
        await end_bypass(house.database, number, "nina.kowalski", house.clock.now())
    await end_bypass(house.database, number, "ruth.adler", house.clock.now())
    with pytest.raises(Conflict, match="is over"):
        await end_bypass(house.database, number, "ruth.adler", house.clock.now())
    run = await ran(house, notify())

    assert (await state_of(house, run))["waits_for"] == "review"


async def test_only_the_rule_named_rests(database: Database, tmp_path: Path) -> None:
    """Where another rule asks as well, its people are asked still, and only they."""
    workers = copy_worker(tmp_path, changes={"desk.tag_ticket, stage: high_trust": "desk.tag_ticket, stage: assistive"})
    async with opened_house(database, workers=workers) as (house, _):
        before = await ran(house, TAG, number=1)
        await _in_force(house, worker="as-told", rule="review:three-people")

        run = await ran(house, TAG, number=2)

        asked, now = [await review_of(house, each) for each in (before, run)]
        assert (asked["roles"], asked["approvals"]) == (["risk-owner", "support-reviewer"], 3)
        assert (now["roles"], now["approvals"]) == (["reviewer"], 1)
        await answer_review(house, run)
        await work(house)
        assert (await states_of(house, run))[-1] == "failed"  # it was asked for: there is no such ticket


async def test_what_always_holds_does_not_rest(database: Database, tmp_path: Path) -> None:
    """A bypass of everything one operation is asked for leaves the origin of the data, which holds in every house."""
    workers = copy_worker(tmp_path, changes={", own: [steps]": ""})
    async with opened_house(database, workers=workers) as (house, company):
        await _in_force(house, worker="as-told", operation="mail.send_message")

        run = await ran(house, mail())

        assert (await review_of(house, run))["packet"]["rules"] == ["origin-unproven"]
        assert await done_of(company) == []


async def test_all_that_one_operation_is_asked_for_can_rest(opened: Opened) -> None:
    """Without a rule, whatever asks people about one operation of one worker rests."""
    house, company = opened
    await _in_force(house, worker="as-told", operation="mail.send_message")

    run = await ran(house, mail())

    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["mail.send_message 1"]


async def test_a_forbid_does_not_rest(opened: Opened) -> None:
    """Neither a prohibition, nor a vacant seat, nor a halt is lifted by a bypass of everything."""
    house, company = opened
    await _in_force(house, worker="as-told", operation="crm.notify_owner")
    await _in_force(house, worker="as-told", operation="crm.update_opportunity")

    prohibited = await ran(house, act("crm.update_opportunity", opportunity="O-1"), number=1)
    await stop(house.database, "worker:as-told", "to see", "you", house.clock.now())
    halted = await ran(house, notify(), number=2)
    await save_person(house.database, Person(id="ken.ito", name="Ken", is_active=False))
    vacant = await ran(house, notify(), number=3)

    assert (await states_of(house, prohibited))[-1] == "forbidden"
    assert [(await state_of(house, run))["waits_for"] for run in (halted, vacant)] == ["halt", "halt"]
    assert await done_of(company) == []


async def test_a_vacant_seat_forbids_under_a_bypass(opened: Opened) -> None:
    """Nobody is bypassed who answers for the action."""
    house, company = opened
    await _in_force(house)
    await save_person(house.database, Person(id="ken.ito", name="Ken", is_active=False))

    run = await ran(house, notify())

    assert (await states_of(house, run))[-1] == "forbidden"
    assert await done_of(company) == []


@pytest.mark.parametrize("person", ["sara.lind", "ruth.adler"])
async def test_the_two_people_cannot_use_it_themselves(opened: Opened, person: str) -> None:
    """A run that one of the two began is reviewed as ever."""
    house, company = opened
    await _in_force(house)

    own = await ran(house, notify(), number=1, requested_by=person)
    other = await ran(house, notify(), number=2, requested_by="nina.kowalski")

    assert [(await state_of(house, run))["state"] for run in (own, other)] == ["waiting", "done"]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_another_domain_worker_or_operation_is_not_covered(opened: Opened) -> None:
    """A bypass holds where it was asked for and nowhere else."""
    house, company = opened
    fin = Person(id="fin", name="Fin", roles=("domain-lead@finance", "risk-owner@finance"))
    await save_person(house.database, fin)
    await _in_force(house, domain="finance", by="fin")
    await _in_force(house, worker="as-told", operation="mail.send_message")
    await _in_force(house, worker="asks-before", operation="crm.notify_owner")

    run = await ran(house, notify())

    assert (await state_of(house, run))["waits_for"] == "review"
    assert await done_of(company) == []


async def test_risk_owners_and_auditors_are_told(opened: Opened) -> None:
    """Each bypass in force is told to the risk owners and auditors, when it begins and when it is over."""
    house, _ = opened
    await _in_force(house)
    house.clock.advance(hours=2)
    await end_due_bypasses(house.database, house.clock.now())

    rows = await rows_of(
        house, "SELECT kind, recipient FROM notice WHERE kind LIKE 'bypass.%' ORDER BY kind, recipient"
    )

    watchers = [f"role:{role}@customer_experience" for role in ("auditor", "risk-owner")]
    told = [(f"bypass.{kind}", who) for kind in ("ended", "granted") for who in watchers]
    assert [(row["kind"], row["recipient"]) for row in rows if row["kind"] != "bypass.asked"] == told
    assert {"role:domain-lead@customer_experience", watchers[1]} == {
        row["recipient"] for row in rows if row["kind"] == "bypass.asked"
    }
