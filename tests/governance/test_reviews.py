"""What a reviewer sees, what is kept of what they say."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, InputInvalid
from remit.governance.approvals import Answer, answer
from remit.governance.feedback import RejectCode, changes_of, count_overrides, list_feedback
from remit.governance.reviews import list_reviews, proposal_of, show_review
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.runtime.house import House
from remit.store.database import Database
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
    send,
    state_of,
    states_of,
    told,
    work,
)

ASSISTIVE = {"erp.clear_invoice, stage: high_trust": "erp.clear_invoice, stage: assistive"}


def clear(amount: int) -> dict[str, Any]:
    """Say that an invoice is to be cleared."""
    return act("erp.clear_invoice", invoice="INV-1", amount=amount, currency="EUR")


async def _shown(house: House, run: UUID) -> dict[str, Any]:
    return await show_review(house.database, (await review_of(house, run))["id"], house.clock.now())


# ── the packet ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_review_shows_the_whole_packet(opened: Opened) -> None:
    """What happens in a sentence, who asks by which rule, what each answer does, what is missing, who can give it."""
    house, _ = opened
    run = await ran(house, TAG)
    await answer_review(house, run, person="nina.kowalski")

    shown = await _shown(house, run)

    packet = shown["packet"]
    assert packet["proposal"] == "Add tags to a ticket, or remove some, about account:A-101."
    assert packet["trigger"]
    [rule] = packet["asked_by"]
    assert (rule["rule"], rule["says"]) == ("review:three-people", packet["why"][0])
    assert packet["confidence"] == 1000
    assert {"on_approve", "on_edit", "on_reject", "on_ask", "on_hand_on", "on_expiry"} <= packet.keys()
    assert (shown["missing_roles"], shown["missing_people"]) == (["risk-owner"], 2)
    assert {(one["person"], one["role"]) for one in shown["can_answer"]} == {
        ("ruth.adler", "risk-owner"), ("sara.lind", "support-reviewer"),
        ("you", "risk-owner"), ("you", "support-reviewer"),
    }  # fmt: skip
    assert shown["excluded"] == {}


async def test_the_sentence_names_money_and_recipient(opened: Opened) -> None:
    """Where it goes and how much stand in the sentence; after an edit it says what is proposed then."""
    house, _ = opened
    run = await ran(house, mail())
    shown = await _shown(house, run)
    packet = {"summary": "Pay.", "goes_to": ["account"], "counts": "amount", "about": "invoice:7"}

    paid = proposal_of(packet, {"account": "DE02", "amount": 541_450, "currency": "EUR"})
    odd = [
        proposal_of(packet, arguments)
        for arguments in ({}, {"amount": 10**40}, {"amount": True, "account": ["a", "b"]})
    ]

    assert "to ann@example.com" in shown["packet"]["proposal"]
    assert paid == "Pay, to DE02, over 5,414.50 EUR, about invoice:7."
    assert odd == ["Pay, about invoice:7.", "Pay, about invoice:7.", "Pay, to a, b, about invoice:7."]
    assert len(proposal_of(packet, {"account": "x" * 100_000})) < 300


async def test_precedents_show_what_was_said_before(opened: Opened) -> None:
    """The last decisions on the same worker and operation stand beside, those about the same thing first."""
    house, _ = opened
    other = told(notify("elsewhere"), number="other")
    runs = [await ran(house, notify(f"message {at}"), number=at) for at in range(3)]
    await answer_review(house, runs[0], person="sara.lind")
    await answer_review(house, runs[1], "reject", person="nina.kowalski", reason="they know")
    await answer_review(house, runs[2], arguments={"account": "A-101", "message": "kinder"})
    await rows_of(house, 'UPDATE review SET packet = packet || \'{"about": "account:A-999"}\' WHERE run = $1', runs[2])
    await ran(house, TAG, number="another operation")
    [run] = await send(house, other)
    await work(house)

    precedents = (await _shown(house, run))["precedents"]

    said = [(one["is_same"], one["state"], one["answers"][0]["person"]) for one in precedents]
    assert said == [(True, "rejected", "nina.kowalski"), (True, "used", "sara.lind"), (False, "used", "you")]
    assert precedents[2]["edits"] == [{"message": {"before": "message 2", "after": "kinder"}}]


# ── what is kept of an answer ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_is_kept_as_before_and_after(opened: Opened) -> None:
    """The entry, the review and the list of corrections show which argument was changed from what to what."""
    house, _ = opened
    run = await ran(house)
    await answer_review(house, run, person="sara.lind", arguments={"account": "A-101", "message": "kinder", "new": 1})
    await work(house)

    changes = {"message": {"before": "usage is down", "after": "kinder"}, "new": {"after": 1}}
    [entry] = await find_entries(house.database, Search(run=run, kind="review.answered"))
    [kept] = await list_feedback(house.database, worker="as-told", operation="crm.notify_owner")
    assert entry.body["changes"] == changes
    assert (kept["kind"], kept["person"], kept["changes"]) == ("edit", "sara.lind", changes)
    assert (await show_review(house.database, kept["review"]))["edits"][0]["changes"] == changes
    assert len((await state_of(house, run))["overrides"]) == 1


async def test_a_reject_is_kept_with_its_code(opened: Opened) -> None:
    """Why something was rejected stands in a word that can be counted, beside the reason."""
    house, _ = opened
    run = await ran(house)
    said = Answer(
        review=(await review_of(house, run))["id"],
        person="you",
        verdict="reject",
        reason="they left",
        code=RejectCode.WRONG_RECIPIENT,
    )

    await answer(house.database, said, house.clock.now())

    [kept] = await list_feedback(house.database)
    assert (kept["kind"], kept["code"], kept["reason"]) == ("reject", "wrong-recipient", "they left")
    assert len((await state_of(house, run))["overrides"]) == 1


async def test_an_approval_is_no_override(opened: Opened) -> None:
    """What is approved as proposed corrects nothing, and its run names no override."""
    house, _ = opened
    run = await ran(house)

    await answer_review(house, run)

    assert await list_feedback(house.database) == []
    assert (await state_of(house, run))["overrides"] == []


async def test_overrides_are_counted_for_each_operation(opened: Opened) -> None:
    """Of what people decided since a day, how much they edited and rejected, each review once."""
    house, _ = opened
    since = house.clock.now()
    runs = [await ran(house, notify(f"{at}"), number=at) for at in range(4)]
    await answer_review(house, runs[0])
    await answer_review(house, runs[1], arguments={"account": "A-101", "message": "kinder"})
    await answer_review(house, runs[2], "reject")

    [row] = await count_overrides(house.database, since, worker="as-told")
    house.clock.advance(days=1)

    assert (row["operation"], row["decided"], row["edited"], row["rejected"]) == ("crm.notify_owner", 3, 1, 1)
    assert await count_overrides(house.database, house.clock.now()) == []


async def test_a_reject_edits_nothing(opened: Opened) -> None:
    """Who rejects and edits at the same time is asked which of the two it is."""
    house, _ = opened
    run = await ran(house)

    with pytest.raises(InputInvalid, match="not edited"):
        await answer_review(house, run, "reject", arguments={"account": "A-102"})

    assert await list_feedback(house.database) == []


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, {}),
        ({"a": 1}, {"a": 1.0}, {"a": {"before": 1, "after": 1.0}}),
        ({"a": True}, {"a": 1}, {"a": {"before": True, "after": 1}}),
        ({"a": None}, {}, {"a": {"before": None}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, {}),
    ],
)
def test_what_differs_is_what_would_be_approved_differently(
    before: dict[str, Any], after: dict[str, Any], changes: dict[str, Any]
) -> None:
    """An argument differs when its canonical form does, and one that is missing is not one that is null."""
    assert changes_of(before, after) == changes


# ── what an approval is worth ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_above_a_limit_is_decided_anew(database: Database, tmp_path: Path) -> None:
    """Who edits an amount above the charter's limit has approved nothing: it is forbidden, and the approval lapses."""
    workers = copy_worker(tmp_path, changes=ASSISTIVE)
    async with opened_house(database, workers=workers) as (house, company):
        run = await ran(house, clear(100_00))
        await answer_review(house, run, arguments={"invoice": "INV-1", "amount": 6_000_00, "currency": "EUR"})

        await work(house)

        assert (await states_of(house, run))[-1] == "forbidden"
        assert await done_of(company) == []
        assert [row["state"] for row in await list_reviews(house.database, state="lapsed")] == ["lapsed"]


