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
    answer_review,
    copy_worker,
    done_of,
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
