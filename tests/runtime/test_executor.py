import asyncio
from pathlib import Path

import pytest

from remit.errors import PlaybookInvalid
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.playbooks import load_playbook
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.houses import (
    answer_review,
    budgets_of,
    copy_worker,
    done_of,
    kinds_of,
    notify,
    opened_house,
    rows_of,
    score,
    send,
    settle,
    state_of,
    states_of,
    task,
    tell,
    until,
    work,
)

BUDGET = "escalation_contacts: [sara.lind]\n"


def _asked(account: str = "A-101", number: str = "1") -> Signal:
    return Signal(source="test", signal_id=number, type="test.double_write", data={"account": account})


async def test_a_signal_becomes_recorded_effects(opened: tuple[House, Company]) -> None:
    """A signal ends in exactly its two effects, each decided and performed in the ledger, and the run settled."""
    house, company = opened

    [run] = await send(house, _asked())
    await work(house)

    row = await state_of(house, run)
    assert (row["state"], row["reason"]) == ("done", "scored and planned")
    assert await done_of(company) == ["crm.set_health_score 1", "tasks.create_task 1"]
    assert await kinds_of(house, run) == [
        "signal.received",
        "action.decided",
        "action.performed",
        "action.decided",
        "action.performed",
        "run.settled",
    ]


async def test_missing_data_goes_to_a_person(opened: tuple[House, Company]) -> None:
    """An account nobody knows ends before a person with what is missing, and nothing is invented."""
    house, company = opened

    [run] = await send(house, _asked("A-none"))
    await work(house)

    row = await state_of(house, run)
    assert row["state"] == "exception"
    assert "(missing: account)" in row["reason"]
    assert await done_of(company) == []


async def test_a_run_that_ended_is_not_begun_again(opened: tuple[House, Company]) -> None:
    """A job delivered again for a run that ended changes nothing: not the run, not the ledger, not a system."""
    house, company = opened
    run = await tell(house, score())
    await work(house)
    before = (await state_of(house, run), await kinds_of(house, run))

    for _ in range(3):
        await execute(house, run)

    assert (await state_of(house, run), await kinds_of(house, run)) == before
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_waiting_run_is_not_begun_by_a_stray_job(opened: tuple[House, Company]) -> None:
    """A job delivered for a run that waits for a person leaves it waiting."""
    house, _ = opened
    run = await tell(house, notify())
    await work(house)
    before = await state_of(house, run)

    await execute(house, run)

    assert await state_of(house, run) == before


# ── versions ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_run_ends_on_the_version_it_began_with(database: Database, tmp_path: Path) -> None:
    """A new version registered while a run waits is for new runs: the waiting one ends as it began."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, _):
        old = await tell(house, notify(), number=1)
        await work(house)
        text = (workers / "as_told" / "playbook.py").read_text()
        copy_worker(workers, playbook=text.replace('Done("did as told")', 'Done("did as told, and better")'))
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()

        new = await tell(house, notify(), number=2)
        await work(house)
        for run in (old, new):
            await answer_review(house, run)
        await work(house)

        rows = [await state_of(house, run) for run in (old, new)]
        assert [row["reason"] for row in rows] == ["did as told", "did as told, and better"]
        assert rows[0]["version"] != rows[1]["version"]


async def test_a_process_that_never_saw_the_old_version_ends_it_all_the_same(
    database: Database, tmp_path: Path
) -> None:
    """A version is taken from the registry: another process, opened after the change, ends the run as it began."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, _):
        run = await tell(house, score(), {"wait": {"days": 1}}, score())
        await work(house)
    copy_worker(workers, playbook="async def run(context):\n    raise ValueError('the new one')\n")
    async with opened_house(database, workers=workers) as (house, _):
        house.clock.advance(days=2)
        await rows_of(house, "UPDATE run SET state = 'open'")

        await work(house)

        assert (await state_of(house, run))["reason"] == "did as told"


