"""Ends a run, or lays it to rest, with the steps it recorded and the ledger entry, in one transaction."""

from datetime import datetime

from remit.governance.claim import Claim
from remit.governance.record import Rest
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime import handoffs
from remit.runtime.house import House
from remit.runtime.run import Claimed, Done, Escalate, Outcome, RunState, Stop
from remit.store.database import Transaction


async def lay_to_rest(house: House, claim: Claim, rest: Rest, reason: str, until: datetime) -> None:
    """Let a run wait for a system or a time: it costs one row until then."""
    now = house.clock.now()
    async with house.database.transaction() as transaction:
        kept = await transaction.fetch_value(
            "settle_run", *claim.columns, "waiting", rest.value, reason, until, now, rest is Rest.SYSTEM
        )
        claim.held(kept=kept)


async def settle_run(house: House, claimed: Claimed, claim: Claim, outcome: Outcome) -> None:
    """End a run: with its last steps, the entry, and the end of the handoff that began it."""
    now = house.clock.now()
    state, reason = _ending(outcome)
    async with house.database.transaction() as transaction:
        kept = await transaction.fetch_value("settle_run", *claim.columns, state.value, "", reason, None, now, False)
        claim.held(kept=kept)
        await append(transaction, _entry(claimed, claim, outcome, now))
        if claimed.handoff is not None:
            await _end_handoff(transaction, claimed, outcome, now)


def _ending(outcome: Outcome) -> tuple[RunState, str]:
    match outcome:
        case Done(summary):
            return RunState.DONE, summary
        case Escalate(reason, missing):
            return RunState.EXCEPTION, f"{reason} (missing: {', '.join(missing)})" if missing else reason
        case Stop(reason):
            return RunState.STOPPED, reason


def _entry(claimed: Claimed, claim: Claim, outcome: Outcome, now: datetime) -> Entry:
    state, reason = _ending(outcome)
    body = {
        "state": state.value,
        "reason": reason,
        "version": claimed.version,
        "steps": [step.as_json() for step in claim.steps],
    }
    return Entry(
        kind=EntryKind.RUN_SETTLED,
        body=body,
        worker=claimed.worker,
        run=claimed.id,
        about=claimed.signal.subject,
        trace_id=claimed.trace_id,
        at=now,
    )


async def _end_handoff(transaction: Transaction, claimed: Claimed, outcome: Outcome, now: datetime) -> None:
    if claimed.handoff is None:
        return
    match outcome:
        case Done(summary):
            await handoffs.complete(transaction, claimed.handoff, summary, now)
        case Escalate(reason, _) | Stop(reason):
            await handoffs.fail(transaction, claimed.handoff, reason, now)
