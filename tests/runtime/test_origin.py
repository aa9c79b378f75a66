"""In a whole house whose own rules permit everything: where a value comes from is told by the rows of its run alone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.roster import Roster
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    copy_worker,
    done_of,
    opened_house,
    review_of,
    send,
    settle,
    state_of,
    states_of,
    tell,
    told,
    work,
)

GOLD = '@id("no-gold") @sentence("No gold.") forbid (principal, action, resource) when { context.tier == "gold" };'
KNOWN = "clara.horvat@havelland.example"
THEIRS = "clara.horvat@havelland.example.evil.example"
LOOK = {"read": "crm.list_contacts", "arguments": {"account": "A-101"}}
MISTRUSTFUL = {
    ", own: [steps]": "",
    "reads: [crm.get_account]": "reads: [crm.get_account, crm.list_contacts]",
    "{system: desk, reads: []}": "{system: desk, reads: [desk.get_ticket]}",
}
TWICE = """
from remit.playbook import Context, Done, Outcome

async def run(context: Context) -> Outcome:
    first = {"to": context.signal.data["to"], "subject": "Hello", "text": "Hello"}
    sent = await context.act("mail.send_message", first, purpose="they asked")
    again = first | {"to": sent.arguments["to"]}
    await context.act("mail.send_message", again, purpose="once more")
    return Done("sent twice")
"""


def message(to: str) -> dict[str, Any]:
    """Say that a mail is to be sent to somebody."""
    return act("mail.send_message", to=to, subject="Hello", text="Hello")


def reopened(house: House) -> House:
    """The same house in another process, with rules of its own that only forbid gold."""
    rules = HouseRules.parse({"ours.cedar": GOLD})
    roster = Roster(house.database, house.connections.operations, rules)
    gateway = Gateway(house.database, house.connections, house.clock)
    return replace(house, roster=roster, gateway=gateway)


@asynccontextmanager
async def mistrustful(database: Database, folder: Path, *, playbook: str = "") -> AsyncGenerator[tuple[House, Company]]:
    """Open a house whose worker's signals hold the words of outsiders."""
    copy_worker(folder, changes=MISTRUSTFUL, playbook=playbook)
    async with opened_house(database, workers=folder) as (house, company):
        again = reopened(house)
        await again.roster.refresh()
        yield again, company


async def test_an_address_from_outside_waits_for_a_person(database: Database, tmp_path: Path) -> None:
    """Nothing else stands in its way, and still a person is asked, who reads which argument it is and why."""
    async with mistrustful(database, tmp_path) as (house, company):
        run = await tell(house, message(THEIRS))
        await work(house)

        review = await review_of(house, run)
        assert review["packet"]["rules"] == ["origin-unproven"]
        whence = "it stands in the signal `test.as_told`, in a field that outsiders may have written"
        assert review["packet"]["unproven"] == {"to": whence}
        assert review["packet"]["why"][-1] == f"`to`: {whence}."
        assert review["roles"] == ["reviewer"]
        assert await done_of(company) == []
        [entry] = await find_entries(house.database, Search(run=run, kind="action.decided"), limit=5)
        assert entry.body["action"]["unproven"] == {"to": whence}
        assert entry.body["decision"]["asked"]["unproven"] == ["to"]

        await answer_review(house, run)
        await work(house)
        assert await states_of(house, run) == ["done", "performed"]


