"""Who answers for an action type: attacked with people who leave, who move, and who were never there."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.charters.charter import Domain, Informed, Looped, Seats
from remit.governance.raci import SEATS, told_of, vacant
from remit.governance.roles import Person, record_person
from remit.ledger.read import Search, find_entries
from remit.store.database import Database
from remit.web.seats import list_answering
from tests.houses import copy_worker, opened_house, rows_of, score, states_of, tell, work

HERE = {"ann": ("business-owner",), "ben": ("technical-owner@finance",), "cyd": ("risk-owner",)}


def seats(**others: Any) -> Seats:
    """Name three people, or others."""
    fields: Any = {"accountable": "ann", "system_owner": "ben", "risk_owner": "cyd", **others}
    return Seats(**fields)


@pytest.mark.parametrize(
    ("named", "domain", "expected"),
    [
        (seats(), Domain.FINANCE, ()),
        (seats(), Domain.SECURITY, ("system owner",)),
        (seats(accountable=""), Domain.FINANCE, ("accountable",)),
        (seats(accountable="dan"), Domain.FINANCE, ("accountable",)),
        (seats(risk_owner="ann"), Domain.FINANCE, ("risk owner",)),
        (seats(domain=Domain.FINANCE), Domain.CUSTOMER_EXPERIENCE, ()),
        (seats(domain=Domain.SECURITY), Domain.CUSTOMER_EXPERIENCE, ("system owner",)),
    ],
    ids=[
        *("all held", "held in another domain only", "nobody named", "nobody here", "here in another role"),
        *("held where the action belongs", "held in a third domain"),
    ],
)
def test_a_seat_is_held_by_who_is_here_with_its_role(named: Seats, domain: Domain, expected: tuple[str, ...]) -> None:
    """A seat is vacant when nobody is named, or who is named is not here, or lacks the role in that domain."""
    assert vacant(named, HERE, domain) == expected


def test_each_event_has_its_own_people() -> None:
    """Who is consulted hears when a review opens; who is informed hears only of what was asked for."""
    looped = Seats(
        accountable="a",
        system_owner="b",
        risk_owner="c",
        consulted=("dan",),
        informed=(Informed(on=Looped.FAILED, people=("eve", "ann")),),
    )

    told = {event.value: told_of(looped, event) for event in Looped}

    assert told == {"reviewed": ("dan",), "performed": (), "failed": ("ann", "eve"), "forbidden": (), "doubted": ()}


@pytest.mark.parametrize("roles", [(), ("reviewer", "account-owner")], ids=["left", "moved"])
async def test_a_seat_that_falls_vacant_stops_its_actions_at_once(database: Database, roles: tuple[str, ...]) -> None:
    """When a seat holder leaves or loses the role, the next action is not performed, says why, and the lead hears."""
    async with opened_house(database) as (house, company):
        who = Person(id="sara.lind", name="Sara Lind", roles=roles, is_active=bool(roles))
        await record_person(database, who, by="you", now=house.clock.now())

        run = await tell(house, score())
        await work(house)

        assert (await states_of(house, run))[1] == "forbidden"
        assert await company.effects() == []
        [action] = await rows_of(house, "SELECT reason FROM action")
        assert "Vacant: accountable." in action["reason"]
        [notice] = await rows_of(house, "SELECT * FROM notice WHERE kind = 'seat.vacated'")
        assert notice["recipient"] == "role:domain-lead@customer_experience"
        assert "accountable: `sara.lind`" in notice["body"]


async def test_an_action_across_domains_is_held_where_it_belongs(database: Database, tmp_path: Path) -> None:
    """A support worker's action that belongs to finance takes finance's people; when one leaves, both leads hear."""
    named = "accountable: sara.lind, system_owner: ken.ito, risk_owner: fay.owen, domain: finance"
    grant = "{operation: crm.set_health_score, "
    folder = copy_worker(tmp_path, changes={grant: f"{grant}seats: {{{named}}}, "})
    async with opened_house(database, workers=folder) as (house, company):
        fay = Person(id="fay.owen", name="Fay Owen", roles=("risk-owner@finance",))
        await record_person(database, fay, by="you", now=house.clock.now())
        held = await tell(house, score(), number=1)
        await work(house)
        await record_person(database, replace(fay, is_active=False), by="you", now=house.clock.now())
        stopped = await tell(house, score(), number=2)
        await work(house)

        assert [(await states_of(house, run))[1] for run in (held, stopped)] == ["performed", "forbidden"]
        assert len(await company.effects()) == 1
        told = await rows_of(house, "SELECT recipient FROM notice WHERE kind = 'seat.vacated' ORDER BY recipient")
        assert [each["recipient"] for each in told] == [
            "role:domain-lead@customer_experience",
            "role:domain-lead@finance",
        ]


async def test_a_lead_hears_once_a_day_of_the_same_seat(database: Database) -> None:
    """Ten actions that meet the same vacant seat tell its domain lead once."""
    async with opened_house(database) as (house, _):
        gone = Person(id="ken.ito", name="Ken Ito", roles=("technical-owner",), is_active=False)
        await record_person(database, gone, by="you", now=house.clock.now())

        for number in range(10):
            await tell(house, score(), number=number)
        await work(house)

        assert len(await rows_of(house, "SELECT FROM notice WHERE kind = 'seat.vacated'")) == 1


async def test_who_is_looped_in_hears_and_stands_in_the_entry(database: Database, tmp_path: Path) -> None:
    """The informed person gets a notice when it took effect, and the ledger entry says who was told."""
    informed = "informed: {performed: [tom.becker]}"
    folder = copy_worker(tmp_path, changes={"risk_owner: ruth.adler}": f"risk_owner: ruth.adler, {informed}}}"})
    async with opened_house(database, workers=folder) as (house, _):
        run = await tell(house, score())
        await work(house)

        [notice] = await rows_of(house, "SELECT recipient, link FROM notice WHERE kind = 'action.performed'")
        assert tuple(notice) == ("tom.becker", f"/runs/{run}")
        [entry] = await find_entries(house.database, Search(run=run, kind="action.performed"))
        assert entry.body["told"] == ["tom.becker"]


async def test_one_question_answers_who_holds_each_seat(database: Database) -> None:
    """For every action of every worker there is exactly one person in each of the three seats, and what is vacant."""
    async with opened_house(database) as (house, _):
        found = await list_answering(house.database)

        assert {one.worker for one in found} == {"as-told", "asks-before", "double-write", "takes-over"}
        assert all(list(one.holders) == list(SEATS) and all(one.holders.values()) for one in found)
        assert {one.vacant for one in found} == {()}
