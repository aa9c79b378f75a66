from collections import Counter
from datetime import date, timedelta
from typing import Any

from remit.clock import Clock
from remit.governance.roles import Person, list_people, person, save_person
from remit.intelligence.documents.identifiers import fault_of_iban, fault_of_vat_id
from remit.practice.company import Company
from remit.practice.people import PEOPLE
from remit.practice.seed import founding_day, history, seed
from remit.store.database import Database

DAY = date(2026, 3, 4)


def find(kind: str) -> dict[str, dict[str, Any]]:
    """Find the seeded records of a kind."""
    return {record.id: record.data for record in history(7, DAY) if record.kind == kind}


def test_the_same_seed_is_the_same_company() -> None:
    """The same seed and day give the same records, another seed others, and no id twice."""
    assert history(7, DAY) == history(7, DAY)
    assert history(7, DAY) != history(8, DAY)
    assert max(Counter((one.system, one.kind, one.id) for one in history(7, DAY)).values()) == 1


async def test_filling_twice_changes_nothing(database: Database) -> None:
    """A company filled again, weeks later, is the company it was, and what was done meanwhile stays done."""
    await seed(database)
    founded = await founding_day(database)
    left = Person(id="tom.becker", name="Tom Becker", is_active=False)
    await save_person(database, left)
    await database.execute(
        "save_practice_record", "crm", "account", "A-101", {"id": "A-101", "health_score": 1}, Clock().now()
    )
    before = await database.fetch("find_practice_records", "crm", "account", {}, 100)

    await seed(database, clock=Clock(ahead=timedelta(days=20)))

    assert await database.fetch("find_practice_records", "crm", "account", {}, 100) == before
    assert await founding_day(database) == founded
    assert await person(database, "tom.becker") == left


async def test_an_empty_house_was_never_founded(database: Database) -> None:
    """Before it is filled the company has no founding day."""
    assert await founding_day(database) is None


async def test_everybody_is_there(company: Company, database: Database) -> None:
    """The people of the company are known, each role a rule or seat asks for is held, and `you` holds them all."""
    known = {one.id: one for one in await list_people(database)}

    assert known.keys() == {one.id for one in PEOPLE}
    assert len({one.id for one in PEOPLE}) == len(PEOPLE)
    asked = {role.partition("@")[0] for one in PEOPLE for role in one.roles} - {"auditor"}
    others = {role.partition("@")[0] for one in known.values() if one.id != "you" for role in one.roles}
    assert asked <= set(known["you"].roles)
    assert asked - {"administrator"} <= others


def test_revenue_is_messy() -> None:
    """There are clean and stale opportunities, missing fields, duplicate contacts and unusual histories."""
    opportunities, contacts = find("opportunity").values(), find("contact").values()

    idle = [(DAY - date.fromisoformat(str(one["last_activity_on"]))).days for one in opportunities]
    assert min(idle) >= 1
    assert sum(days > 30 for days in idle) >= 3
    for field in ("amount", "next_step", "decision_maker", "close_on", "owner"):
        assert any(one[field] is None for one in opportunities), field
    assert max(Counter(str(one["mail"]).lower() for one in contacts if one["mail"]).values()) >= 2
    assert any("lost" in str(one["stages"]) and one["stage"] != "lost" for one in opportunities)
    assert {one["tier"] for one in find("account").values()} >= {"platinum", "gold", "silver", "bronze", None}


def test_usage_falls_stops_and_never_began() -> None:
    """Known accounts lose more than 40 percent, one exactly 40; weeks are missing, and some never used it."""
    usage = find("usage")

    def drop(account: str) -> float:
        users: list[int] = [week["active_users"] for week in usage[account]["weeks"]]
        return 100 * (1 - users[-1] / (sum(users[-5:-1]) / 4))

    assert drop("A-101") > 40
    assert drop("A-102") > 40
    assert abs(drop("A-111") - 40) < 1e-9
    assert [len(usage[account]["weeks"]) for account in ("A-101", "A-103", "A-117")] == [16, 15, 14]
    assert {week["active_users"] for week in usage["A-104"]["weeks"]} == {0}
    assert "A-110" not in usage


def test_finance_is_messy() -> None:
    """Vendors have valid ids; one is blocked, one moved its account, two are one; orders come in parts."""
    vendors, invoices = find("vendor"), find("invoice").values()

    assert len(vendors) == 25
    assert not [
        one for one in vendors.values() if fault_of_iban(str(one["iban"])) or fault_of_vat_id(str(one["vat_id"]))
    ]
    assert [one["id"] for one in vendors.values() if one["status"] == "blocked"] == ["V-1019"]
    assert [one["id"] for one in vendors.values() if one["bank_changed_on"]] == ["V-1020"]
    assert vendors["V-1021"]["vat_id"] == vendors["V-1022"]["vat_id"]
    assert len(find("order")) == 60
    assert max(Counter(one["order"] for one in find("receipt").values()).values()) == 2
    assert max(Counter(one["order"] for one in invoices).values()) == 2
    assert {len(str(one["number_key"])) for one in invoices} == {9}


async def test_the_company_answers(company: Company) -> None:
    """What was filled in can be read through every system."""
    assert len(await company.connectors["crm"].read("crm.find_accounts", {})) == 40
    assert len(await company.connectors["product"].read("product.list_usage", {})) == 39
    assert len(await company.connectors["desk"].read("desk.list_satisfaction", {"account": "A-112"})) >= 2
    assert len(await company.connectors["crm"].read("crm.list_opportunities", {"stage": "won"})) >= 1
    assert (
        len((await company.connectors["product"].read("product.get_usage", {"account": "A-101", "weeks": 5}))["weeks"])
        == 5
    )
