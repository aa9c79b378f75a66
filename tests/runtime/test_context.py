from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.connections.connector import Connector
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    SAMPLE_WORKERS,
    act,
    answer_review,
    copy_worker,
    done_of,
    kinds_of,
    notify,
    opened_house,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    tell,
    work,
)

READ = {"read": "crm.get_account", "arguments": {"account": "A-101"}}

HEAD = (
    "from remit.playbook import Context, Done, Escalate, Outcome, Stop\n\nasync def run(context: Context) -> Outcome:\n"
)
SCORE = 'context.act("crm.set_health_score", {"account": "A-101", "score": 1, "reason": "x"}, purpose="x")'
ASK = 'context.act("crm.notify_owner", {"account": "A-101", "message": "x"}, purpose="x")'
READ_IT = 'context.read("crm.get_account", account="A-101")'


def playbook(*lines: str) -> str:
    """Write a playbook from the lines of its body."""
    return HEAD + "".join(f"    {line}\n" for line in lines)


async def _run(house: House, **more: Any) -> UUID:
    run = await tell(house, **more)
    await settle(house)
    return run


def _counted(connector: Connector) -> list[str]:
    """Note every read of a connector, in the order they come."""
    asked: list[str] = []
    read: Any = connector.read

    async def noted(operation: str, arguments: dict[str, Any]) -> Any:
        asked.append(operation)
        return await read(operation, arguments)

    connector.read = noted  # type: ignore[method-assign]
    return asked


