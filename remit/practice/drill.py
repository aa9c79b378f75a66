"""A drill of the kill switch, on the practice systems: what they really did tells whether anything began after it.

    employ ─▶ load ─▶ wait until it works ─▶ stop ─▶ watch ─▶ lift ─▶ wait until all is done ─▶ record

A worker that exists for nothing else works under load and is stopped. The halt covers that worker alone, so that a
drill can be held in a house at work, and the drill itself lifts it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from remit import clock
from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.registry import WorkerFiles
from remit.charters.role import Role
from remit.errors import Conflict, RemitError, SettingsInvalid
from remit.governance.drills import Drilled, begin_drill, end_drill, find_due, tell_overdue
from remit.governance.halts import HaltReport, Order, carry_out, lift_drill
from remit.governance.roles import list_people
from remit.ledger.entry import Entry, EntryKind, append
from remit.practice.effects import Effect, effects
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal

WORKER: Final = "kill-switch-drill"
SCOPE: Final = f"worker:{WORKER}"

_RUNS: Final = 60  # runs of one write each
_UNDER_WAY: Final = 5  # writes done before it is stopped
_PATIENCE: Final = 20.0  # seconds for the load to begin, and again to end
_LOOK_EVERY: Final = 0.02
_DUE_EVERY: Final = 20.0  # seconds between two looks at the plan
_log = logging.getLogger(__name__)

_SEATS: Final = {
    "business": Role.BUSINESS_OWNER,
    "technical": Role.TECHNICAL_OWNER,
    "risk": Role.RISK_OWNER,
}

_CHARTER: Final = """\
name: kill-switch-drill
title: Drill of the kill switch
domain: it_operations
purpose: be stopped, so that everybody knows that stopping works
process: drills of the kill switch
owners: {business: BUSINESS, technical: TECHNICAL}
seats: {accountable: BUSINESS, system_owner: TECHNICAL, risk_owner: RISK}
triggers:
  - {name: begun, event: drill.begun}
systems:
  - {system: tasks, reads: []}
grants:
  - {operation: tasks.create_task, stage: high_trust, because: a drill needs something that can be stopped}
escalation_contacts: [TECHNICAL]
"""

_PLAYBOOK: Final = '''\
"""Creates one task, so that there is something to stop."""

from remit.playbook import Context, Done, Outcome


async def run(context: Context) -> Outcome:
    """Create it."""
    await context.act("tasks.create_task", {"title": str(context.signal.data["title"])}, purpose="a drill is held")
    return Done("the drill made its task")
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the practice systems did in one drill."""

    before: int
    late: int
    """begun after the answer, and not in flight then: none, if the kill switch works"""
    after: int


async def hold_drill(
    house: House, who: str, *, due_at: datetime | None = None, watch_for: float = 1.0
) -> Drilled | None:
    """Hold a drill, and record what it measured; give None when another process holds the one that is due.

    Some process has to be at work, as `remit up` is: a drill stops what really runs.

    Args:
        house: The house.
        who: In whose name.
        due_at: The moment of the plan it stands for, if it does.
        watch_for: For how many seconds to look for what must not begin.

    Raises:
        NotAllowed: This person may not.
        SettingsInvalid: There is no practice company, or nobody who could answer for the worker.
        Conflict: Another drill is under way.
    """
    await _employ(house)
    drill = await begin_drill(house.database, who, house.clock.now(), due_at=due_at)
    if drill is None:
        return None
    try:
        result = await _measure(house, drill, who, watch_for)
    except Conflict as error:
        await end_drill(house.database, drill, Drilled.failed(drill, str(error)), house.clock.now())
        raise
    finally:
        await lift_drill(house.database, SCOPE, house.clock.now())
    await end_drill(house.database, drill, result, house.clock.now())
    return result


async def keep_drills(house: House, *, stop: asyncio.Event) -> None:
    """Hold the drills that are due, and tell of those that are overdue, until told to stop."""
    while not stop.is_set():
        try:
            await _hold_due(house)
            await tell_overdue(house.database, house.clock.now())
        except RemitError as error:
            _log.warning("the drill that is due could not be held: %s", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _DUE_EVERY)


async def _hold_due(house: House) -> None:
    due = await find_due(house.database, house.clock.now())
    if due is not None:
        who, moment = due
        await hold_drill(house, who, due_at=moment)


