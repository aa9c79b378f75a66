"""Writes what was decided and what came of it: rows and a ledger entry together, never one alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from remit.canonical import digest_of
from remit.charters.charter import Looped, Seats
from remit.connections.action import Action, ActionState, Receipt
from remit.errors import InputInvalid
from remit.governance.budgets import Reservation
from remit.governance.claim import Claim, Step, as_kept
from remit.governance.decision import Decision
from remit.governance.notices import Notice, notify
from remit.governance.raci import told_of
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Transaction


class Rest(StrEnum):
    """What a run waits for."""

    NOTHING = ""
    """it goes on"""
    REVIEW = "review"
    """a person"""
    HALT = "halt"
    """a halt to be lifted"""
    SYSTEM = "system"
    """a system to be available again"""
    TIME = "time"
    """a point in time the playbook named"""
    IDENTITY = "identity"
    """the identity of its worker to be restored"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The pen for one action in one transaction. Every method checks the fence of the claim."""

    transaction: Transaction
    action: Action
    claim: Claim
    seats: Seats
    """who answers for it, and who is told what came of it"""
    now: datetime

    async def intended(self, decision: Decision, reservations: tuple[Reservation, ...]) -> None:
        """Write the intent: from the commit on, the system may be asked."""
        reserved = [line.as_json() for line in reservations]
        await self._decided(ActionState.PERFORMING, decision, rest=Rest.NOTHING, reserved=reserved)

    async def asked(self, decision: Decision) -> Receipt:
        """Write that a person is asked first; the run waits."""
        await self._decided(ActionState.WAITING, decision, rest=Rest.REVIEW)
        return self._receipt(ActionState.WAITING, reason="; ".join(decision.reasons))

    async def forbidden(self, decision: Decision) -> Receipt:
        """Write that no rule permits it."""
        receipt = self._receipt(ActionState.FORBIDDEN, reason="; ".join((*decision.reasons, *decision.errors)))
        await self._decided(ActionState.FORBIDDEN, decision, rest=Rest.NOTHING, over=receipt)
        return receipt

    async def held(self, decision: Decision, scopes: tuple[str, ...]) -> Receipt:
        """Write that a halt is in force; the run waits until it is lifted."""
        await self._decided(ActionState.WAITING, decision, rest=Rest.HALT, reason=f"halted: {', '.join(scopes)}")
        if any(scope.startswith("connection:") for scope in scopes):
            await self._note_held()
        return self._receipt(ActionState.WAITING)

    async def paced(self, decision: Decision, until: datetime) -> Receipt:
        """Write that the worker writes as often as its charter allows; the run waits for its turn."""
        reason = f"the worker writes as often as its charter allows: its turn comes at {until:%H:%M:%S} UTC"
        await self._decided(ActionState.WAITING, decision, rest=Rest.SYSTEM, reason=reason)
        await self.transaction.execute("wake_run_at", self.action.run, until)
        return self._receipt(ActionState.WAITING, reason=reason)

    async def blocked(self, reason: str) -> Receipt:
        """Write that nobody can look what became of it while its system is halted; the run waits for the lift."""
        receipt = await self.waits(ActionState.PERFORMING, Rest.HALT, reason)
        await self._note_held()
        return receipt

    async def _note_held(self) -> None:
        await self.transaction.execute("note_held_run", self.action.run, self.action.operation.partition(".")[0])

    async def performed(self, result: dict[str, Any]) -> Receipt:
        """Write that it took effect."""
        result = _kept(result)
        receipt = self._receipt(ActionState.PERFORMED, result=result)
        await self._settled(ActionState.PERFORMED, result, "", took_effect=True, over=receipt)
        await self._append(
            EntryKind.ACTION_PERFORMED, {"result": result, "operation": self.action.operation}, Looped.PERFORMED
        )
        return receipt

    async def failed(self, reason: str) -> Receipt:
        """Write that the system said no; nothing happened."""
        receipt = self._receipt(ActionState.FAILED, reason=reason)
        await self._settled(ActionState.FAILED, None, reason, took_effect=False, over=receipt)
        await self._append(
            EntryKind.ACTION_FAILED, {"reason": reason, "operation": self.action.operation}, Looped.FAILED
        )
        return receipt

    async def rejected(self, reason: str) -> Receipt:
        """Write that a person said no, or nobody answered in time; the answer has its own entry already."""
        receipt = self._receipt(ActionState.REJECTED, reason=reason)
        await self._settled(ActionState.REJECTED, None, reason, took_effect=False, over=receipt)
        return receipt

    async def doubted(self, reason: str) -> Receipt:
        """Write that nobody can tell whether it took effect; the run waits for a person."""
        await self._settled(ActionState.UNKNOWN, None, reason, took_effect=None, rest=Rest.REVIEW)
        await self._append(
            EntryKind.ACTION_DOUBTED, {"reason": reason, "operation": self.action.operation}, Looped.DOUBTED
        )
        return self._receipt(ActionState.WAITING, reason=reason)

    async def unresolved(self, reason: str) -> Receipt:
        """Write that nobody could tell, and nobody will be asked again; the action stays unknown and the run ends.

        Since it may have happened, it counts against the budgets.
        """
        receipt = self._receipt(ActionState.UNKNOWN, reason=reason)
        await self._settled(ActionState.UNKNOWN, None, reason, took_effect=True, over=receipt)
        await self._append(
            EntryKind.ACTION_DOUBTED, {"reason": reason, "operation": self.action.operation}, Looped.DOUBTED
        )
        return receipt

    async def waits(self, state: ActionState, rest: Rest, reason: str, *, wait: timedelta | None = None) -> Receipt:
        """Write that the run waits. Budgets are freed only when it is sure that nothing is on its way."""
        took_effect = False if state is ActionState.WAITING else None
        await self._settled(state, None, reason, took_effect=took_effect, rest=rest, wait=wait)
        return self._receipt(ActionState.WAITING, reason=reason)

    def _receipt(self, state: ActionState, *, result: dict[str, Any] | None = None, reason: str = "") -> Receipt:
        return Receipt(
            key=self.action.key,
            state=state,
            operation=self.action.operation,
            arguments=self.action.arguments,
            result=result or {},
            reason=reason,
        )

    def _claim_with(self, over: Receipt | None) -> Claim:
        """Add the action's own step once it is over: it is replayed from now on."""
        if over is None:
            return self.claim
        asked = {"arguments": self.action.proposed}
        step = Step(number=self.action.step, kind="act", name=self.action.operation, asked=asked, result=over.as_json())
        return replace(self.claim, steps=(*self.claim.steps, step))

    async def _decided(  # one statement takes them all
        self,
        state: ActionState,
        decision: Decision,
        *,
        rest: Rest,
        reason: str = "",
        reserved: list[dict[str, Any]] | None = None,
        over: Receipt | None = None,
    ) -> None:
        kept = await self.transaction.fetch_value(
            "record_decision",
            *self._claim_with(over).columns,
            self.action.step,
            self.action.worker,
            self.action.operation,
            self.action.arguments,
            state.value,
            decision.as_json(),
            reason or "; ".join(decision.reasons),
            reserved or [],
            self.now,
            "waiting" if rest else "running",
            rest.value,
        )
        self.claim.held(kept=kept)
        steps = [step.as_json() for step in self.claim.steps]
        body = {"action": self.action.as_json(), "decision": decision.as_json(), "steps": steps, "state": state.value}
        event = _LOOPED.get((state, rest))
        await self._append(EntryKind.ACTION_DECIDED, body, event)

    async def _settled(  # noqa: PLR0913  # one statement takes them all
        self,
        state: ActionState,
        result: dict[str, Any] | None,
        reason: str,
        *,
        took_effect: bool | None,
        rest: Rest = Rest.NOTHING,
        wait: timedelta | None = None,
        over: Receipt | None = None,
    ) -> None:
        kept = await self.transaction.fetch_value(
            "settle_action",
            *self._claim_with(over).columns,
            self.action.step,
            state.value,
            result,
            reason,
            took_effect,
            self.now,
            "waiting" if rest else "running",
            rest.value,
            self.now + wait if wait else None,
        )
        self.claim.held(kept=kept)

    async def _append(self, kind: EntryKind, body: dict[str, Any], event: Looped | None = None) -> None:
        told = told_of(self.seats, event) if event else ()
        body = body | {"told": list(told)} if told else body
        notices = [self._notice(person, event) for person in told] if event else []
        await notify(self.transaction, *notices, now=self.now)
        entry = Entry(
            kind=kind,
            body={"step": self.action.step, "key": self.action.key, **body},
            worker=self.action.worker,
            run=self.action.run,
            about=self.action.about,
            trace_id=self.claim.trace_id,
            at=self.now,
        )
        await append(self.transaction, entry)

    def _notice(self, person: str, event: Looped) -> Notice:
        action = self.action
        return Notice(
            key=f"action.{event}:{action.key}:{person}",
            kind=f"action.{event}",
            recipient=person,
            title=f"`{action.operation}` about {action.about or 'nothing named'}: {_SAID[event]}",
            body=action.purpose,
            link=f"/runs/{action.run}",
        )


_SAID = {
    Looped.REVIEWED: "a review was asked",
    Looped.PERFORMED: "it took effect",
    Looped.FAILED: "the system said no",
    Looped.FORBIDDEN: "a rule said no",
    Looped.DOUBTED: "nobody can tell whether it took effect",
}
_LOOPED = {
    (ActionState.WAITING, Rest.REVIEW): Looped.REVIEWED,
    (ActionState.FORBIDDEN, Rest.NOTHING): Looped.FORBIDDEN,
}


def _kept(result: dict[str, Any]) -> dict[str, Any]:
    """Keep an answer the record cannot hold as what is known of it: what happened is written in any case."""
    try:
        return as_kept(result)
    except InputInvalid as error:
        return {"unkept": str(error), "digest": digest_of(repr(result).encode("unicode_escape").decode())}