async def test_an_edit_over_a_higher_limit_asks_more_people(database: Database, tmp_path: Path) -> None:
    """An amount edited above what one person may approve goes to two, and the editor alone is not enough."""
    limit = {"limit: 5000.00 EUR": "limit: 50000.00 EUR"}
    workers = copy_worker(tmp_path, changes=ASSISTIVE | limit)
    async with opened_house(database, workers=workers) as (house, company):
        run = await ran(house, clear(100_00))
        await answer_review(house, run, arguments={"invoice": "INV-1", "amount": 20_000_00, "currency": "EUR"})

        await work(house)

        again = await review_of(house, run)
        assert (again["approvals"], again["roles"]) == (2, ["finance-reviewer", "support-reviewer"])
        assert await answer_review(house, run) == "open"
        assert await done_of(company) == []


async def test_an_approval_whose_action_is_then_forbidden_lapses(opened: Opened) -> None:
    """What was approved and is forbidden at execution does not stay approved for ever, and cannot be used."""
    house, company = opened
    run = await ran(house)
    review = (await review_of(house, run))["id"]
    await answer_review(house, run)
    await save_person(house.database, Person(id="ken.ito", name="Ken", is_active=False))

    await work(house)

    assert (await show_review(house.database, review))["state"] == "lapsed"
    assert (await states_of(house, run))[-1] == "forbidden"
    assert await done_of(company) == []
    with pytest.raises(Conflict, match="is lapsed already"):
        await answer(house.database, Answer(review=review, person="you", verdict="approve"), house.clock.now())
