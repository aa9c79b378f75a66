from pathlib import Path

import pytest

from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    kinds_of,
    notify,
    opened_house,
    review_of,
    score,
    send,
    settle,
    state_of,
    states_of,
    tell,
    told,
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


# ── permit, review, forbid ─────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_permitted_is_done_and_recorded(opened: tuple[House, Company]) -> None:
    """A permitted write takes effect once, between the entry of its decision and that of its outcome."""
    house, company = opened
    run = await tell(house, score())

    await work(house)

    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]
    assert await kinds_of(house, run) == ["signal.received", "action.decided", "action.performed", "run.settled"]


async def test_what_a_person_is_asked_first_is_not_done_before(opened: tuple[House, Company]) -> None:
    """A write under review changes nothing until somebody approves it."""
    house, company = opened
    run = await tell(house, notify())

    await settle(house)
    before = await done_of(company)
    waiting = await state_of(house, run)
    await answer_review(house, run)
    await settle(house)

    assert before == []
    assert (waiting["state"], waiting["waits_for"]) == ("waiting", "review")
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (act("desk.reply_ticket", ticket="T-1", text="x"), "No grant covers `desk.reply_ticket`"),
        (act("crm.update_opportunity", opportunity="O-1", changes={}, reason="x"), "`crm.update_opportunity`"),
        (act("crm.get_account", account="A-101"), "No grant covers `crm.get_account`"),
        (act("crm.set_helth_score", account="A-101"), "The nearest operation granted is `crm.set_health_score`"),
        (act("", account="A-101"), "No grant covers ``"),
        (act("tasks." + "x" * 5000), "No grant covers"),
    ],
)
async def test_what_is_not_granted_is_forbidden(
    opened: tuple[House, Company], step: dict[str, object], says: str
) -> None:
    """What is not granted, prohibited, only reads or is unknown is forbidden, and the ledger says so."""
    house, company = opened
    run = await tell(house, step)

    await settle(house)

    row = await state_of(house, run)
    assert await states_of(house, run) == ["exception", "forbidden"]
    assert says in row["reason"]
    assert await done_of(company) == []
    assert await kinds_of(house, run) == ["signal.received", "action.decided", "run.settled"]


async def test_a_playbook_may_go_on_after_a_refusal(opened: tuple[House, Company]) -> None:
    """A playbook that says so goes on after a write that was forbidden."""
    house, company = opened
    run = await tell(house, act("desk.reply_ticket", may_be_refused=True, ticket="T-1", text="x"), score())

    await settle(house)

    assert await states_of(house, run) == ["done", "forbidden", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_system_that_says_no_ends_the_action_as_failed(opened: tuple[House, Company]) -> None:
    """When a system refuses, nothing happened, and its words are the reason."""
    house, company = opened
    run = await tell(house, score(101))

    await settle(house)

    row = await state_of(house, run)
    assert await states_of(house, run) == ["exception", "failed"]
    assert "a health score is 0 to 100, not 101" in row["reason"]
    assert await done_of(company) == []


# ── limits and money ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "step",
    [
        clear(500_001),
        clear(-1),
        clear(100, "USD"),
        clear(100, ""),
        clear(100, None),
        clear(100, 7),
        clear(99.5),
        clear("100"),
        clear(True),  # what a playbook might hand over for an amount
        clear(None),
        clear([1]),
        clear(2**63),
        clear(10**18),
    ],
)
async def test_an_amount_that_cannot_be_held_against_its_limit_is_forbidden(
    opened: tuple[House, Company], step: dict[str, object]
) -> None:
    """Above the limit, in another currency, negative or no amount at all: nothing happens, and the run says why."""
    house, company = opened
    run = await tell(house, step)

    await settle(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert await done_of(company) == []


async def test_an_edit_above_the_limit_is_forbidden(opened: tuple[House, Company]) -> None:
    """What a reviewer edits is decided anew: nobody approves past the limit."""
    house, company = opened
    run = await tell(house, clear(20_000))
    await settle(house)

    await answer_review(house, run, arguments={"invoice": "INV-1", "amount": 500_001, "currency": "EUR"})
    await settle(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert "moves at most 5,000.00 EUR" in (await state_of(house, run))["reason"]
    assert await done_of(company) == []


@pytest.mark.parametrize("amount", ["20000", -1, None, 1.5, [], {}])
async def test_an_edit_that_is_no_amount_is_forbidden(opened: tuple[House, Company], amount: object) -> None:
    """An edit that leaves no amount behind is forbidden like a proposal without one."""
    house, company = opened
    run = await tell(house, clear(20_000))
    await settle(house)

    await answer_review(house, run, arguments={"invoice": "INV-1", "amount": amount, "currency": "EUR"})
    await settle(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert await done_of(company) == []


async def test_what_a_reviewer_edited_is_what_is_performed(opened: tuple[House, Company]) -> None:
    """The arguments performed are the edited ones, and the receipt and the ledger say so."""
    house, company = opened
    run = await tell(house, notify("usage is down"))
    await settle(house)

    await answer_review(house, run, arguments={"account": "A-101", "message": "please call them"})
    await settle(house)

    [effect] = await company.effects()
    [action] = (await state_of(house, run))["actions"]
    assert effect.arguments == action["arguments"] == {"account": "A-101", "message": "please call them"}
    assert await states_of(house, run) == ["done", "performed"]


# ── budgets ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── who answers for it ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_done_while_a_seat_is_vacant(opened: tuple[House, Company]) -> None:
    """When the risk owner has left, the action is not performed."""
    house, company = opened
    await save_person(house.database, Person(id="ruth.adler", name="Ruth", roles=("risk-owner",), is_active=False))
    run = await tell(house, score())

    await work(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert "seats" in (await state_of(house, run))["reason"]
    assert await done_of(company) == []


async def test_a_seat_that_falls_vacant_during_a_review_counts(opened: tuple[House, Company]) -> None:
    """Who answers for an action is looked up when it is done, not when it was proposed."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)
    await answer_review(house, run)

    await save_person(house.database, Person(id="sara.lind", name="Sara", is_active=False))
    await work(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert await done_of(company) == []


async def test_the_same_signal_again_changes_nothing(opened: tuple[House, Company]) -> None:
    """A signal that comes again opens no second run, and what it led to is not done again."""
    house, company = opened
    first = await send(house, told(score()))
    await work(house)

    again = await send(house, told(score()))
    await work(house)

    assert first == again
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_review_shows_everything_needed_to_decide(opened: tuple[House, Company]) -> None:
    """A reviewer is shown what is asked, why, by which rules, how risky it is, and what each answer does."""
    house, _ = opened
    run = await tell(house, notify())

    await work(house)

    packet = (await review_of(house, run))["packet"]
    assert packet["question"].startswith("May this happen?")
    assert packet["why"] == ["In the assistive stage a person approves every write."]
    assert packet["rules"] == ["stage-assistive"]
    assert packet["purpose"] == "it was told to"
    assert packet["about"] == "account:A-101"
    assert {"risk", "trigger", "evidence", "on_approve", "on_reject", "on_expiry"} <= packet.keys()