async def test_an_address_on_record_needs_nobody(database: Database, tmp_path: Path) -> None:
    """The same message to a contact the CRM holds goes out by itself: it is the origin that made the difference."""
    async with mistrustful(database, tmp_path) as (house, company):
        run = await tell(house, LOOK, message(KNOWN))
        await work(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["mail.send_message 1"]


async def test_the_signal_counts_when_its_fields_are_declared_or_a_person_sent_it(
    database: Database, tmp_path: Path
) -> None:
    """What a person asks for by hand is a person's word; the same signal of a system is not."""
    async with mistrustful(database, tmp_path) as (house, _):
        by_hand = await tell(house, message(THEIRS), number=1, requested_by="you")
        by_system = await tell(house, message(THEIRS), number=2)
        await work(house)

        assert await states_of(house, by_hand) == ["done", "performed"]
        assert await states_of(house, by_system) == ["waiting", "waiting"]


async def test_another_process_finds_the_same(database: Database, tmp_path: Path) -> None:
    """The origin survives a restart between the read and the write: it is in the rows, for better and for worse."""
    pause: dict[str, Any] = {"wait": {"minutes": 5}}
    async with mistrustful(database, tmp_path) as (house, company):
        good = await tell(house, LOOK, pause, message(KNOWN), number=1)
        bad = await tell(house, LOOK, pause, message(THEIRS), number=2)
        await work(house)
        assert {await _rest_of(house, good), await _rest_of(house, bad)} == {"time"}

        await settle(reopened(house))

        assert await states_of(house, good) == ["done", "performed"]
        assert (await review_of(house, bad))["packet"]["unproven"].keys() == {"to"}
        assert await done_of(company) == ["mail.send_message 1"]


async def test_what_a_reviewer_puts_in_is_a_persons_word(database: Database, tmp_path: Path) -> None:
    """After an edit the address is the reviewer's, for this message and for the next one of the run."""
    async with mistrustful(database, tmp_path, playbook=TWICE) as (house, company):
        [run] = await send(house, replace(told(), data={"to": THEIRS}))
        await work(house)
        edited = {"to": "desk@lindenhof.example", "subject": "Hello", "text": "Hello"}

        await answer_review(house, run, arguments=edited)
        await work(house)

        assert await states_of(house, run) == ["done", "performed", "performed"]
        assert [effect.arguments["to"] for effect in await company.effects()] == ["desk@lindenhof.example"] * 2
        entries = await find_entries(house.database, Search(run=run, kind="action.decided"), limit=9)
        assert [entry.body["action"]["unproven"] for entry in entries][:2] == [{}, {}]


async def test_a_plain_yes_covers_one_message(database: Database, tmp_path: Path) -> None:
    """Who approves an address for one message has not made it the house's own: the next one is asked again."""
    async with mistrustful(database, tmp_path, playbook=TWICE) as (house, company):
        [run] = await send(house, replace(told(), data={"to": THEIRS}))
        await work(house)

        await answer_review(house, run)
        await work(house)

        assert await states_of(house, run) == ["waiting", "performed", "waiting"]
        assert len(await company.effects()) == 1


async def test_a_handoff_carries_the_origin_along(database: Database, tmp_path: Path) -> None:
    """What was an outsider's word in one domain is so in the next; what stood on record there still counts."""
    _take_over(tmp_path)
    async with mistrustful(database, tmp_path) as (house, _):
        bad = await tell(house, _hand_over(THEIRS), number=1)
        good = await tell(house, LOOK, _hand_over(KNOWN), number=2)
        await work(house)

        states = {row["requested"]: row for row in await _taken_over(house)}
        assert {await _state(house, bad), await _state(house, good)} == {"done"}
        assert {to: row["states"] for to, row in states.items()} == {
            THEIRS: ["waiting", "waiting"],
            KNOWN: ["done", "performed"],
        }


async def test_a_person_who_asked_does_not_vouch_for_what_is_handed_over(database: Database, tmp_path: Path) -> None:
    """A run begun by hand may meet an outsider's words on its way; handed over they count for what they are."""
    _take_over(tmp_path)
    playbook = """
from remit.playbook import Context, Done, Outcome

async def run(context: Context) -> Outcome:
    ticket = await context.read("desk.get_ticket", ticket="TCK-1")
    text = ticket["messages"][0]["text"]
    await context.hand_over("told-on", account="A-101", steps=[], to=text)
    return Done("handed over")
"""
    async with mistrustful(database, tmp_path, playbook=playbook) as (house, _):
        ticket = {"id": "TCK-1", "messages": [{"from": "a customer", "text": THEIRS}]}
        await house.database.execute("save_practice_record", "desk", "ticket", "TCK-1", ticket, house.clock.now())
        await tell(house, requested_by="you")
        await work(house)

        assert [(row["requested"], row["states"]) for row in await _taken_over(house)] == [
            (THEIRS, ["waiting", "waiting"])
        ]


async def test_a_signal_that_pretends_to_be_a_handoff_is_none(database: Database, tmp_path: Path) -> None:
    """Whoever sends a signal that looks like a handoff, with everything marked as proven, is not believed."""
    _take_over(tmp_path)
    async with mistrustful(database, tmp_path) as (house, _):
        data = {"context": {"account": "A-101", "to": THEIRS}, "proven": ["account", "to"], "handoff": "x"}
        forged = Signal(source="remit://handoffs", signal_id="forged", type="handoff.told-on", data=data)
        [run] = await send(house, forged)
        await work(house)

        assert await states_of(house, run) == ["waiting", "waiting"]


def _take_over(folder: Path) -> None:
    """Add a worker that mails whom it was handed."""
    changes = {
        "name: as-told": "name: mails-on",
        "event: test.as_told, own: [steps]": "event: handoff.told-on",
    }
    playbook = """
from remit.playbook import Context, Done, Outcome

async def run(context: Context) -> Outcome:
    to = context.signal.data["context"]["to"]
    await context.act("mail.send_message", {"to": to, "subject": "Hi", "text": "Hi"}, purpose="handed over", about=to)
    return Done("sent")
"""
    copied = copy_worker(folder / "copied", changes=changes, playbook=playbook)
    (copied / "as_told").rename(folder / "mails_on")


def _hand_over(to: str) -> dict[str, Any]:
    return {"hand_over": "told-on", "context": {"account": "A-101", "steps": [], "to": to}}


async def _taken_over(house: House) -> list[dict[str, Any]]:
    rows = await house.database.fetch("list_runs", "", "mails-on", "", None, 50, "")
    shown = [await state_of(house, row["id"]) for row in rows]
    return [
        {"requested": row["data"]["context"]["to"], "states": [row["state"], *(one["state"] for one in row["actions"])]}
        for row in shown
    ]


async def _state(house: House, run: Any) -> str:
    return (await state_of(house, run))["state"]


async def _rest_of(house: House, run: Any) -> str:
    return (await state_of(house, run))["waits_for"]
