"""Runs one case on a real database: the practice company, the policy, the gateway and the executor are the house's own.

open a house ─▶ arrange what is given ─▶ work until nothing moves any more ─▶ look up what happened ─▶ compare
"""

import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from remit import clock
from remit.clock import Clock
from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.connections.pace import Limits, Timing
from remit.errors import InputInvalid
from remit.evals.case import AnswerGiven, Case
from remit.evals.outcome import Happened, compare, look
from remit.governance import approvals
from remit.governance.approvals import expire_reviews
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.governance.reviews import list_reviews
from remit.intelligence.local import LocalJudge
from remit.practice.company import Company, open_company
from remit.practice.documents import documents
from remit.practice.seed import seed
from remit.runtime import watch
from remit.runtime.employ import employ_all
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.roster import Roster
from remit.runtime.runs import RunFilter, list_runs, show_run
from remit.runtime.schedule import run_out_timers, wake_runs
from remit.runtime.signal import Signal
from remit.store.database import Database, Row

_MOST_ROUNDS = 200
_MORNING = time(9, tzinfo=UTC)
_LIMITS = Limits(time_limit=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a case showed."""

    case: Case
    problems: tuple[str, ...]
    """what was otherwise than expected; none when the case holds"""
    happened: Happened

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems


async def run_case(case: Case, database: Database) -> Result:
    """Run one case.

    Args:
        case: The example.
        database: Fresh and migrated; it is filled and not emptied.

    Raises:
        InputInvalid: The case gives something that is not there.
    """
    with tempfile.TemporaryDirectory(prefix="remit-case-") as folder:
        async with _open_house(case, database, Path(folder)) as (house, company):
            await _arrange(case, house, company)
            await _begin(case, house, Path(folder))
            await _work(case, house)
            happened = await look(house, company)
    return Result(case=case, problems=tuple(compare(case, happened)), happened=happened)


# ── the house ──────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _open_house(case: Case, database: Database, drop: Path) -> AsyncGenerator[tuple[House, Company]]:
    """Open a house with the practice company, the drop folder and the workers of the case."""
    time_of_case = Clock(ahead=datetime.combine(case.given.today, _MORNING) - clock.now())
    async with AsyncExitStack() as stack:
        company = await open_company(database, clock=time_of_case)
        stack.push_async_callback(company.close)
        await seed(database, clock=time_of_case)
        timing = Timing(now=time_of_case.now)
        practice = [Connection(each, limits=_LIMITS, timing=timing) for each in company.connectors.values()]
        connections = Connections([Connection(DropFolderConnector("drop", _invoices(drop))), *practice])
        stack.push_async_callback(connections.close)
        roster = Roster(database, connections.operations, HouseRules.load())
        for folder in (case.folder, *(case.folder.parent.parent / name for name in case.given.workers)):
            if not (folder / "charter.yaml").is_file():
                raise InputInvalid(f"there is no worker in `{folder.name}`. Name one as `domain/worker`")
            await employ_all(database, folder, time_of_case.now())
        await roster.refresh()
        house = House(
            database=database,
            connections=connections,
            judge=LocalJudge(),
            roster=roster,
            gateway=Gateway(database, connections, time_of_case),
            clock=time_of_case,
        )
        yield house, company


def _invoices(drop: Path) -> Path:
    folder = drop / "invoices"
    folder.mkdir(exist_ok=True)
    return folder


# ── what is given ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _arrange(case: Case, house: House, company: Company) -> None:
    now = house.clock.now()
    for record in case.given.records:
        place = (record.system, record.kind, record.id)
        there = await house.database.fetch_value("read_practice_record", *place) or {"id": record.id}
        await house.database.execute("save_practice_record", *place, there | record.set, now)
    for fault in case.given.faults:
        await company.fail(fault.system, fault.operation, fault.kind, times=fault.times, seconds=fault.seconds)
    for operation, stage in case.given.stages.items():
        await house.database.execute("set_case_stage", case.worker, operation, stage.value, now)


async def _begin(case: Case, house: House, drop: Path) -> None:
    """Drop the files and send the signals, as they come in a real house."""
    now = house.clock.now()
    watcher = Watcher(_invoices(drop))
    for place, name in enumerate(case.given.files):
        path = _invoices(drop) / f"{place + 1}-{Path(name).stem}{Path(name).suffix or '.xml'}"
        path.write_bytes(_content(case, name))
        os.utime(path, (now.timestamp(), now.timestamp()))
    for _ in range(2):  # a file is whole when it is the same in two scans
        await watch.look(house, watcher)
    for place, given in enumerate(case.given.signals):
        signal = Signal(source="case", signal_id=str(place), time=now, **dict(given))
        await receive(house.database, house.roster, signal, now)
    if case.given.later:
        await _work_off(house)
        house.clock.advance(**case.given.later)
        await run_out_timers(house, house.clock.now())


def _content(case: Case, name: str) -> bytes:
    if "/" in name:
        return (case.path.parent / name).read_bytes()
    papers = documents(case.given.today)
    paper = papers.get(f"{name}.xml", papers.get(name))
    if paper is None:
        raise InputInvalid(f"there is no practice invoice `{name}`. There are {', '.join(papers)}")
    return paper


# ── work until nothing moves any more ──────────────────────────────────────────────────────────────────────────────


async def _work(case: Case, house: House) -> None:
    answers = list(case.answers)
    for _ in range(_MOST_ROUNDS):
        if await _work_off(house):
            continue
        if not (await _give_answer(house, answers) or await _let_time_pass(house)):
            break
    if answers:
        said = ", ".join(f"{one.verdict} `{one.operation}`" for one in answers)
        raise InputInvalid(f"nobody asked for these answers of `{case.name}`: {said}. Remove them, or give what asks")


async def _work_off(house: House) -> int:
    """Go on with every open run, until each ended or waits; give how many there were."""
    rows = sorted(
        await list_runs(house.database, RunFilter(state="open")), key=lambda row: (row["opened_at"], row["id"])
    )
    for row in rows:
        await execute(house, row["id"])
    return len(rows)


async def _give_answer(house: House, answers: list[AnswerGiven]) -> bool:
    """Give the first answer that somebody waits for."""
    reviews = await list_reviews(house.database)
    for given in answers:
        review = next((one for one in reviews if one["operation"] == given.operation), None)
        if review is not None:
            answers.remove(given)
            await _answer(house, review, given)
            return True
    return False


async def _answer(house: House, review: Row, given: AnswerGiven) -> None:
    if given.verdict == "expire":
        house.clock.ahead += review["expires_at"] - house.clock.now()
        await expire_reviews(house.database, house.clock.now())
        return
    edited = None if given.arguments is None else review["arguments"] | given.arguments
    said = approvals.Answer(
        review=review["id"],
        person=given.person,
        verdict=given.verdict,
        reason=given.reason,
        arguments=edited,
        digest=review["digest"],
    )
    await approvals.answer(house.database, said, house.clock.now())


async def _let_time_pass(house: House) -> bool:
    """Move the clock to the next moment that a run waits for, if there is one."""
    waiting = [
        await show_run(house.database, row["id"]) for row in await list_runs(house.database, RunFilter(state="waiting"))
    ]
    moments = [row["wake_at"] for row in waiting if row["wake_at"] is not None]
    if not moments:
        return False
    house.clock.ahead += max(min(moments), house.clock.now()) - house.clock.now()
    await wake_runs(house, house.clock.now())
    return True
