"""Ends a run, or lays it to rest, with the steps it recorded and the ledger entry, in one transaction."""

from datetime import datetime
from typing import Any

from remit.governance.claim import Claim
from remit.governance.record import Rest
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime import handoffs
from remit.runtime.house import House
from remit.runtime.run import Claimed, Done, Escalate, Outcome, RunState, Stop
from remit.store.database import Transaction


async def lay_to_rest(
    house: House, claim: Claim, rest: Rest, reason: str, until: datetime | None, *, system: str = ""
) -> None:
    """Let a run wait for a time, or for the lift of the halt of a system: it costs one row until then."""
    now = house.clock.now()
    async with house.database.transaction() as transaction:
        kept = await transaction.fetch_value(
            "settle_run", *claim.columns, "waiting", rest.value, reason, until, now, rest is Rest.SYSTEM
        )
        claim.held(kept=kept)
        if rest is Rest.HALT:
            await transaction.execute("note_held_run", claim.run, system)


async def wait_for_identity(house: House, claimed: Claimed, claim: Claim, reason: str) -> None:
    """Let a run wait until the identity of its worker is restored, and note that it was refused."""
    now = house.clock.now()
    async with house.database.transaction() as transaction:
        # No identity is restored until this commits; one that is restored already lets the run go on by itself.
        await transaction.execute("lock_halts_shared")
        identity = await transaction.fetch_row("find_identity", claimed.worker)
        until = None if identity and identity["is_revoked"] else now
        waits = ("waiting", Rest.IDENTITY.value, reason, until, now, False)
        claim.held(kept=await transaction.fetch_value("settle_run", *claim.columns, *waits))
        body = {"reason": reason, "steps": [step.as_json() for step in claim.steps]}
        await append(transaction, _about(claimed, EntryKind.IDENTITY_REFUSED, body, now))


async def settle_run(house: House, claimed: Claimed, claim: Claim, outcome: Outcome) -> None:
    """End a run: with its last steps, the entry, and the end of the handoff that began it."""
    now = house.clock.now()
    state, reason = _ending(outcome)
    async with house.database.transaction() as transaction:
        kept = await transaction.fetch_value("settle_run", *claim.columns, state.value, "", reason, None, now, False)
        claim.held(kept=kept)
        if state is RunState.EXCEPTION:
            await _doubt_what_is_left(transaction, claimed, reason, now)
        await append(transaction, _entry(claimed, claim, (state, reason), now))
        if claimed.handoff is not None:
            end = handoffs.complete if state is RunState.DONE else handoffs.fail
            await end(transaction, claimed.handoff, reason, now)


def _ending(outcome: Outcome) -> tuple[RunState, str]:
    match outcome:
        case Done(summary):
            return RunState.DONE, _as_text(summary)
        case Escalate(reason, missing) if missing:
            return RunState.EXCEPTION, _as_text(f"{reason} (missing: {', '.join(map(str, missing))})")
        case Escalate(reason):
            return RunState.EXCEPTION, _as_text(reason)
        case Stop(reason):
            return RunState.STOPPED, _as_text(reason)


def _as_text(said: object) -> str:
    """Write what a playbook said so that it can be kept: a run ends, whatever stands in its last sentence."""
    return str(said).encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


async def _doubt_what_is_left(transaction: Transaction, claimed: Claimed, reason: str, now: datetime) -> None:
    """Mark an action unknown whose system was being asked when the run came to its end: it may have happened."""
    for row in await transaction.fetch("doubt_left_actions", claimed.id, now, reason):
        body = {"step": row["step"], "key": f"{claimed.id}:{row['step']}", "reason": reason}
        await append(
            transaction, _about(claimed, EntryKind.ACTION_DOUBTED, body | {"operation": row["operation"]}, now)
        )


def _entry(claimed: Claimed, claim: Claim, ending: tuple[RunState, str], now: datetime) -> Entry:
    state, reason = ending
    body = {
        "state": state.value,
        "reason": reason,
        "version": claimed.version,
        "steps": [step.as_json() for step in claim.steps],
    }
    return _about(claimed, EntryKind.RUN_SETTLED, body, now)


def _about(claimed: Claimed, kind: EntryKind, body: dict[str, Any], now: datetime) -> Entry:
    return Entry(
        kind=kind,
        body=body,
        worker=claimed.worker,
        run=claimed.id,
        about=claimed.signal.subject,
        trace_id=claimed.trace_id,
        at=now,
    )
