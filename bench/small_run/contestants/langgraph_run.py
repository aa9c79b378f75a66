# pyright: basic
"""LangGraph with PostgreSQL checkpoints: a graph of five nodes, one thread an event.

The library has no queue, so events wait in the same table as the bare loop's. A saver holds one lock around each of its
statements, even over a pool; so each of the concurrent runs has a saver of its own over one shared pool.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from langgraph.checkpoint.postgres.aio import (  # pyright: ignore[reportMissingImports]  # installed in bench/.venv only
    AsyncPostgresSaver,
)
from langgraph.graph import END, START, StateGraph  # pyright: ignore[reportMissingImports]  # same reason
from psycopg.rows import dict_row  # pyright: ignore[reportMissingImports]  # installed in bench/.venv only
from psycopg_pool import AsyncConnectionPool  # pyright: ignore[reportMissingImports]  # installed in bench/.venv only

from bench.small_run.workload import (
    CONCURRENCY,
    Arena,
    Book,
    Business,
    Event,
    Stopwatch,
    decide,
    open_book,
    open_business,
    spread,
)

DURABILITY = "async"
"""The library's default: a step's checkpoint is written while the next step runs."""


class State(TypedDict):
    """What the graph hands from node to node."""

    key: str
    number: int
    account: dict[str, Any]
    usage: dict[str, Any]
    decision: dict[str, Any]
    task: str


class LangGraph:
    """Graphs, one for each run that may be under way, over one pool."""

    def __init__(self, pool: AsyncConnectionPool, book: Book, business: Business) -> None:
        self._book = book
        self._business = business
        builder = self._build()
        self._graphs = [builder.compile(checkpointer=AsyncPostgresSaver(pool)) for _ in range(CONCURRENCY)]
        self.receive = book.receive
        self.count_recorded = book.count_recorded

    async def process(self, count: int) -> float:
        """Invoke a graph for every event without a record."""
        stopwatch = Stopwatch(count)

        async def run(event: Event) -> None:
            stopwatch.begin()
            graph = self._graphs.pop()
            await graph.ainvoke(
                {"key": event.key, "number": event.account},
                {"configurable": {"thread_id": event.key}},
                durability=DURABILITY,
            )
            self._graphs.append(graph)
            stopwatch.record()

        await spread(await self._book.list_open(), run)
        return await stopwatch.seconds()

    def _build(self) -> StateGraph:
        nodes = {
            "read_account": self._read_account,
            "read_usage": self._read_usage,
            "decide": self._decide,
            "write": self._write,
            "record": self._record,
        }
        builder = StateGraph(State)
        for name, node in nodes.items():
            builder.add_node(name, node)
        for before, after in zip([START, *nodes], [*nodes, END], strict=True):
            builder.add_edge(before, after)
        return builder

    async def _read_account(self, state: State) -> dict[str, Any]:
        return {"account": await self._business.read_account(state["number"])}

    async def _read_usage(self, state: State) -> dict[str, Any]:
        return {"usage": await self._business.read_usage(state["number"])}

    async def _decide(self, state: State) -> dict[str, Any]:
        return {"decision": decide(state["account"], state["usage"])}

    async def _write(self, state: State) -> dict[str, Any]:
        return {"task": await self._business.write_task(state["key"], state["decision"])}

    async def _record(self, state: State) -> dict[str, Any]:
        await self._book.record(state["key"], state["decision"], state["task"])
        return {}


@asynccontextmanager
async def enter(arena: Arena) -> AsyncGenerator[LangGraph]:
    """Create the tables and open the pools."""
    settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with (
        open_book(arena.database_url) as book,
        open_business(arena.http_url) as business,
        AsyncConnectionPool(
            arena.database_url, min_size=CONCURRENCY, max_size=CONCURRENCY, kwargs=settings, open=False
        ) as pool,
    ):
        await AsyncPostgresSaver(pool).setup()
        yield LangGraph(pool, book, business)
