"""The one place every write passes: decide, record, perform, settle, so that an action takes effect once.

    gather facts ─▶ decide ─▶ record the intent ══▶ perform ─▶ settle
                                  one transaction      one transaction

A crash before the intent leaves nothing. A crash after it leaves `performing`, and the same function, called again
for the same step, looks up what happened before it does anything else.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from opentelemetry import trace

from remit import clock
from remit.clock import Clock
from remit.connections.action import Action, ActionState, Receipt
from remit.connections.connection import WhenUnavailable
from remit.connections.connections import Connections
from remit.connections.operation import Repeat
from remit.errors import ConnectionHalted, OutcomeUnknown, SystemBusy, SystemRefused
from remit.governance.approvals import mark_used
from remit.governance.budgets import reserve
from remit.governance.claim import Claim
from remit.governance.decision import Decision, Verdict
from remit.governance.facts import Case
from remit.governance.issuer import Issuer
from remit.governance.limits import tell_reached, touch, turn_of
from remit.governance.mandate import Basis, Mandate
from remit.governance.record import Record, Rest
from remit.governance.reviews import request_outcome, request_review
from remit.governance.scopes import check_connection
from remit.governance.sources import gather_traced
from remit.governance.token import TrustDomain
from remit.governance.vacancies import tell_vacant
from remit.store.database import Database, Transaction

_tracer = trace.get_tracer("remit")

BEGIN_WITHIN = 0.5  # seconds between the intent and the request; a halt answers later than this, see halts.py
_MARGIN = timedelta(seconds=1)  # beyond the time limit of a connection, until a lost request counts as lost
_TRIES = 10  # how often a run waits for a system that says later, before a person is told
_LONGEST_WAIT = 300.0  # seconds between two such tries


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """An action whose intent is committed: the system may be asked until `begin_by`."""

    action: Action
    begin_by: float


class _OverBudget(Exception):  # not an error: it rolls the transaction back so that it is decided anew
    """Another run used the budget between the facts and the reservation."""

    def __init__(self, budget: str) -> None:
        super().__init__()
        self.budget = budget


class Gateway:
    """The gateway of one process."""

    def __init__(
        self, database: Database, connections: Connections, time: Clock, *, trust_domain: str = "remit.internal"
    ) -> None:
        self._database = database
        self._connections = connections
        self._clock = time
        self.issuer = Issuer(database, time, TrustDomain(trust_domain))
        connections.guard(self._guard)
        connections.share(database)

    @_tracer.start_as_current_span("submit")
    async def submit(self, action: Action, claim: Claim, mandate: Mandate) -> Receipt:
        """Decide, record, perform and settle one action, so that it takes effect once.

        The steps of the claim are committed with the first transaction. A receipt in the state `waiting` means that
        the run is waiting now, in the database too: for a review, a halt to be lifted, or a system.

        Raises:
            FenceLost: Another process owns the run; nothing was done here.
            MandateOutdated: Rules or charter have changed since the mandate was made; nothing was done here.
            IdentityRevoked: The worker's identity is revoked; nothing was done.
            TokenStale: The claim needs a new token; nothing was done.
            NotAllowed: The claim does not bear a token for this worker, run and fence; nothing was done.
        """
        try:
            begun = await self._record_intent(action, claim, mandate)
        except _OverBudget as error:
            begun = await self._record_intent(action, claim, mandate, exhausted=error.budget)
        if isinstance(begun, _Begun):
            return await self._perform(begun, replace(claim, steps=()), mandate)
        return begun

    async def admit(self, claim: Claim, worker: str) -> Basis:
        """Make sure that a claim bears a token that counts, before a read or a handoff; give by what that is decided.

        Raises:
            IdentityRevoked, FenceLost, TokenStale, NotAllowed: As `submit` does.
        """
        return await self.issuer.check(self._database, claim, worker)

    async def _guard(self, system: str) -> float:
        """Guard every question but a write, which has its own intent: a halted connection is not asked."""
        await check_connection(self._database, system)
        return BEGIN_WITHIN

    # ── decide and record ──────────────────────────────────────────────────────────────────────────────────────────

    async def _record_intent(
        self, action: Action, claim: Claim, mandate: Mandate, *, exhausted: str = ""
    ) -> _Begun | Receipt:
        async with self._database.transaction() as transaction:
            # INVARIANT: no halt is set and no rule changed between reading them and committing the intent.
            await transaction.execute("lock_halts_shared")
            await self.issuer.check(transaction, claim, action.worker)
            now = self._clock.now()
            case = await gather_traced(transaction, action, mandate, claim, now)
            if exhausted:
                case = replace(case, facts=replace(case.facts, over_budget=(exhausted,)))
            record = _record(transaction, case.action, claim, mandate, now=now)
            receipt = None if case.state is ActionState.PERFORMING else await self._decide(record, case, mandate)
            begin_by = clock.monotonic() + BEGIN_WITHIN  # a halt waits for this transaction, so it need not count
        if case.state is ActionState.PERFORMING:  # a process died while it was being performed
            return await self._resume(case, claim, mandate)
        return receipt or _Begun(action=case.action, begin_by=begin_by)

    async def _decide(self, record: Record, case: Case, mandate: Mandate) -> Receipt | None:
        """Give None when it may be performed now, else the receipt of what it became or waits for."""
        answered = case.review.state if case.review else ""
        match case.state:
            case ActionState.UNKNOWN:
                return await self._after_doubt(record, case)
            case ActionState.WAITING if answered in {"rejected", "expired"}:
                return await record.rejected(_why_rejected(case))
            case ActionState.WAITING if answered == "open":
                return await record.waits(ActionState.WAITING, Rest.REVIEW, "a review is open")
            case _:
                return await self._decide_anew(record, case, mandate)

    async def _decide_anew(self, record: Record, case: Case, mandate: Mandate) -> Receipt | None:
        decision = mandate.policy.decide(case.action, case.facts)
        if case.facts.halts:
            return await record.held(decision, case.facts.halts)
        match decision.verdict:
            case Verdict.FORBID:
                if seats := case.facts.vacant_seats:
                    await tell_vacant(record.transaction, case.action, mandate, seats, record.now)
                if case.review and case.review.state == "approved":
                    await record.transaction.execute("lapse_review", case.review.id)
                await tell_reached(record.transaction, mandate.charter, case.facts.over_budget, record.now)
                return await record.forbidden(decision)
            case Verdict.REVIEW:
                if case.facts.approvers:  # a new review has answers of its own: everybody is asked again
                    unapproved = replace(case.facts, approvals=frozenset(), approvers=0)
                    decision = mandate.policy.decide(case.action, unapproved)
                operation = self._connections.operation(case.action.operation)
                await request_review(record, mandate, decision, operation)
                return await record.asked(decision)
            case Verdict.PERMIT:
                return await self._intend(record, case, decision, mandate)

    async def _intend(self, record: Record, case: Case, decision: Decision, mandate: Mandate) -> Receipt | None:
        if case.state is not ActionState.PERFORMING:  # then it holds what it needs already
            if until := await turn_of(record.transaction, case.action, mandate.charter, record.now):
                return await record.paced(decision, until)
            exhausted = await reserve(record.transaction, case.reservations)
            if exhausted is not None:
                raise _OverBudget(exhausted)
            await touch(record.transaction, case.action, mandate)
        if case.review and case.review.state == "approved":
            await mark_used(record.transaction, case.review.id)
        await record.intended(decision, case.reservations)
        return None

    async def _after_doubt(self, record: Record, case: Case) -> Receipt:
        """Settle what nobody could tell by what a person found."""
        found = case.review.state if case.review and case.review.kind == "outcome" else "open"
        who = ", ".join(answer["person"] for answer in case.review.answers) if case.review else ""
        match found:
            case "approved" if case.review:
                await mark_used(record.transaction, case.review.id)
                return await record.performed({"confirmed_by": who})
            case "rejected":
                return await record.failed(f"{who} found that it did not happen")
            case "expired":
                return await record.unresolved("nobody could tell in time whether it happened")
            case _:
                return await record.waits(ActionState.UNKNOWN, Rest.REVIEW, "nobody can tell yet whether it happened")

    # ── resume after a crash ───────────────────────────────────────────────────────────────────────────────────────

    async def _resume(self, case: Case, claim: Claim, mandate: Mandate) -> _Begun | Receipt:
        """Go on with an action that was being performed when its process died: look up before any repeat."""
        action = case.action
        if action.operation not in self._connections.operations:
            async with self._recording(action, claim, mandate) as record:
                return await record.unresolved(f"`{action.operation}` was being done, and is not connected any more")
        connection = self._connections.for_operation(action.operation)
        operation = self._connections.operation(action.operation)
        if operation.repeat is Repeat.BLIND:
            return await self._doubt(action, claim, mandate, "the process died while it was being performed")
        try:
            found = await connection.look_up(operation.name, action.arguments, action.key)
        except SystemRefused as error:
            return await self._doubt(action, claim, mandate, f"the system does not tell what happened: {error}")
        except ConnectionHalted as error:
            async with self._recording(action, claim, mandate) as record:
                return await record.blocked(str(error))
        except (OutcomeUnknown, SystemBusy) as error:
            return await self._later(action, claim, mandate, error, state=ActionState.PERFORMING)
        return await (
            self._repeat(case, claim, mandate) if found is None else self._settled(action, claim, mandate, found)
        )

    async def _repeat(self, case: Case, claim: Claim, mandate: Mandate) -> _Begun | Receipt:
        """Decide again, now that it is known that nothing happened; what is reserved stays reserved."""
        operation = self._connections.operation(case.action.operation)
        time_limit = self._connections.for_operation(operation.name).time_limit
        if operation.repeat is Repeat.FINDABLE and case.age < timedelta(seconds=time_limit) + _MARGIN:
            # A request of the dead process may still be on its way, and this system would do it twice.
            error = SystemBusy("a request may still be on its way", retry_after=time_limit)
            return await self._later(case.action, claim, mandate, error, state=ActionState.PERFORMING)
        async with self._database.transaction() as transaction:
            await transaction.execute("lock_halts_shared")
            await self.issuer.check(transaction, claim, case.action.worker)
            now = self._clock.now()
            fresh = await gather_traced(transaction, case.action, mandate, claim, now)
            fresh = replace(fresh, facts=replace(fresh.facts, over_budget=()))  # it holds what it needs
            record = _record(transaction, fresh.action, claim, mandate, now=now)
            receipt = await self._decide_anew(record, fresh, mandate)
            if receipt is not None:
                await transaction.execute("release_reservation", case.action.run, case.action.step)
            begin_by = clock.monotonic() + BEGIN_WITHIN
        return receipt or _Begun(action=fresh.action, begin_by=begin_by)

    # ── perform and settle ─────────────────────────────────────────────────────────────────────────────────────────

    async def _perform(self, begun: _Begun, claim: Claim, mandate: Mandate) -> Receipt:
        action = begun.action
        connection = self._connections.for_operation(action.operation)
        try:
            result = await connection.perform(action.operation, action.arguments, action.key, begin_by=begun.begin_by)
        except SystemRefused as error:
            async with self._recording(action, claim, mandate) as record:
                return await record.failed(str(error))
        except SystemBusy as error:
            return await self._later(action, claim, mandate, error, state=ActionState.WAITING)
        except OutcomeUnknown as error:
            if self._connections.operation(action.operation).repeat is Repeat.BLIND:
                return await self._doubt(action, claim, mandate, str(error))
            return await self._later(action, claim, mandate, error, state=ActionState.PERFORMING)
        return await self._settled(action, claim, mandate, result)

    async def _settled(self, action: Action, claim: Claim, mandate: Mandate, result: dict[str, Any]) -> Receipt:
        async with self._recording(action, claim, mandate) as record:
            return await record.performed(result)

    async def _doubt(self, action: Action, claim: Claim, mandate: Mandate, reason: str) -> Receipt:
        async with self._recording(action, claim, mandate) as record:
            await request_outcome(record, mandate, self._connections.operation(action.operation), reason)
            return await record.doubted(reason)

    async def _later(
        self, action: Action, claim: Claim, mandate: Mandate, error: SystemBusy | OutcomeUnknown, *, state: ActionState
    ) -> Receipt:
        """Wait for a system, holding nothing but rows; go to a person if the connection says so or it takes long."""
        connection = self._connections.for_operation(action.operation)
        asked = error.retry_after if isinstance(error, SystemBusy) else 1.0
        wait = timedelta(seconds=min(max(asked, 2.0 ** min(claim.tries, _TRIES) / 4), _LONGEST_WAIT))
        gives_up = connection.when_unavailable is WhenUnavailable.ESCALATE or claim.tries + 1 >= _TRIES
        if connection.when_unavailable is WhenUnavailable.PAUSE or not gives_up:
            async with self._recording(action, claim, mandate) as record:
                return await record.waits(state, Rest.SYSTEM, str(error), wait=wait)
        if state is ActionState.PERFORMING:
            return await self._doubt(action, claim, mandate, f"the system could not be asked what happened: {error}")
        async with self._recording(action, claim, mandate) as record:
            return await record.failed(str(error))

    @asynccontextmanager
    async def _recording(self, action: Action, claim: Claim, mandate: Mandate) -> AsyncGenerator[Record]:
        async with self._database.transaction() as transaction:
            yield _record(transaction, action, claim, mandate, now=self._clock.now())


def _record(transaction: Transaction, action: Action, claim: Claim, mandate: Mandate, *, now: datetime) -> Record:
    seats = mandate.charter.seats_for(action.operation)
    return Record(transaction=transaction, action=action, claim=claim, seats=seats, now=now)


def _why_rejected(case: Case) -> str:
    if case.review is None or case.review.state == "expired":
        return "nobody answered in time, which counts as reject"
    said = [answer for answer in case.review.answers if answer["verdict"] == "reject"]
    return "; ".join(f"{answer['person']} rejected it: {answer['reason']}" for answer in said)