async def _employ(house: House) -> None:
    """Take the worker of the drill on, with those as its owners who hold the roles."""
    if "tasks.create_task" not in house.connections.operations:
        raise SettingsInvalid("a drill needs the practice systems. Set `REMIT_PRACTICE` to `true`")
    people = await list_people(house.database)
    charter = _CHARTER
    for seat, role in _SEATS.items():
        holder = next((one.id for one in people if one.holds(role, "it_operations")), None)
        if holder is None:
            raise SettingsInvalid(f"a drill needs somebody who is {role}. Give the role with `remit person save`")
        charter = charter.replace(seat.upper(), holder)
    files, now = WorkerFiles(name=WORKER, charter=charter, playbook=_PLAYBOOK), house.clock.now()
    async with house.database.transaction() as transaction:
        if await registry.register(transaction, files, parse_charter(charter, file=f"{WORKER}/charter.yaml"), now):
            body = {"version": files.digest, "charter": files.charter, "playbook": files.playbook}
            await append(transaction, Entry(kind=EntryKind.CHARTER_REGISTERED, body=body, worker=WORKER, at=now))
    await house.roster.refresh()


async def _measure(house: House, drill: UUID, who: str, watch_for: float) -> Drilled:
    await lift_drill(house.database, SCOPE, house.clock.now())  # what a drill left whose process died
    for number in range(_RUNS):
        data = {"title": _title(drill, number)}
        signal = Signal(source="remit://drill", signal_id=f"{drill}/{number}", type="drill.begun", data=data)
        await receive(house.database, house.roster, signal, house.clock.now())
    if not await _until(lambda: _has_done(house, drill, _UNDER_WAY)):
        return Drilled.failed(drill, "nothing was at work: no process took the runs up. Start `remit up`")
    order = Order(scope=SCOPE, reason="a drill", who=who, is_drill=True)
    report = await carry_out(house.database, order, house.clock.now())
    answered = house.clock.now()
    await asyncio.sleep(watch_for)
    seen = _seen(await _effects(house, drill), report, answered)
    await lift_drill(house.database, SCOPE, house.clock.now())
    went_on = await _until(lambda: _has_done(house, drill, _RUNS))
    return _judged(drill, report, seen, went_on=went_on)


def _seen(done: list[Effect], report: HaltReport, answered: datetime) -> _Seen:
    late = [each for each in done if each.asked_at > answered and each.key not in report.in_flight]
    return _Seen(before=len([each for each in done if each.asked_at <= answered]), late=len(late), after=len(done))


def _judged(drill: UUID, report: HaltReport, seen: _Seen, *, went_on: bool) -> Drilled:
    faults: list[str] = []
    if seen.late:
        faults.append(f"{seen.late} writes began after the answer")
    if seen.before >= _RUNS:
        faults.append("everything was done before it was stopped, so that nothing was tested")
    if not went_on:
        faults.append("not everything went on after the lift")
    silent = [f"{each.host}:{each.pid}" for each in report.confirmations if not each.has_confirmed]
    if silent:
        faults.append(f"not confirmed by {', '.join(silent)}")
    return Drilled(
        drill=drill,
        has_passed=not faults,
        faults=tuple(faults),
        answered_in=report.answered_in,
        late_effects=seen.late,
        in_flight=len(report.in_flight),
        confirmed=tuple(f"{each.host}:{each.pid}" for each in report.confirmations if each.has_confirmed),
        silent=tuple(silent),
    )


async def _has_done(house: House, drill: UUID, count: int) -> bool:
    return len(await _effects(house, drill)) >= count


async def _effects(house: House, drill: UUID) -> list[Effect]:
    return [each for each in await effects(house.database, "tasks") if _is_of(each.arguments, drill)]


def _is_of(arguments: dict[str, Any], drill: UUID) -> bool:
    return str(arguments.get("title", "")).startswith(f"drill {drill} ")


def _title(drill: UUID, number: int) -> str:
    return f"drill {drill} {number}"


async def _until(holds: Callable[[], Awaitable[bool]]) -> bool:
    until = clock.monotonic() + _PATIENCE
    while not await holds():
        if clock.monotonic() >= until:
            return False
        await asyncio.sleep(_LOOK_EVERY)
    return True
