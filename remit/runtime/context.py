"""All a playbook can do: read, judge, draft, act, hand over, wait. Each is a recorded step, replayed and not repeated.

A step is known by its number. A playbook that, on the same version, asks something else at the same number than it
did before has strayed from its record, and the run goes to a person.

Steps are done one after the other. Once one of them has led out of the playbook nothing more is done, whatever the
playbook catches: its run ends or waits as that step said.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from remit.canonical import digest_of
from remit.connections.action import Action, ActionState, Receipt
from remit.connections.connection import WhenUnavailable
from remit.errors import (
    ConnectionHalted,
    OutcomeUnknown,
    PlaybookInvalid,
    RemitError,
    StoreUnavailable,
    SystemBusy,
    SystemFailed,
    SystemRefused,
)
from remit.governance.claim import Claim, Step, as_kept
from remit.governance.mandate import Mandate
from remit.governance.record import Rest
from remit.runtime import handoffs
from remit.runtime.badge import Badge
from remit.runtime.house import House
from remit.runtime.metering import Meter
from remit.runtime.playbooks import Playbook
from remit.runtime.recorded_judge import RecordedJudge
from remit.runtime.rest import lay_to_rest
from remit.runtime.run import Claimed, Escalate, Leave, left_by
from remit.runtime.signal import Signal
from remit.runtime.turns import Turns

_TRIES = 10  # how often a run waits in a row for a system to read from
_LONGEST_WAIT = 300.0  # seconds between two such tries
_LONGEST_ABOUT = 500  # characters: the ledger is searched by it, and an index holds no more


class Context:
    """What one run can do. A playbook holds nothing else of the house."""

    def __init__(self, house: House, claimed: Claimed) -> None:
        self._house = house
        self._claimed = claimed
        self._pending: list[Step] = []
        self._turns = Turns()
        self._meter = Meter(house, claimed)
        self._badge = Badge(house, claimed)
        self.judge = RecordedJudge(house.judge, self._step)

    # ── what the playbook knows ────────────────────────────────────────────────────────────────────────────────────

    @property
    def signal(self) -> Signal:
        """What happened."""
        return self._claimed.signal

    # ── what the playbook can do ───────────────────────────────────────────────────────────────────────────────────

    async def read(self, operation: str, **arguments: Any) -> Any:
        """Read from a connected system the charter opens to this worker.

        Gives the system's answer as JSON; None when there is no such thing. When the system is not available the run
        waits, or goes to a person, as the connection says.
        """
        return await self._step("read", operation, arguments, lambda: self._read(operation, arguments))

    async def draft(self, template: str, **values: Any) -> str:
        """Write a text from a template and values; nothing that is not in the values gets into it."""
        return str((await self.judge.draft(template, values)).value)

    async def act(  # noqa: PLR0913  # each is one thing a reviewer is shown
        self,
        operation: str,
        arguments: dict[str, Any],
        *,
        purpose: str,
        confidence: int = 1000,
        tier: str = "",
        category: str = "",
        concerns: Collection[str] = (),
        about: str = "",
        evidence: Sequence[dict[str, Any]] = (),
        may_be_refused: bool = False,
    ) -> Receipt:
        """Have one write done, once: decided, reviewed where a rule asks for it, recorded.

        Unless the write took effect, the run leaves the playbook here: it waits, or it ends with the reason. With
        `may_be_refused` the playbook gets the receipt of a write that was forbidden, rejected or failed, and goes on.

        Args:
            operation: `system.verb_noun`, granted by the charter.
            arguments: What the operation takes, as JSON.
            purpose: Why, in one sentence: a reviewer reads it first.
            confidence: How sure the worker is, 0..1000.
            tier: The customer's tier, when a customer is concerned.
            category: What kind of case it is, as the connected system calls it.
            concerns: What a person should hear of, in words of `Concern`: `angry`, `legal` and so on.
            about: What it is about, `kind:id`: the ledger is searched by it.
            evidence: What it rests on, each with a `title`.
            may_be_refused: Whether the playbook goes on when it did not take effect.
        """

        async def do(number: int) -> Receipt:
            given = as_kept(arguments)
            amount, currency = self._money_of(operation, given)
            action = Action(
                run=self._claimed.id,
                step=number,
                worker=self._claimed.worker,
                operation=operation,
                arguments=given,
                purpose=as_kept(purpose),
                amount=amount,
                currency=currency,
                confidence=confidence,
                tier=as_kept(tier),
                category=as_kept(category),
                concerns=frozenset(str(as_kept(concern)) for concern in concerns),
                about=as_kept(about or self.signal.subject)[:_LONGEST_ABOUT],
                evidence=tuple(as_kept(list(evidence))),
                proposed=digest_of(given),
            )
            receipt = await self._submit(action)
            if receipt.was_performed or (may_be_refused and receipt.state in _REFUSED):
                return receipt
            raise left_by(receipt)

        return await self._turns.take(do)

    async def hand_over(self, path: str, **context: Any) -> str:
        """Hand work to another domain along an escalation path of the charter; give the number of the handoff.

        When the charter has no such path, or something it requires is not in the context, the run goes to a person.
        """

        async def do(number: int) -> str:
            asked = as_kept(context)
            recorded = self._recorded(number, "hand_over", path, asked)
            if recorded is not None:
                return str(recorded.result)
            mandate = await self._mandate_now()
            terms = handoffs.terms_of(mandate.charter, path, asked)
            handoff = await handoffs.open_handoff(self._house, terms, self.claim(), (self._claimed, number, asked))
            self._pending.clear()
            return handoff

        return await self._turns.take(do)

    async def wait(self, **duration: float) -> None:
        """Wait, in the words of `timedelta`: the run costs one row until then."""

        async def do(number: int) -> None:
            asked, now = as_kept(duration), self._house.clock.now()
            recorded = self._recorded(number, "wait", "until", asked)
            until = datetime.fromisoformat(recorded.result) if recorded else now + timedelta(**duration)
            if recorded is None:
                self._note(number, ("wait", "until", asked), until.isoformat())
            if now < until:
                await self._rest(Rest.TIME, f"waits until {until:%Y-%m-%d %H:%M} UTC", until)

        await self._turns.take(do)

    async def begin(self) -> None:
        """Get the token of this run; leave it waiting when the worker's identity is revoked."""
        await self._meter.open()
        await self._badge.take(self.claim())

    async def follow(self, playbook: Playbook) -> object:
        """Follow a playbook until it ends or is left; then nothing more is done here.

        Raises:
            Leave: A step led out of it.
            PlaybookInvalid: It failed by itself.
        """
        return await self._turns.follow(playbook(self))

    # ── how steps are recorded ─────────────────────────────────────────────────────────────────────────────────────

    def claim(self) -> Claim:
        """The right to write for this run, with the steps not committed yet."""
        return self._claimed.claim(*self._pending)

    async def _step(self, kind: str, name: str, asked: Any, do: Callable[[], Awaitable[Any]]) -> Any:
        async def do_once(number: int) -> Any:
            kept = as_kept(asked)
            recorded = self._recorded(number, kind, name, kept)
            if recorded is not None:
                return recorded.result
            await self._meter.charge(kind)
            begun_at = self._house.clock.now()
            result = await do()
            ended_at = self._house.clock.now()
            await self._meter.note(kind, result)
            return self._note(number, (kind, name, kept), result, begun_at=begun_at, ended_at=ended_at)

        return await self._turns.take(do_once)

    def _recorded(self, number: int, kind: str, name: str, asked: Any) -> Step | None:
        self._meter.see(number, (kind, name, asked))
        step = self._claimed.steps.get(number)
        if step is None:
            return None
        if (step.kind, step.name, step.asked) != (kind, name, asked):
            raise PlaybookInvalid(
                f"step {number} was `{step.kind} {step.name}` and is `{kind} {name}` now. "
                "A playbook has to ask the same again for the same signal: no time, no randomness of its own"
            )
        return step

    def _note(self, number: int, what: tuple[str, str, Any], result: Any, **times: datetime) -> Any:
        """Keep a step until the next commit; give its result as a replay will."""
        kind, name, asked = what
        step = Step(number=number, kind=kind, name=name, asked=asked, result=as_kept(result), **times)
        self._pending.append(step)
        return step.result

    async def _submit(self, action: Action) -> Receipt:
        recorded = self._recorded(action.step, "act", action.operation, {"arguments": action.proposed})
        if recorded is not None:
            return Receipt.from_json(recorded.result)
        gateway = self._house.gateway
        try:
            receipt = await self._house.roster.under_mandate(
                self._claimed.worker,
                lambda mandate: self._badge.show(self.claim(), lambda claim: gateway.submit(action, claim, mandate)),
            )
        except RemitError:
            raise
        except Exception as error:
            # The record failed, not the playbook: the run stays as it is, and whoever takes it up looks what happened.
            raise StoreUnavailable(f"what became of `{action.operation}` could not be recorded: {error}") from error
        self._pending.clear()
        return receipt

    def _money_of(self, operation: str, arguments: dict[str, Any]) -> tuple[Any, str]:
        """Read amount and currency; the rules refuse what is no amount, and forbid an operation nobody knows."""
        named = self._house.connections.operations.get(operation)
        if named is None or not named.amount:
            return None, ""
        return arguments.get(named.amount), str(arguments.get("currency", ""))

    async def _read(self, operation: str, arguments: dict[str, Any]) -> Any:
        mandate = await self._mandate_now()
        decision = mandate.policy.decide_read(operation)
        if decision.verdict.value != "permit":
            raise Leave(Escalate(f"may not read: {'; '.join(decision.reasons)}"))
        connection = self._house.connections.for_operation(operation)
        try:
            return await connection.read(operation, arguments)
        except SystemRefused as error:
            raise Leave(Escalate(f"`{operation}` was refused: {error}")) from error
        except ConnectionHalted as error:
            await self._rest(Rest.HALT, str(error), None, system=connection.system)
        except (SystemBusy, OutcomeUnknown) as error:
            await self._wait_for_system(error, connection.when_unavailable)

    async def _mandate_now(self) -> Mandate:
        """Show the token, and give what the worker may do by what is in force at this moment."""
        return await self._house.roster.mandate_at(self._claimed.worker, await self._badge.admit(self.claim()))

    async def _wait_for_system(self, error: SystemFailed, when_unavailable: WhenUnavailable) -> NoReturn:
        tries = self._claimed.tries
        if when_unavailable is WhenUnavailable.ESCALATE or (
            when_unavailable is WhenUnavailable.RETRY and tries >= _TRIES
        ):
            raise Leave(Escalate(f"a system is not available: {error}"))
        asked = error.retry_after if isinstance(error, SystemBusy) else 1.0
        wait = timedelta(seconds=min(max(asked, 2.0 ** min(tries, _TRIES) / 4), _LONGEST_WAIT))
        await self._rest(Rest.SYSTEM, str(error), self._house.clock.now() + wait)

    async def _rest(self, rest: Rest, reason: str, until: datetime | None, *, system: str = "") -> NoReturn:
        await lay_to_rest(self._house, self.claim(), rest, reason, until, system=system)
        self._pending.clear()
        raise Leave


_REFUSED = {ActionState.FORBIDDEN, ActionState.REJECTED, ActionState.FAILED}
