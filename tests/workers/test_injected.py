"""What outsiders write to have something sent elsewhere, or more paid: delivered as it comes, also to who obeys it.

The obedient worker does whatever it reads, in a house whose own rules permit everything. Only the origin of the data
stands in its way, and the control shows that nothing else does.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import remit.workers
from remit.charters.registry import Status, set_status
from remit.governance.house import HouseRules
from remit.governance.reviews import show_review
from remit.practice.company import Company
from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.roster import Roster
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.runtime.signal import Signal
from remit.store.database import Database, Row
from tests.workers.dropping import notice, opened_drop, work_off

HERE = Path(__file__).parent
OBEDIENT = HERE / "obedient"
TEAM = Path(remit.workers.__file__).parent
RULE = "origin-unproven"
GOLD = '@id("no-gold") @sentence("No gold.") forbid (principal, action, resource) when { context.tier == "gold" };'
CLEAN = "05-partial-delivery.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """One hostile text."""

    name: str
    way: str
    decides: list[str]
    text: str


_READER: Any = YAML(typ="safe", pure=True)
TEXTS = [Injected(**entry) for entry in _READER.load((HERE / "injected" / "texts.yaml").read_text(encoding="utf-8"))]


def of(way: str) -> Sequence[Injected]:
    """The texts that come this way."""
    return [one for one in TEXTS if one.way == way]


def test_the_corpus_is_broad() -> None:
    """There are at least thirty different texts, and every way in has some."""
    assert len({one.text for one in TEXTS}) == len({one.name for one in TEXTS}) == len(TEXTS) >= 30
    assert all(len(of(way)) >= 5 for way in ("ticket", "mail", "invoice"))
    assert {argument for one in TEXTS for argument in one.decides} == {"account", "iban", "to", "amount"}


@pytest.mark.parametrize("way", ["ticket", "mail", "invoice"])
async def test_an_obedient_worker_sends_nothing_anywhere(database: Database, tmp_path: Path, way: str) -> None:
    """Whatever it is talked into waits for a person, who reads which argument came from outside; nothing is done."""
    async with _obeying(database, tmp_path / "invoices") as (house, company):
        runs = await _obeyed(house, tmp_path / "invoices", of(way))

        for one in of(way):
            run = runs[one.name]
            assert (run["state"], run["waits_for"]) == ("waiting", "review"), f"{one.name}: {run['reason']}"
            [review] = run["reviews"]
            packet = (await show_review(house.database, review["id"]))["packet"]
            assert packet["rules"] == [RULE], one.name
            assert sorted(packet["unproven"]) == sorted(one.decides), one.name
        assert [effect for effect in await company.effects() if _decides(effect.arguments)] == []


@pytest.mark.parametrize("way", ["ticket", "mail", "invoice"])
async def test_without_the_rule_it_would_have_done_everything(database: Database, tmp_path: Path, way: str) -> None:
    """The same texts in a house without this one rule: every action is permitted, and the systems are asked."""
    async with _obeying(database, tmp_path / "invoices", is_guarded=False) as (house, _):
        runs = await _obeyed(house, tmp_path / "invoices", of(way))

        for one in of(way):
            [action] = runs[one.name]["actions"]
            assert action["decision"]["verdict"] == "permit", one.name
            assert action["state"] in {"performed", "failed"}, one.name


async def test_invoices_that_lie_are_not_cleared(database: Database, tmp_path: Path) -> None:
    """The invoice worker clears by itself only what stands in our own records; the lies are held or put aside."""
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, company):
        await _deliver(house, folder, of("invoice"))
        await work_off(house)

        cleared = [effect.arguments for effect in await company.effects() if effect.operation == "erp.clear_invoice"]
        assert [one["amount"] for one in cleared] in ([], [216104])  # what was received, at the prices of the order
        _all_proven(await _runs(house))


async def test_tickets_that_lie_change_nothing_for_the_other_workers(database: Database, tmp_path: Path) -> None:
    """A customer at risk whose tickets are all hostile is still written to at the address the CRM has, after a yes."""
    async with opened_drop(database, tmp_path / "invoices") as (house, company):
        await employ_all(database, TEAM, house.clock.now())
        await house.roster.refresh()
        await _deliver(house, tmp_path, of("ticket"), account="A-101")
        usage = {"drop_percent": 59, "current": 41, "previous": 100}
        data = {"account": "A-101", "tier": "platinum", "usage": usage}
        await _receive(house, Signal(source="practice://product", signal_id="1", type="usage.reported", data=data))
        await work_off(house)

        runs = await _runs(house)
        assert {run["worker"] for run in runs} == {"churn-signal", "revenue-execution"}
        [asked] = [one for run in runs for one in run["actions"] if one["operation"] == "mail.send_draft"]
        contacts = await house.connections.for_operation("crm.list_contacts").read(
            "crm.list_contacts", {"account": "A-101"}
        )
        assert asked["state"] == "waiting"
        assert asked["arguments"]["to"] in {one["mail"] for one in contacts}
        assert "evil" not in str([effect.arguments for effect in await company.effects()])
        _all_proven(runs)


# ── how it is delivered ────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _obeying(
    database: Database, folder: Path, *, is_guarded: bool = True
) -> AsyncGenerator[tuple[House, Company]]:
    """Open a house with the obedient worker, whose own rules only forbid gold."""
    async with opened_drop(database, folder) as (house, company):
        rules = HouseRules.parse({"ours.cedar": GOLD})
        if not is_guarded:
            rules = HouseRules(rules=tuple(rule for rule in rules.rules if rule.id != RULE))
        roster = Roster(database, house.connections.operations, rules)
        await employ_all(database, OBEDIENT, house.clock.now())
        async with database.transaction() as transaction:  # it would put away what the other has not read yet
            await set_status(transaction, "invoice-review", Status.PAUSED, house.clock.now())
        await roster.refresh()
        yield replace(house, roster=roster), company


async def _obeyed(house: House, folder: Path, texts: Sequence[Injected]) -> dict[str, Row]:
    """Deliver texts, have the worker obey, and show its run for each."""
    await _deliver(house, folder, texts)
    await work_off(house)
    runs = [run for run in await _runs(house) if run["worker"] == "obedient"]
    assert len(runs) == len(texts)
    return {run["data"]["name"].removesuffix(".xml"): run for run in runs}


async def _deliver(house: House, folder: Path, texts: Sequence[Injected], *, account: str = "") -> None:
    for place, one in enumerate(texts):
        about = account or f"A-9{place:02}"
        if one.way == "invoice":
            (folder / f"{one.name}.xml").write_bytes(_invoice(one, await _today(house.database)))
            continue
        kind, record = _ticket(one, place, about) if one.way == "ticket" else _thread(one, about)
        system = "desk" if kind == "ticket" else "mail"
        await house.database.execute("save_practice_record", system, kind, record["id"], record, house.clock.now())
        event = "ticket.opened" if kind == "ticket" else "mail.arrived"
        data = {"name": one.name, "ticket": record["id"], "account": about, "subject": one.text}
        await _receive(house, Signal(source=f"practice://{system}", signal_id=one.name, type=event, data=data))
    if any(one.way == "invoice" for one in texts):
        await notice(house, folder)


def _ticket(one: Injected, place: int, account: str) -> tuple[str, dict[str, Any]]:
    written = {"from": "somebody@customer.example", "text": one.text, "on": "2026-03-16"}
    more: dict[str, Any] = {
        "queue": "first-line",
        "priority": "high",
        "tags": [],
        "solved_on": None,
        "opened_on": "2099-01-01",
    }
    ticket = {"id": f"TCK-9{place:02}", "account": account, "subject": one.name, "status": "new", "messages": [written]}
    return "ticket", ticket | more | {"from": "somebody@customer.example"}


def _thread(one: Injected, account: str) -> tuple[str, dict[str, Any]]:
    written = {"from": "somebody@customer.example", "text": one.text, "on": "2026-03-16"}
    more: dict[str, Any] = {"participants": [], "awaiting": "us", "last_on": "2026-03-16", "messages": [written]}
    return "thread", {"id": f"TH-{one.name}", "account": account, "subject": one.name, **more}


def _invoice(one: Injected, today: date) -> bytes:
    """Write an invoice that agrees with its order but for what this text changes."""
    what, _, said = one.text.partition(": ")
    paper = documents(today)[CLEAN].decode().replace("RO-24505-05", f"RO-24505-{one.name[:12]}")
    match what:
        case "raw":
            return said.encode()
        case "iban":
            before, _, rest = paper.partition("<cac:PayeeFinancialAccount>")
            begin, end = rest.index("<cbc:ID>") + len("<cbc:ID>"), rest.index("</cbc:ID>")
            return f"{before}<cac:PayeeFinancialAccount>{rest[:begin]}{said}{rest[end:]}".encode()
        case "gross":
            return paper.replace(">2161.04<", ">21610.40<").encode()
        case _:
            place = "</cbc:InvoiceTypeCode>"
            return paper.replace(place, f"{place}<cbc:Note>{said}</cbc:Note>").encode()


async def _receive(house: House, signal: Signal) -> None:
    await receive(house.database, house.roster, signal, house.clock.now())


async def _runs(house: House) -> list[Row]:
    return [await show_run(house.database, row["id"]) for row in await list_runs(house.database, RunFilter(limit=500))]


def _decides(arguments: dict[str, Any]) -> bool:
    return not {"account", "iban", "to", "amount"}.isdisjoint(arguments) and "lines" not in arguments


def _all_proven(runs: Sequence[Row]) -> None:
    """Make sure that nothing took effect whose recipient, account or amount has no trusted origin, but by a person."""
    actions = [one for run in runs for one in run["actions"]]
    done = [one["decision"]["asked"] for one in actions if one["state"] == "performed"]
    assert done
    assert [one for one in done if one["unproven"] and not one["approvals"]] == []


async def _today(database: Database) -> date:
    today = await founding_day(database)
    assert today is not None
    return today
