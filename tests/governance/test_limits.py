import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.charters.charter import Grant
from remit.errors import PolicyInvalid
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.store.database import Database
from tests.governance.policy_samples import charter, policy
from tests.houses import (
    act,
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    mail,
    opened_house,
    review_of,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    tell,
    told,
    work,
    work_at_once,
)

CONTACTS = "escalation_contacts: [sara.lind]\n"
CLEAR = "limit: 5000.00 EUR"


def clear(amount: object, currency: object = "EUR", invoice: str = "INV-1") -> dict[str, Any]:
    """Say that an invoice is to be cleared, which moves money."""
    return act("erp.clear_invoice", invoice=invoice, amount=amount, currency=currency)


def limited(folder: Path, text: str, **changes: str) -> Path:
    """Copy the sample worker with more words in its charter."""
    return copy_worker(folder, changes={CONTACTS: CONTACTS + text, **changes})


async def _invoices(house: House, count: int, currency: str = "EUR") -> None:
    for number in range(count):
        data = {"id": f"INV-{number}", "status": "recorded", "gross": 9000, "currency": currency}
        await house.database.execute("save_practice_record", "erp", "invoice", f"INV-{number}", data, house.clock.now())


async def _reason(house: House, run: UUID) -> str:
    return (await state_of(house, run))["reason"]


# ── the workflow ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_workers_of_a_process_share_its_budget(database: Database, tmp_path: Path) -> None:
    """Of 10 runs of two workers at once on a workflow's budget of 5 writes, exactly 5 take effect."""
    limited(tmp_path, "workflow_budget: {actions: 5}\n")
    other = tmp_path / "told_too"
    (tmp_path / "as_told").rename(other)
    charter = (other / "charter.yaml").read_text()
    (other / "charter.yaml").write_text(charter.replace("name: as-told", "name: told-too"))
    limited(tmp_path, "workflow_budget: {actions: 5}\n")
    async with opened_house(database, workers=tmp_path) as (house, company):
        for number in range(5):
            await tell_all(house, score(number), number=number)

        await work_at_once(house)

        rows = await rows_of(house, "SELECT worker, state FROM action")
        assert {row["worker"] for row in rows} == {"as-told", "told-too"}
        assert sorted(row["state"] for row in rows) == ["forbidden"] * 5 + ["performed"] * 5
        assert len(await company.effects()) == 5
        assert await rows_of(house, "SELECT worker, spent FROM budget") == [("workflow:tests-of-the-gateway", 5)]


async def tell_all(house: House, step: dict[str, Any], *, number: int) -> None:
    """Tell every worker that listens."""
    await receive(house.database, house.roster, told(step, number=number), house.clock.now())


async def test_two_processes_race_for_the_last_of_a_workflow(database: Database, tmp_path: Path) -> None:
    """Two houses on one database that want the last write of the workflow at once get it once."""
    workers = limited(tmp_path, "workflow_budget: {actions: 1}\n")
    async with opened_house(database, workers=workers) as (one, company):
        second = await Database.open(database.url)
        async with opened_house(second, workers=workers) as (other, _):
            runs = [await tell(one, score(number), number=number) for number in range(8)]

            await asyncio.gather(work_at_once(one), work_at_once(other))

            states = sorted([(await states_of(one, run))[-1] for run in runs])
            assert states == ["forbidden"] * 7 + ["performed"]
            assert len(await company.effects()) == 1
        await second.close()


async def test_owners_are_told_once_that_a_budget_is_used_up(database: Database, tmp_path: Path) -> None:
    """However often a budget is met, each owner is told once a day."""
    async with opened_house(database, workers=limited(tmp_path, "budget: {actions: 1}\n")) as (house, _):
        for number in range(4):
            await tell(house, score(), number=number)

        await work(house)

        rows = await rows_of(house, "SELECT recipient FROM notice WHERE kind = 'budget.reached' ORDER BY recipient")
        assert [row["recipient"] for row in rows] == ["ken.ito", "sara.lind"]


# ── money ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_money_a_day_of_an_operation_holds_under_concurrency(database: Database, tmp_path: Path) -> None:
    """Of 10 runs at once that each want 90.00 of 200.00 a day, two move money."""
    workers = limited(tmp_path, "", **{CLEAR: f"{CLEAR}, money_per_day: 200.00 EUR"})
    async with opened_house(database, workers=workers) as (house, company):
        await _invoices(house, 10)
        runs = [await tell(house, clear(9000, invoice=f"INV-{number}"), number=number) for number in range(10)]

        await work_at_once(house)
        for run in runs:
            if (await state_of(house, run))["state"] == "waiting":
                await answer_review(house, run)
        await work_at_once(house)

        assert await done_of(company) == ["erp.clear_invoice 1"] * 2
        assert await budgets_of(house) == {"money:erp.clear_invoice": (0, 18_000)}


@pytest.mark.parametrize("amount", [-1, True, 1.5, "9000", None, 2**63, [9000]])
async def test_no_odd_amount_dodges_a_cap(database: Database, tmp_path: Path, amount: object) -> None:
    """What is no amount of money, or below zero, moves nothing and counts nothing."""
    workers = limited(
        tmp_path, "budget: {money: 10.00 EUR}\n", **{CLEAR: "money_per_day: 10.00 EUR, because: it moves money}\n#"}
    )
    async with opened_house(database, workers=workers) as (house, company):
        await _invoices(house, 2)
        run = await tell(house, clear(amount))

        await work(house)

        assert (await states_of(house, run))[0] == "exception"
        assert await done_of(company) == []
        assert all(spent == (0, 0) for spent in (await budgets_of(house)).values())


