"""Opens whole houses for tests: the real parts on a real database, with the practice company as its systems."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from remit.connections.connection import Connection, WhenUnavailable
from remit.connections.connections import Connections
from remit.connections.pace import Limits, Timing
from remit.governance.approvals import Answer, answer
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.governance.reviews import list_reviews
from remit.intelligence.local import LocalJudge
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company, open_company
from remit.practice.seed import seed
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.roster import Roster
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.runtime.schedule import wake_runs
from remit.runtime.signal import Signal
from remit.store.database import Database, Row

SAMPLE_WORKERS = Path(__file__).parent / "sample_workers"

Opened = tuple[House, Company]
"""What the fixture `opened` gives."""

# ── a house ────────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def opened_house(
    database: Database,
    *,
    workers: Path = SAMPLE_WORKERS,
    time_limit: float = 2.0,
    when_unavailable: WhenUnavailable = WhenUnavailable.RETRY,
    also: Sequence[Connection] = (),
) -> AsyncGenerator[tuple[House, Company]]:
    """Open a house on a database, with the practice company, and other systems when they are given."""
    async with AsyncExitStack() as stack:
        company = await open_company(database, size=4)
        stack.push_async_callback(company.close)
        await seed(database)
        limits, timing = Limits(time_limit=time_limit, concurrency=16), Timing(now=company.clock.now)
        connections = Connections(
            [
                Connection(connector, limits=limits, when_unavailable=when_unavailable, timing=timing)
                for connector in company.connectors.values()
            ]
            + list(also)
        )
        stack.push_async_callback(connections.close)
        clock = company.clock
        roster = Roster(database, connections.operations, HouseRules.load())
        await employ_all(database, workers, clock.now())
        await roster.refresh()
        gateway = Gateway(database, connections, clock)
        house = House(
            database=database, connections=connections, judge=LocalJudge(), roster=roster, gateway=gateway, clock=clock
        )
        yield house, company


def copy_worker(
    folder: Path, name: str = "as_told", *, changes: Mapping[str, str] | None = None, playbook: str = ""
) -> Path:
    """Copy a sample worker into a folder, with other words in its charter or another playbook; give the folder."""
    shutil.copytree(SAMPLE_WORKERS / name, folder / name, dirs_exist_ok=True)
    charter = folder / name / "charter.yaml"
    text = charter.read_text()
    for old, new in (changes or {}).items():
        assert old in text, f"nothing in the charter says {old}"
        text = text.replace(old, new)
    charter.write_text(text)
    if playbook:
        (folder / name / "playbook.py").write_text(playbook)
    return folder


# ── what it is told ────────────────────────────────────────────────────────────────────────────────────────────────


def act(operation: str, *, may_be_refused: bool = False, **arguments: Any) -> dict[str, Any]:
    """Say that a write is to be done."""
    return {"act": operation, "arguments": arguments, "may_be_refused": may_be_refused}


def score(value: int = 40, account: str = "A-101") -> dict[str, Any]:
    """Say that a health score is to be set, which is permitted."""
    return act("crm.set_health_score", account=account, score=value, reason="usage is down")


def task(title: str = "Call them") -> dict[str, Any]:
    """Say that a task is to be created, which the task list would do twice."""
    return act("tasks.create_task", title=title)


def notify(message: str = "usage is down") -> dict[str, Any]:
    """Say that an owner is to be notified, which a reviewer is asked about."""
    return act("crm.notify_owner", account="A-101", message=message)


def mail(text: str = "Hello") -> dict[str, Any]:
    """Say that a mail is to be sent, which a reviewer is asked about and nobody can look up."""
    return act("mail.send_message", to="ann@example.com", subject="Hello", text=text)


TAG = act("desk.tag_ticket", ticket="TCK-1", add=["urgent"])
"""That a ticket is to be tagged, which three people are asked about, among them a risk owner."""


def told(*steps: dict[str, Any], number: object = 1, requested_by: str = "") -> Signal:
    """Make the signal that tells a worker what to do."""
    return Signal(
        source="test",
        signal_id=str(number),
        type="test.as_told",
        subject="account:A-101",
        data={"steps": list(steps)},
        requested_by=requested_by,
    )


async def send(house: House, signal: Signal) -> list[UUID]:
    """Send a signal; give the runs it opened."""
    return list((await receive(house.database, house.roster, signal, house.clock.now())).runs)


async def tell(house: House, *steps: dict[str, Any], number: object = 1, requested_by: str = "") -> UUID:
    """Tell a worker what to do; give its run."""
    [run] = await send(house, told(*steps, number=number, requested_by=requested_by))
    return run


# ── how it goes on ─────────────────────────────────────────────────────────────────────────────────────────────────


async def work(house: House) -> None:
    """Go on with everything that is open, as a dispatcher would, until nothing is."""
    while rows := await list_runs(house.database, RunFilter(state="open", limit=500)):
        for row in rows:
            await execute(house, row["id"])


async def ran(house: House, *steps: dict[str, Any], **more: Any) -> UUID:
    """Tell a worker what to do, to notify an owner when nothing is said, and go on as far as it goes; give its run."""
    run = await tell(house, *(steps or [notify()]), **more)
    await work(house)
    return run


async def work_at_once(house: House) -> None:
    """Go on with everything that is open, all at the same time, until nothing is."""
    while rows := await list_runs(house.database, RunFilter(state="open", limit=500)):
        await asyncio.gather(*(execute(house, row["id"]) for row in rows))


async def settle(house: House) -> None:
    """Work, and let the time pass that runs wait for, until each has ended or waits for somebody."""
    await work_at_once(house)
    while moments := [
        row["wake_at"] for row in await rows_of(house, "SELECT wake_at FROM run WHERE state = 'waiting'") if row[0]
    ]:
        house.clock.ahead += max(max(moments) - house.clock.now(), timedelta())
        await wake_runs(house, house.clock.now())
        await work_at_once(house)


async def review_of(house: House, run: UUID) -> Row:
    """Find the open review of a run."""
    [found] = [row for row in await list_reviews(house.database, limit=500) if row["run"] == run]
    return found


async def answer_review(
    house: House,
    run: UUID,
    verdict: str = "approve",
    *,
    person: str = "you",
    reason: str = "because",
    arguments: dict[str, Any] | None = None,
) -> str:
    """Answer the open review of a run; give the state after it."""
    review = (await review_of(house, run))["id"]
    given: Any = {"verdict": verdict, "arguments": arguments}
    return await answer(house.database, Answer(review=review, person=person, reason=reason, **given), house.clock.now())


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something that others bring about, and fail when it does not come."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110  # what is waited for is a row, and nobody tells of it
            await asyncio.sleep(0.01)


# ── what came of it ────────────────────────────────────────────────────────────────────────────────────────────────


async def state_of(house: House, run: UUID) -> Row:
    """Show a run."""
    return await show_run(house.database, run)


async def states_of(house: House, run: UUID) -> list[str]:
    """List the state of the run, and of each of its actions."""
    row = await state_of(house, run)
    return [row["state"], *(action["state"] for action in row["actions"])]


async def kinds_of(house: House, run: UUID) -> Sequence[str]:
    """List the kinds of a run's entries, oldest first."""
    return [entry.kind for entry in reversed(await find_entries(house.database, Search(run=run), limit=500))]


async def done_of(company: Company) -> list[str]:
    """List what the systems really did, and how often under the same key, as in `crm.log_activity 1`."""
    return [f"{effect.operation} {effect.repetition}" for effect in await company.effects()]


async def budgets_of(house: House) -> dict[str, tuple[int, int]]:
    """Tell what is reserved and spent of every budget, by name, over all days."""
    rows = await rows_of(house, "SELECT name, sum(reserved) AS held, sum(spent) AS spent FROM budget GROUP BY name")
    return {row["name"]: (int(row["held"]), int(row["spent"])) for row in rows}


async def rows_of(house: House, statement: str, *arguments: object) -> list[Any]:
    """Ask the database something only a test asks."""
    async with house.database.pool.acquire() as connection:
        return list(await connection.fetch(statement, *arguments))


async def kept_by(database: Database, value: object) -> Any:
    """Give a value to the database and take it back."""
    async with database.pool.acquire() as connection:
        return await connection.fetchval("SELECT $1::jsonb", value)
