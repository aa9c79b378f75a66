"""The blast report of a halt: what was done before it, what is in flight, what waits, and what else it touches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.connections.operation import Operation
from remit.errors import CharterInvalid, NotFound
from remit.store.database import Database, Row

BEFORE: Final = timedelta(hours=24)
"""How far back what was done is listed."""

_MOST: Final = 500  # of each; the numbers beside say when there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What takes an action back, as its system declares it: an action like any other, for a person to ask for."""

    operation: str
    arguments: dict[str, Any]
    """as far as the action itself tells them"""
    missing: tuple[str, ...]
    """what somebody has to look up first"""
    is_granted: bool
    """whether the worker's own charter lets it do this; if not, a person does it in the system"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneAction:
    """One action that took effect before the halt."""

    key: str
    worker: str
    operation: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    about: str
    settled_at: datetime
    link: str
    reversal: Reversal | None
    """None when nothing takes it back"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltedWorker:
    """One worker the halt concerns, and what else hangs on it."""

    name: str
    domain: str
    process: str
    business_owner: str
    technical_owner: str
    triggers: tuple[str, ...]
    """what comes in meanwhile opens runs that wait"""
    escalation_paths: tuple[str, ...]
    """along which it hands nothing over meanwhile, each with its receiving domain"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastReport:
    """Everything a halt touches, as of now."""

    halt: dict[str, Any]
    done: tuple[DoneAction, ...]
    """in the 24 hours before it, newest first"""
    in_flight: tuple[str, ...]
    """actions whose system has not answered to this moment"""
    runs: tuple[dict[str, Any], ...]
    """that have not ended"""
    reviews: tuple[dict[str, Any], ...]
    """open, and frozen while it is in force"""
    handoffs: tuple[dict[str, Any], ...]
    """under way from or to what is halted"""
    workers: tuple[HaltedWorker, ...]


async def report(database: Database, halt: UUID, operations: Mapping[str, Operation]) -> BlastReport:
    """Tell what a halt touches.

    Args:
        database: The database.
        halt: Its number.
        operations: What the connected systems can be asked: they declare what takes back what.

    Raises:
        NotFound: There is no such halt.
    """
    row = await database.fetch_row("show_halt", halt)
    if row is None:
        raise NotFound(f"there is no halt `{halt}`. `remit halts` shows those in force")
    scope, since = row["scope"], row["set_at"] - BEFORE
    workers = await database.fetch("list_halted_workers", scope)
    charters = {worker["name"]: _charter(worker) for worker in workers}
    until = row["lifted_at"] or datetime.max.replace(tzinfo=row["set_at"].tzinfo)
    done = await database.fetch("list_done_actions", scope, since, until, _MOST)
    domains = [scope.removeprefix("domain:")] if scope.startswith("domain:") else []
    return BlastReport(
        halt=dict(row),
        done=tuple(_done(action, operations, charters.get(action["worker"])) for action in done),
        in_flight=tuple(each["key"] for each in await database.fetch("list_in_flight", scope)),
        runs=_rows(await database.fetch("list_halted_runs", scope, _MOST)),
        reviews=_rows(await database.fetch("list_halted_reviews", scope, _MOST)),
        handoffs=_rows(await database.fetch("list_halted_handoffs", list(charters), domains, _MOST)),
        workers=tuple(_halted(worker, charters[worker["name"]]) for worker in workers),
    )


def _charter(worker: Row) -> Charter | None:
    try:
        return parse_charter(worker["charter"], file=f"{worker['name']}/charter.yaml")
    except CharterInvalid:  # stored by looser rules: the rest of the report is told all the same
        return None


def _rows(rows: Sequence[Row]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(row) for row in rows)


def _done(row: Row, operations: Mapping[str, Operation], charter: Charter | None) -> DoneAction:
    result: dict[str, Any] = row["result"] or {}
    return DoneAction(
        key=f"{row['run']}:{row['step']}",
        worker=row["worker"],
        operation=row["operation"],
        arguments=row["arguments"],
        result=result,
        about=row["about"],
        settled_at=row["settled_at"],
        link=f"/runs/{row['run']}",
        reversal=_reversal(operations.get(row["operation"]), operations, {**row["arguments"], **result}, charter),
    )


def _reversal(
    done: Operation | None, operations: Mapping[str, Operation], known: dict[str, Any], charter: Charter | None
) -> Reversal | None:
    taken_back_by = operations.get(done.reversed_by) if done else None
    if taken_back_by is None:
        return None
    # What sets a value is taken back by setting the former one, which only its first argument, the thing, tells here.
    needed = taken_back_by.required
    tells = needed[:1] if taken_back_by is done else needed
    told = {name: known[name] for name in tells if known.get(name) is not None}
    return Reversal(
        operation=taken_back_by.name,
        arguments=told,
        missing=tuple(name for name in needed if name not in told),
        is_granted=bool(charter and charter.grant(taken_back_by.name)),
    )


def _halted(row: Row, charter: Charter | None) -> HaltedWorker:
    owners = (charter.business_owner, charter.technical_owner) if charter else ("", "")
    return HaltedWorker(
        name=row["name"],
        domain=row["domain"],
        process=row["workflow"],
        business_owner=owners[0],
        technical_owner=owners[1],
        triggers=tuple(trigger.event or trigger.cron or trigger.since for trigger in charter.triggers)
        if charter
        else (),
        escalation_paths=tuple(_paths(charter)),
    )


def _paths(charter: Charter | None) -> Iterator[str]:
    for path in charter.escalation_paths if charter else ():
        yield f"{path.name} to {path.receiving_domain.value}"
