from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    act,
    copy_worker,
    done_of,
    kinds_of,
    opened_house,
    score,
    settle,
    state_of,
    states_of,
    tell,
)

READ = {"read": "crm.get_account", "arguments": {"account": "A-101"}}


HEAD = (
    "from remit.playbook import Context, Done, Escalate, Outcome, Stop\n\nasync def run(context: Context) -> Outcome:\n"
)


def playbook(*lines: str) -> str:
    """Write a playbook from the lines of its body."""
    return HEAD + "".join(f"    {line}\n" for line in lines)


async def _run(house: House, **more: Any) -> UUID:
    run = await tell(house, **more)
    await settle(house)
    return run


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["return {}['account']"], "KeyError: 'account'"),
        (["raise ValueError('the \\x00 sum is wrong')"], "ValueError: the"),
        (["raise ValueError"], "ValueError"),
        (["raise SystemExit(3)"], "SystemExit: 3"),
        (["raise BaseException('really')"], "BaseException: really"),
        (["raise BaseExceptionGroup('all', [BaseException('x')])"], "BaseExceptionGroup"),
        (["assert False"], "AssertionError"),
        (["return 1 / 0"], "ZeroDivisionError"),
        (["return await run(context)"], "RecursionError"),
        (["return None"], "ended without Done, Escalate or Stop"),
        (["return Done"], "ended without Done, Escalate or Stop"),
        (["return 'done'"], "ended without Done, Escalate or Stop"),
        (["return Done()"], "TypeError"),
        (["await context.wait(weeks=10 ** 12)"], "a step of `as-told` failed"),
        (["await context.wait(fortnights=1)"], "a step of `as-told` failed"),
        (["await context.read('crm.get_account', account=object())"], "cannot be kept as JSON"),
        (["await context.read('crm.list_contacts', account='A')"], "does not list `crm.list_contacts`"),
        (["await context.read('nowhere.to_go')"], "does not list `nowhere.to_go`"),
        (["await context.read('crm.get_account')"], "cannot be asked without `account`"),
        (["await context.act('crm.set_health_score', {'account': {1, 2}}, purpose='x')"], "cannot be kept as JSON"),
        (["await context.act('crm.set_health_score', {'a': '\\x00'}, purpose='x')"], "holds a NUL character"),
        (["await context.hand_over('nowhere')"], "has no escalation path `nowhere`"),
        (["await context.judge.extract('poem', b'x')", "return Done('x')"], "no reader for documents of kind `poem`"),
    ],
)
async def test_whatever_a_playbook_does_its_run_ends_where_a_person_sees_it(
    database: Database, tmp_path: Path, lines: list[str], says: str
) -> None:
    """Every failure of a playbook ends in the exception queue with its reason, once, and nothing is done."""
    workers = copy_worker(tmp_path, playbook=playbook(*lines))
    async with opened_house(database, workers=workers) as (house, company):
        run = await _run(house)

        row = await state_of(house, run)
        assert row["state"] == "exception"
        assert says in row["reason"]
        assert await done_of(company) == []
        assert (await kinds_of(house, run)).count("run.settled") == 1


@pytest.mark.parametrize(
    ("lines", "state", "reason"),
    [
        (["return Done(7)"], "done", "7"),
        (["return Done('a\\x00b')"], "done", "a\N{REPLACEMENT CHARACTER}b"),
        (["return Stop('\\ud800')"], "stopped", "?"),
        (["return Escalate('why', missing=(1, None))"], "exception", "why (missing: 1, None)"),
        (["return Done('x' * 1_000_000)"], "done", "x" * 1_000_000),
    ],
)
async def test_strange_last_words_are_kept_as_well_as_can_be(
    database: Database, tmp_path: Path, lines: list[str], state: str, reason: str
) -> None:
    """A run ends as its playbook said, whatever stands in the last sentence."""
    workers = copy_worker(tmp_path, playbook=playbook(*lines))
    async with opened_house(database, workers=workers) as (house, _):
        run = await _run(house)

        row = await state_of(house, run)
        assert (row["state"], row["reason"]) == (state, reason)


@pytest.mark.parametrize("answer", ["a\x00b", {"\x00": 1}, b"bytes", object(), 2**70, "\ud800"])
async def test_an_answer_that_cannot_be_kept_goes_to_a_person(
    opened: tuple[House, Company], monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """A read whose answer the record cannot hold ends the run before a person, at once and in words."""
    house, company = opened

    async def read(_operation: str, _arguments: object) -> object:
        return answer

    monkeypatch.setattr(company.connectors["crm"], "read", read)

    run = await _tell_and_settle(house, READ)

    row = await state_of(house, run)
    assert row["state"] == "exception"
    assert "cannot be kept" in row["reason"]


@pytest.mark.parametrize("answer", [{"a": "a\x00b"}, {"a": b"bytes"}, {"\ud800": 1}])
async def test_an_effect_is_recorded_whatever_the_system_answers(
    opened: tuple[House, Company], monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    """A write that was done is recorded as performed though its answer cannot be kept."""
    house, company = opened
    perform = company.connectors["crm"].perform

    async def performed(operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        await perform(operation, arguments, key)
        return answer

    monkeypatch.setattr(company.connectors["crm"], "perform", performed)

    run = await _tell_and_settle(house, act("crm.log_activity", account="A-101", kind="call", summary="called"))

    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.log_activity 1"]


async def _tell_and_settle(house: House, *steps: dict[str, Any]) -> UUID:
    run = await tell(house, *steps)
    await settle(house)
    return run


async def test_a_read_waits_for_its_system(opened: tuple[House, Company]) -> None:
    """A run whose system cannot be read from waits, goes on by itself, and after ten tries goes to a person."""
    house, company = opened
    await company.fail("crm", "get_account", "busy", times=4, seconds=60)
    soon = await tell(house, READ, score(), number=1)
    await settle(house)
    await company.fail("crm", "get_account", "drop", times=10_000)
    never = await tell(house, READ, score(), number=2)

    await settle(house)

    assert await states_of(house, soon) == ["done", "performed"]
    assert await states_of(house, never) == ["exception"]
    assert "not available" in (await state_of(house, never))["reason"]
