"""Remit: the same small run, governed: decided by rules, recorded in the ledger, takes effect once."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.small_run.workload import CONCURRENCY, HTTP_CONNECTIONS, Arena, Event, Stopwatch
from remit.clock import Clock
from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.connectors.http_json.description import Description
from remit.connections.pace import Limits
from remit.governance.gateway import Gateway
from remit.governance.house import HouseRules
from remit.governance.roles import Person, save_person
from remit.intelligence.local import LocalJudge
from remit.ledger.key import load_signer
from remit.ledger.sequencer import run_sequencer
from remit.runtime.dispatcher import dispatch
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.roster import Roster
from remit.runtime.signal import Signal
from remit.store.database import Database
from remit.store.migrate import migrate

_SEATED = {"olga.brandt": "business-owner", "piet.vos": "technical-owner", "nora.lie": "risk-owner"}
_WORKERS = Path(__file__).parent.parent / "worker"
_BUSINESS = {
    "operations": [
        {"name": "get_account", "kind": "read", "summary": "Read an account.", "path": "/accounts/{account}"},
        {"name": "get_usage", "kind": "read", "summary": "Read an account's usage.", "path": "/usage/{account}"},
        {
            "name": "create_task",
            "kind": "write",
            "summary": "Plan a task.",
            "method": "POST",
            "path": "/tasks",
            "repeat": "same",
            "look_up": {"path": "/tasks/{key}"},
        },
    ]
}


class Remit:
    """One house in one process, as `remit up` runs it, with its sequencer."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def receive(self, event: Event) -> None:
        """Take one event in."""
        data = {"account": event.account}
        signal = Signal(source="bench", signal_id=event.key, type="usage.changed", data=data)
        await receive(self._house.database, self._house.roster, signal, self._house.clock.now())

    async def process(self, count: int) -> float:
        """Work off the runs that are open; the sequencer works beside."""
        stop, before = asyncio.Event(), await self.count_recorded()
        stopwatch = Stopwatch(count)
        stopwatch.begin()
        working = asyncio.create_task(dispatch(self._house, concurrency=CONCURRENCY, stop=stop))
        done = 0
        while done < count:
            await asyncio.sleep(0.02)
            now = await self.count_recorded() - before
            for _ in range(now - done):
                stopwatch.record()
            done = now
        stop.set()
        await working
        return await stopwatch.seconds()

    async def count_recorded(self) -> int:
        """Count the runs that are done."""
        rows = await self._house.database.fetch("count_runs")
        return sum(row["runs"] for row in rows if row["state"] == "done")


@asynccontextmanager
async def enter(arena: Arena) -> AsyncGenerator[Remit]:
    """Migrate the database, employ the worker, open the house."""
    await migrate(arena.database_url)
    database = await Database.open(arena.database_url, size=CONCURRENCY + 4)
    description = Description.model_validate({"base_url": arena.http_url, **_BUSINESS})
    limits = Limits(concurrency=HTTP_CONNECTIONS)
    connections = Connections([Connection(HttpJsonConnector("business", description), limits=limits)])
    for person, role in _SEATED.items():
        await save_person(database, Person(id=person, name=person, roles=(role,)))
    clock, stop = Clock(), asyncio.Event()
    roster = Roster(database, connections.operations, HouseRules.load())
    await employ_all(database, _WORKERS, clock.now())
    await roster.refresh()
    house = House(
        database=database,
        connections=connections,
        judge=LocalJudge(),
        roster=roster,
        gateway=Gateway(database, connections, clock),
        clock=clock,
    )
    with tempfile.TemporaryDirectory() as keys:
        signer = load_signer(Path(keys))
    sequencing = asyncio.create_task(run_sequencer(database, signer, stop=stop))
    try:
        yield Remit(house)
    finally:
        stop.set()
        await sequencing
        await connections.close()
        await database.close()