async def test_another_currency_does_not_dodge_a_cap_of_its_operation(database: Database, tmp_path: Path) -> None:
    """Where an operation has its money a day, an amount in another currency is forbidden."""
    changes = {CLEAR: "money_per_day: 10.00 EUR"}
    async with opened_house(database, workers=limited(tmp_path, "", **changes)) as (house, company):
        await _invoices(house, 2, "USD")
        run = await tell(house, clear(9000, "USD"))

        await work(house)

        assert await states_of(house, run) == ["exception", "forbidden"]
        assert "an amount in EUR is needed" in await _reason(house, run)
        assert await done_of(company) == []


@pytest.mark.parametrize("budget", ["budget: {money: 1000.00 EUR}\n", "workflow_budget: {money: 1000.00 EUR}\n"])
async def test_money_a_budget_cannot_count_is_looked_at_by_finance(
    database: Database, tmp_path: Path, budget: str
) -> None:
    """An amount in another currency than the budget's waits for a finance reviewer, and is not silently uncounted."""
    changes = {f", {CLEAR}": ""}
    async with opened_house(database, workers=limited(tmp_path, budget, **changes)) as (house, company):
        await _invoices(house, 2, "USD")
        run = await tell(house, clear(9000, "USD"))

        await work(house)

        review = await review_of(house, run)
        assert "finance-reviewer" in review["roles"]
        assert await done_of(company) == []


async def test_at_midnight_a_new_day_begins(database: Database, tmp_path: Path) -> None:
    """A budget counts the UTC day: what was reserved before midnight settles on that day, and the next has its own."""
    async with opened_house(database, workers=limited(tmp_path, "budget: {actions: 1}\n")) as (house, company):
        now = house.clock.now()
        house.clock.advance(seconds=86_399 - (now.hour * 3600 + now.minute * 60 + now.second))
        await company.fail("crm", "set_health_score", "busy", times=3)
        early = await tell(house, score(1), number=1)
        await work(house)
        late = await tell(house, score(2), number=2)
        await work(house)
        house.clock.advance(seconds=5)
        await settle(house)
        third = await tell(house, score(3), number=3)
        await work(house)

        days = await rows_of(house, "SELECT day, reserved, spent FROM budget ORDER BY day")
        assert all(row["spent"] + row["reserved"] <= 1 for row in days)
        assert len(await company.effects()) <= len(days)
        assert {(await states_of(house, run))[-1] for run in (early, late, third)} <= {"performed", "forbidden"}


# ── blast radius ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_mail_leaves_only_to_whom_the_charter_names(database: Database, tmp_path: Path) -> None:
    """A recipient elsewhere is forbidden, whoever would approve it."""
    changes = {"operation: mail.send_message, stage": "operation: mail.send_message, recipients: [ok.com], stage"}
    async with opened_house(database, workers=limited(tmp_path, "", **changes)) as (house, company):
        run = await tell(house, mail())

        await work(house)

        assert await states_of(house, run) == ["exception", "forbidden"]
        assert "ann@example.com" in await _reason(house, run)
        assert await done_of(company) == []


async def test_an_edit_to_another_recipient_is_forbidden(database: Database, tmp_path: Path) -> None:
    """A reviewer cannot edit a recipient in whom the charter does not name."""
    changes = {"operation: mail.send_message, stage": "operation: mail.send_message, recipients: [example.com], stage"}
    async with opened_house(database, workers=limited(tmp_path, "", **changes)) as (house, company):
        run = await tell(house, mail())
        await work(house)
        edited = {"to": "b@evil.com", "subject": "Hello", "text": "Hello"}
        await answer_review(house, run, arguments=edited)

        await work(house)

        assert await states_of(house, run) == ["exception", "forbidden"]
        assert await done_of(company) == []


async def test_a_run_changes_only_so_many_things(database: Database, tmp_path: Path) -> None:
    """The third account changed by a run with a limit of two is forbidden; the same one again, otherwise, is not."""
    workers = limited(tmp_path, "limits: {records_per_run: 2}\n")
    async with opened_house(database, workers=workers) as (house, company):
        steps = [score(1, "A-101"), score(1, "A-102"), score(2, "A-101"), score(1, "A-103")]
        run = await tell(house, *steps)
        another = await tell(house, score(4), number=2)

        await work(house)

        assert await states_of(house, run) == ["exception", "performed", "performed", "performed", "forbidden"]
        assert "records_per_run (3 of 2)" in await _reason(house, run)
        assert await states_of(house, another) == ["done", "performed"]
        assert len(await company.effects()) == 4


async def test_a_worker_writes_only_so_often_a_minute(database: Database, tmp_path: Path) -> None:
    """Writes above the minute's count wait for their turn, in the order they came, and all are done in the end."""
    workers = limited(tmp_path, "limits: {writes_per_minute: 2}\n")
    async with opened_house(database, workers=workers) as (house, company):
        began = house.clock.now()
        runs = [await tell(house, score(number), number=number) for number in range(4)]
        await work_at_once(house)
        at_once = len(await company.effects())

        await settle(house)

        assert at_once == 1
        assert [await states_of(house, run) for run in runs] == [["done", "performed"]] * 4
        assert (house.clock.now() - began).total_seconds() >= 89


@pytest.mark.parametrize(
    ("cap", "says"),
    [
        ({"recipients": ("ok.com",)}, "sends nothing anywhere"),
        ({"money_per_day": 1, "day_currency": "EUR"}, "no money"),
    ],
)
def test_a_cap_that_could_never_hold_is_refused(cap: dict[str, Any], says: str) -> None:
    """Recipients of what goes nowhere, and money of what moves none, are mistakes and no limits."""
    given = charter(grants=(Grant(operation="erp.write_note", **cap),))

    with pytest.raises(PolicyInvalid, match=says):
        policy(given)
