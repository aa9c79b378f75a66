"""Goes on with a run from its rows: the first time, after a review, and after a crash, by the same function.

claim ─▶ load the version it began with ─▶ replay the recorded steps ─▶ go on ─▶ settle
"""

import logging
from uuid import UUID

from remit.errors import FenceLost, RemitError, StoreUnavailable
from remit.runtime import handoffs
from remit.runtime.context import Context
from remit.runtime.house import House
from remit.runtime.playbooks import Playbook
from remit.runtime.rest import settle_run
from remit.runtime.reversals import take_back
from remit.runtime.run import Claimed, Done, Escalate, Leave, Outcome, Stop, read_claimed
from remit.runtime.trace import span_of_run

_ATTEMPTS = 10  # how often a run may be claimed without coming any further, before it goes to a person
_log = logging.getLogger(__name__)


async def execute(house: House, run: UUID) -> None:
    """Go on with a run until it ends or waits.

    Raises:
        StoreUnavailable: The database went away; the run goes on later from its rows.
    """
    claimed = await _claim(house, run)
    if claimed is None:
        return
    with span_of_run(claimed.trace_id, run=str(run), worker=claimed.worker):
        try:
            await _go_on(house, claimed)
        except FenceLost as error:
            _log.info("%s; this process leaves it", error)


async def _claim(house: House, run: UUID) -> Claimed | None:
    """Claim the run; give None when there is nothing to do: it ended, waits, or is under a halt."""
    row = await house.database.fetch_row("claim_run", run, house.clock.now())
    return None if row is None else read_claimed(row)


async def _go_on(house: House, claimed: Claimed) -> None:
    if claimed.attempts > _ATTEMPTS:
        reason = f"{_ATTEMPTS} processes in a row ended while they worked on this run, always at the same place"
        return await settle_run(house, claimed, claimed.claim(), Escalate(reason))
    await _acknowledge(house, claimed)
    context = Context(house, claimed)
    outcome = await _follow(house, claimed, context)
    if outcome is not None:
        await settle_run(house, claimed, context.claim(), outcome)
    return None


async def _acknowledge(house: House, claimed: Claimed) -> None:
    if claimed.handoff is not None and not claimed.steps:
        async with house.database.transaction() as transaction:
            await handoffs.acknowledge(transaction, claimed.handoff, claimed, house.clock.now())


async def _follow(house: House, claimed: Claimed, context: Context) -> Outcome | None:
    """Follow the playbook to its outcome; None when the run waits."""
    try:
        await context.begin()
        outcome = await context.follow(await _playbook(house, claimed))
    except Leave as leave:
        return leave.outcome
    except (FenceLost, StoreUnavailable):
        raise
    except RemitError as error:
        if error.__cause__ is not None:
            _log.error("run %s of %s goes to a person", claimed.id, claimed.worker, exc_info=error)
        return Escalate(str(error))
    except Exception as error:  # noqa: BLE001  # one of the three rims
        # Whatever a step meets, its run ends where a person sees it.
        _log.exception("a step of %s failed in run %s", claimed.worker, claimed.id)
        return Escalate(f"a step of `{claimed.worker}` failed: {error or type(error).__name__}")
    if not isinstance(outcome, Done | Escalate | Stop):
        return Escalate(f"the playbook of `{claimed.worker}` ended without Done, Escalate or Stop")
    return outcome


async def _playbook(house: House, claimed: Claimed) -> Playbook:
    """Give the playbook of the version the run began with; what takes an action back is the same for every worker."""
    return take_back if claimed.reverses else (await house.roster.version(claimed.version)).playbook
