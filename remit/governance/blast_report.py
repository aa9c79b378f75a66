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
from remit.governance.reversal import Reversal, reversal_of
from remit.store.database import Database, Row

BEFORE: Final = timedelta(hours=24)
"""How far back what was done is listed."""

_MOST: Final = 500  # of each; the numbers beside say when there are more


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
    requested: tuple[dict[str, Any], ...]
    """the runs that were to take it back, oldest first, with who asked for each and what became of it"""


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
    until = row["lifted_at"] or datetime.max.replace(tzinfo=row["set_at"].tzinfo)
    return await _gather(database, dict(row), until, operations)


async def foresee(database: Database, scope: str, operations: Mapping[str, Operation], now: datetime) -> BlastReport:
    """Tell what a halt of a scope would touch if it were set now; nothing is stopped by it.

    Args:
        database: The database.
        scope: What would be stopped, as `find_scope` gives it.
        operations: What the connected systems can be asked: they declare what takes back what.
        now: The moment.
    """
    return await _gather(database, {"scope": scope, "set_at": now}, now, operations)


async def _gather(
    database: Database, halt: dict[str, Any], until: datetime, operations: Mapping[str, Operation]
) -> BlastReport:
    scope, since = halt["scope"], halt["set_at"] - BEFORE
    workers = await database.fetch("list_halted_workers", scope)
    charters = {worker["name"]: _charter(worker) for worker in workers}
    done = await database.fetch("list_done_actions", scope, since, until, _MOST)
    asked = _by_key(await database.fetch("list_reversals", scope, since))
    domains = [scope.removeprefix("domain:")] if scope.startswith("domain:") else []
    return BlastReport(
        halt=halt,
        done=tuple(
            _done(action, operations, charters.get(action["worker"]), asked.get(_key(action), ())) for action in done
        ),
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


def _by_key(reversals: Sequence[Row]) -> dict[str, tuple[dict[str, Any], ...]]:
    keys = {row["key"] for row in reversals}
    return {key: _rows([row for row in reversals if row["key"] == key]) for key in keys}


def _key(action: Row) -> str:
    return f"{action['run']}:{action['step']}"


def _done(
    row: Row, operations: Mapping[str, Operation], charter: Charter | None, requested: tuple[dict[str, Any], ...]
) -> DoneAction:
    result: dict[str, Any] = row["result"] or {}
    return DoneAction(
        key=_key(row),
        worker=row["worker"],
        operation=row["operation"],
        arguments=row["arguments"],
        result=result,
        about=row["about"],
        settled_at=row["settled_at"],
        link=f"/runs/{row['run']}",
        reversal=reversal_of(row["operation"], operations, {**row["arguments"], **result}, charter),
        requested=requested,
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
