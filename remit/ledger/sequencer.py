"""The sequencer: of all processes one leads, and gives waiting entries their index, hash and signature in batches.

    follow ── nobody leads ──▶ lead ── stop, or the connection is lost ──▶ follow

Leading is a session lock, so it ends with the connection however the process ends. It only spares work: what keeps
two batches apart is the lock inside each batch. We look for work by asking, because a notification with each entry
would make the commits of all writers wait for each other.
"""

import asyncio
import logging

from remit.errors import StoreUnavailable
from remit.ledger.log import BATCH, extend
from remit.ledger.note import Signer
from remit.store.database import Database, Transaction

PAUSE = 0.5  # seconds a leader gathers entries; also the longest an entry waits for its index on a quiet house
TAKEOVER = 2.0  # seconds between a follower's tries to lead

_log = logging.getLogger(__name__)


async def run_sequencer(database: Database, signer: Signer, *, stop: asyncio.Event) -> None:
    """Sequence entries whenever this process leads, until told to stop; the batch at hand is finished.

    Raises:
        LedgerBroken: The stored tree is not what was signed last. A person must look.
    """
    while not stop.is_set():
        try:
            async with database.session() as session:
                if await session.fetch_value("try_lead_sequencer"):
                    await _lead(session, signer, stop)
        except StoreUnavailable as error:
            _log.warning("the sequencer lost the database and tries again: %s", error)
        await _pause(stop, TAKEOVER)


async def sequence_once(database: Database, signer: Signer) -> int:
    """Sequence one batch; tell how many entries it held.

    Raises:
        LedgerBroken: The stored tree is not what was signed last.
    """
    async with database.transaction() as transaction:
        return await extend(transaction, signer)


async def drain(database: Database, signer: Signer) -> None:
    """Sequence until no entry waits.

    Raises:
        LedgerBroken: The stored tree is not what was signed last.
    """
    while await sequence_once(database, signer):
        pass


async def _lead(session: Transaction, signer: Signer, stop: asyncio.Event) -> None:
    while not stop.is_set():
        taken = 0
        if await session.fetch_value("has_unsequenced"):
            async with session.connection.transaction():
                taken = await extend(session, signer)
        if taken < BATCH:
            await _pause(stop, PAUSE)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
