"""The queue of runs: PgQueuer's tables, written inside our own transactions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pgqueuer.queries import Queries

from remit.store.database import Transaction

ENTRYPOINT = "run"
"""PgQueuer's name for the one kind of job there is: a run to go on with."""


async def enqueue_runs(transaction: Transaction, runs: Sequence[UUID]) -> None:
    """Enqueue runs; some process takes each up after the commit."""
    if runs:
        queries = Queries.from_asyncpg_connection(transaction.connection)  # pyright: ignore[reportArgumentType]  # a pooled connection is one
        await queries.enqueue([ENTRYPOINT] * len(runs), [run.bytes for run in runs], [0] * len(runs))


async def open_run(transaction: Transaction, run: UUID, waited_for: str, now: datetime) -> bool:
    """Open a run that waits for this, and enqueue it; give False when it does not wait for it."""
    opened = await transaction.fetch_value("open_run", run, waited_for, now)
    if opened is not None:
        await enqueue_runs(transaction, [opened])
    return opened is not None
