"""Reversals: what was done is taken back by a run of the same worker, for which one person asks and another approves.

    requested ── a second person approves ──▶ taken back
        ├─────── rejected, not in time ─────▶ may be requested again
        └─────── forbidden, failed ─────────▶ may be requested again

It is an action like any other: decided, reviewed, recorded, once. Two things are its own. It always asks a person; and
a halt of its worker, workflow or domain does not hold it up, for that is when it is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from remit import clock
from remit.canonical import canonical
from remit.connections.operation import Operation
from remit.errors import Conflict, InputInvalid, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.reversal import Reversal, reversal_of
from remit.governance.roles import Person, person
from remit.ledger.entry import Entry, EntryKind, append
from remit.runtime.inbox import Begun, receive_for
from remit.runtime.run import Done, Outcome
from remit.runtime.signal import Signal
from remit.store.database import Database, Row, Transaction

SOURCE: Final = "remit://reversal"
"""The source of the signals that begin reversals. What makes a run one is its row, not its signal."""

_LONGEST_REASON: Final = 4000  # characters
_REASON: Final = "reason"  # what takes something back is given the reason of that, not of what was done
_UNDER_WAY: Final = {"open", "running", "waiting"}
_IN_DOUBT: Final = {"performing", "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants taken back."""

    key: str
    """of the action, `<run>:<step>`"""
    who: str
    reason: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """what the action itself does not tell"""


async def request_reversal(
    database: Database, operations: Mapping[str, Operation], request: Request, now: datetime
) -> UUID:
    """Request that an action is taken back; give the run that does it once a second person approves.

    Requested again while that is under way, it is the same run.

    Raises:
        NotFound: There is no such action.
        NotAllowed: This person may not.
        Conflict: It did not take effect, took another back, is taken back already, or otherwise just now.
        InputInvalid: Nothing takes it back, an argument is missing, or one is not to be changed.
    """
    async with database.transaction() as transaction:
        done = await _lock(transaction, request.key)
        _check_may(await person(transaction, request.who), done["domain"])
        _check_done(done, request.key)
        found = await transaction.fetch_row("find_reversal", request.key)
        if found and _is_under_way(found, request):
            return UUID(str(found["id"]))
        plan = reversal_of(done["operation"], operations, {**done["arguments"], **(done["result"] or {})}, None)
        return await _begin(transaction, request, done, _planned(plan, request, done["operation"]), now)


async def take_back(context: Any) -> Outcome:
    """Take an action back: the playbook of every run that does."""
    told = context.signal.data
    evidence = {"title": "What is taken back", "action": told["key"], "operation": told["reversed"]}
    await context.act(
        told["operation"],
        told["arguments"],
        purpose=f"Take back `{told['reversed']}` of {told['done_at']}, because: {told['reason']}",
        evidence=[evidence | {"link": f"/runs/{told['key'].partition(':')[0]}", "result": told["result"]}],
    )
    return Done(f"`{told['reversed']}` was taken back")


async def _lock(transaction: Transaction, key: str) -> Row:
    run, _, step = key.partition(":")
    try:
        found = await transaction.fetch_row("lock_done_action", UUID(run), int(step)) if _is_step(step) else None
    except ValueError:
        found = None
    if found is None:
        raise NotFound(f"there is no action `{key[:100]}`. `remit halt report` lists what was done, each with its key")
    return found


def _is_step(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(2**31))


def may_request(who: Person, domain: str) -> bool:
    """Whether somebody may request that what was done in a domain is taken back."""
    return who.may(Permission.INCIDENTS_MODIFY, domain) or who.may(Permission.HALTS_LIFT, domain)


def _check_may(who: Person, domain: str) -> None:
    if not may_request(who, domain):
        who.check(Permission.HALTS_LIFT, domain)  # so that the refusal names a role


def _check_done(done: Row, key: str) -> None:
    if done["state"] != "performed":
        raise Conflict(f"the action `{key}` is {done['state']}: only what took effect is taken back")
    if done["reverses"]:
        raise Conflict(f"the action `{key}` took `{done['reverses']}` back. Do it anew in the system if it was right")


def _is_under_way(found: Row, request: Request) -> bool:
    """Tell whether a run is about to take it back; one that ended without having done so is out of the way."""
    if found["action_state"] == "performed":
        raise Conflict(f"`{request.key}` was taken back already, by run `{found['id']}`")
    if found["state"] not in _UNDER_WAY:
        if found["action_state"] in _IN_DOUBT:
            raise Conflict(f"nobody can tell whether run `{found['id']}` took `{request.key}` back. Look in the system")
        return False
    given = as_kept(dict(request.arguments))
    if any(canonical(found["arguments"].get(name)) != canonical(value) for name, value in given.items()):
        raise Conflict(f"run `{found['id']}` takes `{request.key}` back already, otherwise. Have that rejected first")
    return True


def _planned(plan: Reversal | None, request: Request, done: str) -> Reversal:
    """Fill in what the action does not tell."""
    if plan is None:
        raise InputInvalid(f"nothing takes `{done}` back, as its system declares it. Correct it in the system")
    given = as_kept(dict(request.arguments))
    told = {name: value for name, value in plan.arguments.items() if name != _REASON}
    if changed := sorted(name for name in given if name in told and canonical(given[name]) != canonical(told[name])):
        raise InputInvalid(f"`{'`, `'.join(changed)}` stays what it was when `{done}` was done. Leave it away")
    own = {_REASON: _reason(request)} if _REASON in {*plan.arguments, *plan.missing} else {}
    arguments = {**own, **told, **given}
    missing = [name for name in plan.missing if arguments.get(name) is None]
    if plan.sets_a_value and not given and not missing:
        missing = ["what it was before"]
    if missing:
        raise InputInvalid(f"`{plan.operation}` also needs: {', '.join(missing)}. Look it up and give it")
    return Reversal(
        operation=plan.operation,
        arguments=arguments,
        missing=(),
        is_granted=plan.is_granted,
        sets_a_value=plan.sets_a_value,
    )


def _reason(request: Request) -> str:
    kept = str(as_kept(request.reason)).strip()
    if not 0 < len(kept) <= _LONGEST_REASON:
        raise InputInvalid(f"a reversal needs a reason of at most {_LONGEST_REASON} characters. Say what went wrong")
    return kept


async def _begin(transaction: Transaction, request: Request, done: Row, plan: Reversal, now: datetime) -> UUID:
    told = {
        "key": request.key,
        "reversed": done["operation"],
        "operation": plan.operation,
        "arguments": plan.arguments,
        "reason": _reason(request),
    }
    signal = Signal(
        source=SOURCE,
        signal_id=str(clock.new_id()),  # not the key: nobody who may send signals can send this one before
        type="reversal.requested",
        subject=done["about"],
        time=now,
        data=told | {"result": done["result"], "done_at": f"{done['settled_at']:%Y-%m-%d %H:%M} UTC"},
        trace_id=done["trace_id"],
        requested_by=request.who,
    )
    begun = Begun(worker=done["worker"], version=done["current"], trigger="reversal")
    run = await receive_for(transaction, signal, begun, now)
    await transaction.execute("mark_reversal", run, request.key)
    await append(transaction, _entry(signal, begun, run, told | {"person": request.who}))
    return run


def _entry(signal: Signal, begun: Begun, run: UUID, body: dict[str, Any]) -> Entry:
    return Entry(
        kind=EntryKind.REVERSAL_REQUESTED,
        body=body,
        worker=begun.worker,
        run=run,
        about=signal.subject,
        trace_id=signal.trace_id,
        at=signal.time,
    )