# ── replay ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_replay_reads_and_judges_nothing_again(
    opened: tuple[House, Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a review the steps before it are taken from the record: nothing is read or judged a second time."""
    house, company = opened
    asked = _counted(company.connectors["crm"])
    judged: list[str] = []
    classify = house.judge.classify

    async def noted(text: str, labels: Any) -> Any:
        judged.append(text)
        return await classify(text, labels)

    monkeypatch.setattr(house.judge, "classify", noted)
    run = await tell(house, READ, {"classify": "thank you"}, notify(), READ)
    await work(house)
    await answer_review(house, run)

    await work(house)

    assert await states_of(house, run) == ["done", "performed"]
    assert asked == ["crm.get_account", "crm.get_account"]
    assert judged == ["thank you"]
    steps = (await state_of(house, run))["steps"]
    assert [(step["number"], step["kind"]) for step in steps] == [(1, "read"), (2, "judge"), (3, "act"), (4, "read")]


async def test_a_reply_is_the_same_the_second_time(database: Database, tmp_path: Path) -> None:
    """What a playbook makes of a read, down to the order of its fields, is the same when it is replayed."""
    lines = [
        f"account = await {READ_IT}",
        "said = ','.join(f'{name}={value!r}' for name, value in account.items())",
        "await context.act('crm.notify_owner', {'account': 'A-101', 'message': said}, purpose='x')",
        "await context.act('crm.notify_owner', {'account': 'A-101', 'message': said}, purpose='x')",
        "return Done('said')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)
        for _ in range(2):
            await answer_review(house, run)
            await work(house)

        assert await states_of(house, run) == ["done", "performed", "performed"]
        assert len({effect.arguments["message"] for effect in await company.effects()}) == 1


async def test_a_failure_to_read_a_document_is_replayed_too(database: Database, tmp_path: Path) -> None:
    """A document that could not be read the first time cannot be read in the replay, whatever was learned since."""
    lines = [
        "try:",
        "    await context.judge.extract('invoice', b'no invoice')",
        "except DocumentInvalid as error:",
        "    reason = str(error)",
        f"await {ASK}",
        "return Stop(reason)",
    ]
    text = "from remit.playbook import DocumentInvalid\n" + playbook(*lines)
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=text)) as (house, _):
        run = await _run(house)
        before = (await state_of(house, run))["steps"]
        await answer_review(house, run)
        await work(house)

        assert before[0]["result"]["failed"] == "document-invalid"
        assert (await state_of(house, run))["state"] == "stopped"
        assert (await state_of(house, run))["reason"] == before[0]["result"]["message"]


@pytest.mark.parametrize(
    "alteration", ["name = 'crm.find_accounts'", "kind = 'judge'", 'asked = \'{"account": "A-102"}\'']
)
async def test_a_playbook_that_strays_goes_to_a_person(opened: tuple[House, Company], alteration: str) -> None:
    """A playbook that asks something else than it did before ends before a person, in words, and does nothing more."""
    house, company = opened
    run = await tell(house, READ, notify(), score())
    await work(house)
    await rows_of(house, f"UPDATE step SET {alteration} WHERE number = 1")  # noqa: S608  # the test's own words
    await answer_review(house, run)

    await work(house)

    row = await state_of(house, run)
    assert row["state"] == "exception"
    assert "no time, no randomness of its own" in row["reason"]
    assert await done_of(company) == []


async def test_randomness_of_its_own_is_straying(database: Database, tmp_path: Path) -> None:
    """A playbook that throws dice asks something else in the replay; what was approved is not done for it."""
    lines = [
        "import random",
        "await context.read('crm.get_account', account=str(random.random()))",
        f"await {ASK}",
        "return Done('x')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)
        await answer_review(house, run)
        await work(house)

        assert (await state_of(house, run))["state"] == "exception"
        assert await done_of(company) == []


# ── what a playbook may raise and return ───────────────────────────────────────────────────────────────────────────


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


# ── nothing is swallowed ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ["Exception", "BaseException"])
@pytest.mark.parametrize(
    ("step", "state"),
    [
        (ASK, "waiting"),
        ("context.wait(days=1)", "waiting"),
        ("context.act('desk.reply_ticket', {'ticket': 'T', 'text': 'x'}, purpose='x')", "exception"),
        ("context.read('crm.list_contacts', account='A')", "exception"),
        ("context.hand_over('nowhere')", "exception"),
    ],
)
async def test_a_way_out_cannot_be_swallowed(
    database: Database, tmp_path: Path, what: str, step: str, state: str
) -> None:
    """A playbook that catches everything still waits or ends where its step said, and does nothing after it."""
    lines = ["try:", f"    await {step}", f"except {what}:", "    pass", f"await {SCORE}", "return Done('went on')"]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await tell(house)
        await work(house)

        assert (await state_of(house, run))["state"] == state
        assert await done_of(company) == []


async def test_a_lost_database_cannot_be_swallowed(database: Database, tmp_path: Path) -> None:
    """When the record cannot be written, a playbook that catches everything does not end its run as done."""
    lines = ["try:", f"    await {SCORE}", "except BaseException:", "    pass", "return Done('went on')"]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await tell(house)
        await rows_of(house, "ALTER TABLE step RENAME TO step_gone")
        await work_through_failures(house)
        await rows_of(house, "ALTER TABLE step_gone RENAME TO step")
        broken = await state_of(house, run)

        assert broken["state"] != "done"
        assert await done_of(company) == []


async def work_through_failures(house: House) -> None:
    """Work once, whatever comes of it."""
    try:
        await work(house)
    except Exception:  # noqa: BLE001  # what it is does not matter here
        return


async def test_a_playbook_that_stops_waiting_for_a_write_does_not_end_as_if_nothing_were(
    database: Database, tmp_path: Path
) -> None:
    """A time limit around a write does not hide what perhaps happened: a person is asked, the write is unknown."""
    lines = [
        "import asyncio",
        "try:",
        "    async with asyncio.timeout(0.2):",
        f"        await {SCORE}",
        "except TimeoutError:",
        "    return Done('too slow for me')",
        "return Done('in time')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        await company.fail("crm", "set_health_score", "timeout", seconds=1)
        run = await _run(house)

        assert await states_of(house, run) == ["exception", "unknown"]
        assert "did not wait for the end" in (await state_of(house, run))["reason"]
        assert "action.doubted" in await kinds_of(house, run)
        assert await rows_of(house, "SELECT 1 FROM action WHERE state = 'performing'") == []


async def test_writes_at_the_same_time_are_done_one_after_the_other(database: Database, tmp_path: Path) -> None:
    """A playbook that begins several steps at once gets each done once, in the order it began them."""
    lines = [
        "import asyncio",
        f"await asyncio.gather({READ_IT}, {SCORE}, {READ_IT}, {SCORE})",
        "return Done('all')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)

        assert await states_of(house, run) == ["done", "performed", "performed"]
        assert await done_of(company) == ["crm.set_health_score 1"] * 2


async def test_a_step_nobody_waits_for_is_recorded_before_the_run_ends(database: Database, tmp_path: Path) -> None:
    """A write begun in the background is either recorded as performed, or not begun at all, when the run ends."""
    lines = [
        "import asyncio",
        f"background = asyncio.create_task({SCORE})",
        "await asyncio.sleep(0.05)",
        f"later = asyncio.create_task({SCORE})",
        "return Done('left')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        await company.fail("crm", "set_health_score", "late", seconds=0.3)
        run = await _run(house)

        states = await states_of(house, run)
        assert states[0] == "done"
        assert set(states[1:]) <= {"performed"}
        assert len(await company.effects()) == len(states) - 1


async def test_a_group_of_tasks_that_waits_for_a_person_waits(database: Database, tmp_path: Path) -> None:
    """A review asked inside a group of tasks leads out of the playbook like any other."""
    lines = [
        "import asyncio",
        "async with asyncio.TaskGroup() as group:",
        f"    group.create_task({ASK})",
        f"    group.create_task({SCORE})",
        "return Done('both')",
    ]
    async with opened_house(database, workers=copy_worker(tmp_path, playbook=playbook(*lines))) as (house, company):
        run = await _run(house)
        waiting = await states_of(house, run)
        before = await done_of(company)
        await answer_review(house, run)
        await work(house)

        assert (waiting, before) == (["waiting", "waiting"], [])
        assert await states_of(house, run) == ["done", "performed", "performed"]


# ── what systems answer ────────────────────────────────────────────────────────────────────────────────────────────


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


async def test_a_run_waits_across_time(opened: tuple[House, Company]) -> None:
    """A playbook that waits three days costs one row until then, and goes on where it was."""
    house, company = opened
    run = await tell(house, score(1), {"wait": {"days": 3}}, score(2))

    await work(house)
    waiting, before = await state_of(house, run), await done_of(company)
    await settle(house)

    assert (waiting["state"], waiting["waits_for"], len(before)) == ("waiting", "time", 1)
    assert (waiting["wake_at"] - house.clock.now()).total_seconds() <= 0
    assert await states_of(house, run) == ["done", "performed", "performed"]
    assert [effect.arguments["score"] for effect in await company.effects()] == [1, 2]


def test_the_sample_playbook_imports_nothing_but_the_playbook() -> None:
    """The workers of the tests hold to what workers hold to."""
    imports = {
        line
        for path in SAMPLE_WORKERS.rglob("playbook.py")
        for line in path.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }

    assert all(line.startswith("from remit.playbook import ") for line in imports)
