import pytest

from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import (
    act,
    answer_review,
    done_of,
    kinds_of,
    notify,
    review_of,
    score,
    send,
    settle,
    state_of,
    states_of,
    tell,
    told,
    work,
)


def clear(amount: object, currency: object = "EUR", invoice: str = "INV-1") -> dict[str, object]:
    """Say that an invoice is to be cleared, which moves money."""
    return act("erp.clear_invoice", invoice=invoice, amount=amount, currency=currency)


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