async def test_what_a_run_may_do_is_always_the_current_charters(database: Database, tmp_path: Path) -> None:
    """A permission taken away while a run waits is taken away from it too."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, company):
        run = await tell(house, {"wait": {"days": 1}}, score())
        await work(house)
        grant = "  - {operation: crm.set_health_score, stage: high_trust, because: it is permitted}\n"
        copy_worker(workers, changes={grant: ""})
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()
        await rows_of(house, "UPDATE run SET state = 'open'")
        house.clock.advance(days=2)

        await work(house)

        assert await states_of(house, run) == ["exception", "forbidden"]
        assert await done_of(company) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run = 1",
        "def run(context): ...",
        "async def walk(context): ...",
        "1/0",
        "import nothing_like_it",
        "(",
        "exit(1)",
    ],
)
def test_what_is_no_playbook_is_not_loaded(text: str) -> None:
    """A playbook that fails to load, or has no async `run`, is refused in words before it is registered."""
    with pytest.raises(PlaybookInvalid, match="the playbook of `x`"):
        load_playbook(text, "x")


async def test_of_several_workers_one_that_is_broken_registers_none(database: Database, tmp_path: Path) -> None:
    """A directory with one broken playbook changes nothing in the registry."""
    async with opened_house(database) as (house, _):
        copy_worker(tmp_path, changes={"it is prohibited": "it is prohibited still"})
        copy_worker(tmp_path, "takes_over", playbook="def run(context): ...\n")
        before = len(await find_entries(database, Search(kind="charter.registered")))

        with pytest.raises(PlaybookInvalid):
            await employ_all(database, tmp_path, house.clock.now())

        assert len(await find_entries(database, Search(kind="charter.registered"))) == before


# ── attempts ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_run_that_kills_its_processes_goes_to_a_person(database: Database, tmp_path: Path) -> None:
    """After ten processes ended over a run it goes to a person; what was being done is unknown, and counts as spent."""
    workers = copy_worker(tmp_path, changes={BUDGET: BUDGET + "budget: {actions: 5}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        run = await tell(house, score())
        await company.fail("crm", "set_health_score", "timeout", seconds=30)
        process = asyncio.create_task(execute(house, run))
        await until(company.effects)
        process.cancel()
        await asyncio.wait([process])
        await rows_of(house, "UPDATE run SET attempts = 10")

        await execute(house, run)

        assert await states_of(house, run) == ["exception", "unknown"]
        assert "10 processes in a row" in (await state_of(house, run))["reason"]
        assert await budgets_of(house) == {"actions": (0, 1)}
        assert (await kinds_of(house, run))[-2:] == ["action.doubted", "run.settled"]
        assert await done_of(company) == ["crm.set_health_score 1"]


async def test_attempts_count_only_while_nothing_comes_of_them(opened: tuple[House, Company]) -> None:
    """A run that comes further each time is never taken for one that kills its processes."""
    house, company = opened
    waits = [step for number in range(15) for step in ({"wait": {"days": 1}}, score(number))]
    run = await tell(house, *waits)

    for _ in range(16):
        await work(house)
        house.clock.advance(days=2)
        await rows_of(house, "UPDATE run SET state = 'open', waits_for = '' WHERE state = 'waiting'")

    assert (await state_of(house, run))["state"] == "done"
    assert len(await company.effects()) == 15


# ── two processes on one run ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("processes", [2, 5])
async def test_several_processes_on_one_run_do_each_step_once(opened: tuple[House, Company], processes: int) -> None:
    """When several processes hold one run, each write takes effect once, and the run is settled once."""
    house, company = opened
    runs = [await tell(house, score(), score(), number=number) for number in range(10)]

    await asyncio.gather(*(execute(house, run) for run in runs for _ in range(processes)))
    await settle(house)

    keys = [effect.key for effect in await company.effects()]
    assert len(keys) == len(set(keys))
    for run in runs:
        kinds = await kinds_of(house, run)
        assert await states_of(house, run) == ["done", "performed", "performed"]
        assert (kinds.count("run.settled"), kinds.count("action.performed")) == (1, 2)


async def test_a_frozen_process_that_comes_back_writes_nothing(opened: tuple[House, Company]) -> None:
    """A process that was overtaken while it waited for a system cannot commit; the other one finds what was done."""
    house, company = opened
    await company.fail("crm", "set_health_score", "late", seconds=0.5)
    run = await tell(house, score(), task())
    slow = asyncio.create_task(execute(house, run))
    await until(lambda: rows_of(house, "SELECT 1 FROM action WHERE state = 'performing'"))

    await execute(house, run)
    await slow

    assert await states_of(house, run) == ["done", "performed", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1", "tasks.create_task 1"]
    assert (await kinds_of(house, run)).count("run.settled") == 1
