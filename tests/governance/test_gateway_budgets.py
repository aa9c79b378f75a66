from pathlib import Path

from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    notify,
    opened_house,
    score,
    state_of,
    states_of,
    tell,
    work,
    work_at_once,
)

BUDGET = "escalation_contacts: [sara.lind]\n"


def clear(amount: object, currency: object = "EUR", invoice: str = "INV-1") -> dict[str, object]:
    """Say that an invoice is to be cleared, which moves money."""
    return act("erp.clear_invoice", invoice=invoice, amount=amount, currency=currency)


async def _invoice(house: House, invoice: str) -> None:
    """Let the ERP hold an invoice that can be cleared."""
    data = {"id": invoice, "status": "recorded", "gross": 9000, "currency": "EUR"}
    await house.database.execute("save_practice_record", "erp", "invoice", invoice, data, house.clock.now())


async def test_a_budget_of_actions_holds_under_concurrency(database: Database, tmp_path: Path) -> None:
    """Of 20 runs at once on a budget of 5 actions, exactly 5 take effect, and nothing stays reserved."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {actions: 5}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        runs = [await tell(house, score(), number=number) for number in range(20)]

        await work_at_once(house)

        states = [(await states_of(house, run))[-1] for run in runs]
        assert sorted(states) == ["forbidden"] * 15 + ["performed"] * 5
        assert len(await company.effects()) == 5
        assert await budgets_of(house) == {"actions": (0, 5)}


async def test_a_daily_count_holds_under_concurrency(opened: tuple[House, Company]) -> None:
    """Of 20 runs at once on five times a day, exactly 5 take effect, and the next day there are five again."""
    house, company = opened
    log = act("crm.log_activity", account="A-101", kind="call", summary="called")
    runs = [await tell(house, log, number=number) for number in range(20)]

    await work_at_once(house)
    today = sorted([(await states_of(house, run))[-1] for run in runs])
    house.clock.advance(days=1)
    tomorrow = await tell(house, log, number="tomorrow")
    await work(house)

    assert today == ["forbidden"] * 15 + ["performed"] * 5
    assert await states_of(house, tomorrow) == ["done", "performed"]
    assert await budgets_of(house) == {"operation:crm.log_activity": (0, 6)}
    assert len(await company.effects()) == 6


async def test_several_budgets_of_one_action_do_not_wait_in_a_circle(database: Database, tmp_path: Path) -> None:
    """Runs that reserve and settle several budgets at once all come to an end, and the sums are right."""
    changes = {BUDGET: BUDGET + "budget: {actions: 100}\n", "per_day: 5": "per_day: 100"}
    async with opened_house(database, workers=copy_worker(tmp_path, changes=changes)) as (house, company):
        steps = [act("crm.log_activity", account="A-101", kind="call", summary="called")] * 4
        runs = [await tell(house, *steps, number=number) for number in range(20)]

        await work_at_once(house)

        assert [await states_of(house, run) for run in runs] == [["done", *["performed"] * 4]] * 20
        assert await budgets_of(house) == {"actions": (0, 80), "operation:crm.log_activity": (0, 80)}
        assert len(await company.effects()) == 80


async def test_a_budget_of_money_holds_under_concurrency(database: Database, tmp_path: Path) -> None:
    """Of 10 runs at once that each want 90.00 of 200.00, exactly two move money."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {money: 200.00 EUR}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        for number in range(10):
            await _invoice(house, f"INV-{number}")
        runs = [await tell(house, clear(9000, invoice=f"INV-{number}"), number=number) for number in range(10)]

        await work_at_once(house)
        for run in runs:
            if (await state_of(house, run))["state"] == "waiting":
                await answer_review(house, run)
        await work_at_once(house)

        states = [(await states_of(house, run))[-1] for run in runs]
        assert sorted(states) == ["forbidden"] * 8 + ["performed"] * 2
        assert await budgets_of(house) == {"money": (0, 18_000)}
        assert await done_of(company) == ["erp.clear_invoice 1"] * 2


async def test_a_refusal_gives_back_what_was_reserved(database: Database, tmp_path: Path) -> None:
    """A write the system refused uses up nothing, so that the next one has its place."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {actions: 1}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        await tell(house, score(101), number=1)
        await work(house)

        run = await tell(house, score(), number=2)
        await work(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await budgets_of(house) == {"actions": (0, 1)}
        assert await done_of(company) == ["crm.set_health_score 1"]


async def test_what_waits_for_a_review_reserves_nothing(database: Database, tmp_path: Path) -> None:
    """Reviews nobody answers do not use the budget up; it is looked at again when one is approved."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {actions: 1}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        asked = await tell(house, notify(), number=1)
        await work(house)
        await tell(house, score(), number=2)
        await work(house)

        await answer_review(house, asked)
        await work(house)

        assert await states_of(house, asked) == ["exception", "forbidden"]
        assert "budget" in (await state_of(house, asked))["reason"]
        assert await done_of(company) == ["crm.set_health_score 1"]
        assert await budgets_of(house) == {"actions": (0, 1)}
