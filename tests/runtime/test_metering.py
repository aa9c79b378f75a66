import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.errors import JudgementFailed
from remit.intelligence.judge import Judgement
from remit.intelligence.local import LocalJudge
from remit.intelligence.usage import count
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.houses import (
    SAMPLE_WORKERS,
    budgets_of,
    copy_worker,
    opened_house,
    rows_of,
    score,
    send,
    state_of,
    states_of,
    tell,
    work,
    work_at_once,
)

LOOPS = SAMPLE_WORKERS.parent / "sample_loops"
CONTACTS = "escalation_contacts: [sara.lind]\n"


class Priced(LocalJudge):
    """A judge whose every answer costs the same, and is of no use when told so."""

    is_useless = False

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Answer, for a price."""
        count(cost=400, tokens=70)
        if self.is_useless:
            raise JudgementFailed("it makes no sense")
        return replace(await super().classify(text, labels), by="priced")


def looping(folder: Path, text: str = "") -> Path:
    """Copy the workers that loop, with more words in the charter of the one that begins."""
    shutil.copytree(LOOPS, folder, dirs_exist_ok=True)
    charter = folder / "goes_round" / "charter.yaml"
    charter.write_text(charter.read_text().replace(CONTACTS, CONTACTS + text))
    return folder


async def go_round(house: House, how: str, number: object = 1) -> UUID:
    """Tell the worker that loops how."""
    signal = Signal(
        source="test", signal_id=str(number), type="test.round", subject="account:A-101", data={"round": how}
    )
    [run] = await send(house, signal)
    return run


async def _reason(house: House, run: UUID) -> str:
    return (await state_of(house, run))["reason"]


async def _steps(house: House, run: UUID) -> int:
    [row] = await rows_of(house, "SELECT count(*) FROM step WHERE run = $1", run)
    return row["count"]


# ── loops ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["same", "swallowed"])
async def test_the_same_asked_again_and_again_ends_with_a_person(database: Database, tmp_path: Path, how: str) -> None:
    """A run that asks the same more often than it may goes to a person, whatever its playbook catches."""
    async with opened_house(database, workers=looping(tmp_path)) as (house, _):
        run = await go_round(house, how)

        await asyncio.wait_for(work(house), 30)

        assert (await state_of(house, run))["state"] == "exception"
        assert "a loop: it asks `read crm.get_account`" in await _reason(house, run)
        assert await _steps(house, run) == 25


@pytest.mark.parametrize("how", ["other", "judged", "waited"])
async def test_no_run_has_an_end_of_its_own(database: Database, tmp_path: Path, how: str) -> None:
    """A run that always asks something else ends with its last step, and so does one that only waits."""
    async with opened_house(database, workers=looping(tmp_path, "limits: {steps_per_run: 12}\n")) as (house, _):
        run = await go_round(house, how)

        for _ in range(20):
            await work(house)
            house.clock.advance(hours=1)
            await rows_of(
                house, "UPDATE run SET state = 'open', waits_for = '', wake_at = NULL WHERE state = 'waiting'"
            )

        assert (await state_of(house, run))["state"] == "exception"
        assert "12 steps" in await _reason(house, run)
        assert await _steps(house, run) == 12


async def test_a_loop_of_writes_is_stopped(database: Database, tmp_path: Path) -> None:
    """The same write is done only as often as one run may ask the same."""
    workers = looping(tmp_path, "limits: {same_step: 3}\n")
    async with opened_house(database, workers=workers) as (house, company):
        playbook = workers / "goes_round" / "playbook.py"
        playbook.write_text(playbook.read_text().replace("number % 100", "7"))
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()
        run = await go_round(house, "written")

        await work(house)

        assert (await state_of(house, run))["state"] == "exception"
        assert len(await company.effects()) == 3


async def test_two_workers_that_hand_the_work_back_and_forth_are_stopped(database: Database, tmp_path: Path) -> None:
    """One story begins a worker only so often, however it comes back to it."""
    workers = looping(tmp_path, "limits: {runs_per_trace: 4}\n")
    async with opened_house(database, workers=workers) as (house, _):
        await go_round(house, "handed")

        await asyncio.wait_for(work(house), 60)

        rows = await rows_of(house, "SELECT state, reason FROM run WHERE worker = 'goes-round' ORDER BY opened_at, id")
        assert [row["state"] for row in rows] == ["done"] * 4 + ["exception"]
        assert "one story began the worker more than 4 times" in rows[-1]["reason"]


async def test_a_worker_that_is_begun_about_the_same_again_and_again_is_stopped(
    database: Database, tmp_path: Path
) -> None:
    """Of ten signals about one account in an hour, three begin it; the others go to a person."""
    workers = copy_worker(tmp_path, changes={CONTACTS: CONTACTS + "limits: {runs_per_hour: 3}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        runs = [await tell(house, score(), number=number) for number in range(10)]
        await work_at_once(house)
        states = [(await state_of(house, run))["state"] for run in runs]
        house.clock.advance(hours=2)
        later = await tell(house, score(), number="later")
        await work(house)

        assert states == ["done"] * 3 + ["exception"] * 7
        assert (await state_of(house, later))["state"] == "done"
        assert len(await company.effects()) == 4


# ── budgets ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_judgement_begins_once_the_tokens_are_used_up(database: Database, tmp_path: Path) -> None:
    """A run ends before the judgement that would begin over the cap, with the reason, and so does every later one."""
    async with opened_house(database, workers=looping(tmp_path, "budget: {tokens: 200}\n")) as (plain, _):
        house = replace(plain, judge=Priced())
        run = await go_round(house, "judged")
        await work(house)
        later = await go_round(house, "judged", number=2)
        await work(house)

        assert "the budget of tokens for today (200) is used up" in await _reason(house, run)
        assert (await _steps(house, run), await _steps(house, later)) == (3, 0)
        assert await budgets_of(house) == {"tokens": (0, 210)}
        notices = await rows_of(house, "SELECT recipient FROM notice WHERE kind = 'budget.reached' ORDER BY recipient")
        assert [row["recipient"] for row in notices] == ["ken.ito", "sara.lind"]


async def test_what_an_answer_of_no_use_cost_is_counted(database: Database, tmp_path: Path) -> None:
    """A judgement that failed was paid: it counts, and stands on its step."""
    async with opened_house(database, workers=looping(tmp_path, "budget: {cost: 1000}\n")) as (plain, _):
        judge = Priced()
        judge.is_useless = True
        house = replace(plain, judge=judge)
        run = await go_round(house, "judged")

        await work(house)

        assert (await state_of(house, run))["state"] == "exception"
        assert await budgets_of(house) == {"cost": (0, 400)}
        [step] = await rows_of(house, "SELECT result FROM step WHERE run = $1", run)
        assert (step["result"]["cost"], step["result"]["tokens"]) == (400, 70)


async def test_calls_hold_over_all_runs_at_once(database: Database, tmp_path: Path) -> None:
    """Reads, judgements and writes of runs at once are together never more than the budget of calls."""
    workers = copy_worker(tmp_path, changes={CONTACTS: CONTACTS + "budget: {calls: 10}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        read = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
        runs = [await tell(house, read, {"classify": "thank you"}, score(), number=number) for number in range(8)]

        await work_at_once(house)

        done = [run for run in runs if (await state_of(house, run))["state"] == "done"]
        assert (await budgets_of(house))["calls"] == (0, 10)
        assert len(done) <= 3
        assert len(await company.effects()) == len(done)
        for run in set(runs) - set(done):
            assert "calls" in await _reason(house, run)


async def test_a_workflow_shares_its_tokens(database: Database, tmp_path: Path) -> None:
    """What one worker's judgements used of the workflow's tokens, no other worker of it has."""
    async with opened_house(database, workers=looping(tmp_path, "workflow_budget: {tokens: 100}\n")) as (plain, _):
        house = replace(plain, judge=Priced())
        run = await go_round(house, "judged")

        await work(house)

        assert "tokens of the workflow for today (100)" in await _reason(house, run)
        [row] = await rows_of(house, "SELECT worker, spent FROM budget WHERE name = 'tokens'")
        assert (row["worker"], row["spent"]) == ("workflow:tests-of-limits", 140)


async def test_a_replay_uses_nothing(database: Database, tmp_path: Path) -> None:
    """Steps taken over from a process that died are not counted again."""
    workers = copy_worker(tmp_path, changes={CONTACTS: CONTACTS + "budget: {calls: 10}\n"})
    async with opened_house(database, workers=workers) as (house, _):
        read = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
        run = await tell(house, read, {"wait": {"hours": 1}}, score())
        await work(house)
        house.clock.advance(hours=1)
        await rows_of(house, "UPDATE run SET state = 'open', waits_for = '', wake_at = NULL")

        await work(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert await budgets_of(house) == {"calls": (0, 2)}


# ── room ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_so_many_runs_work_at_a_time(database: Database, tmp_path: Path) -> None:
    """Of 12 runs begun at once, two work at a time, and all are done in the end."""
    workers = copy_worker(tmp_path, changes={CONTACTS: CONTACTS + "limits: {runs_at_once: 2}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        inside, most = 0, 0
        connector: Any = company.connectors["crm"]
        read = connector.read

        async def noted(operation: str, arguments: dict[str, Any]) -> Any:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            answer = await read(operation, arguments)
            await asyncio.sleep(0)
            inside -= 1
            return answer

        connector.read = noted
        step = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
        runs = [await tell(house, step, number=number) for number in range(12)]

        for _ in range(30):
            rows = await rows_of(house, "SELECT id FROM run WHERE state = 'open'")
            await asyncio.gather(*(execute(house, row["id"]) for row in rows))
            await rows_of(
                house, "UPDATE run SET state = 'open', waits_for = '', wake_at = NULL WHERE state = 'waiting'"
            )

        assert [(await state_of(house, run))["state"] for run in runs] == ["done"] * 12
        assert 1 <= most <= 2
