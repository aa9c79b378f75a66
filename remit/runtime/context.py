"""All a playbook can do: read, judge, draft, act, hand over, wait. Each is a recorded step, replayed and not repeated.

A step is known by its number. A playbook that, on the same version, asks something else at the same number than it
did before has strayed from its record, and the run goes to a person.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from remit.canonical import canonical, digest_of
from remit.connections.action import Action, ActionState, Receipt
from remit.connections.connection import WhenUnavailable
from remit.errors import OutcomeUnknown, PlaybookInvalid, SystemBusy, SystemFailed
from remit.governance.claim import Claim, Step
from remit.governance.record import Rest
from remit.intelligence.judge import Judge, Judgement
from remit.runtime import handoffs
from remit.runtime.house import House
from remit.runtime.rest import lay_to_rest
from remit.runtime.run import Claimed, Escalate, Leave, Stop
from remit.runtime.signal import Signal

_RecordStep = Callable[[str, str, Any, Callable[[], Awaitable[Any]]], Awaitable[Any]]

_TRIES = 10  # how often a run waits in a row for a system to read from


class Context:
    """What one run can do. A playbook holds nothing else of the house."""

    def __init__(self, house: House, claimed: Claimed) -> None:
        self._house = house
        self._claimed = claimed
        self._number = 0
        self._pending: list[Step] = []
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
            about: What it is about, `kind:id`: the ledger is searched by it.
            evidence: What it rests on, each with a `title`.
            may_be_refused: Whether the playbook goes on when it did not take effect.
        """
        number = self._next()
        proposed = digest_of(arguments)
        recorded = self._recorded(number, "act", operation, {"arguments": proposed})
        if recorded is not None:
            receipt = Receipt.from_json(recorded.result)
        else:
            named = self._house.connections.operation(operation)
            action = Action(
                run=self._claimed.id,
                step=number,
                worker=self._claimed.worker,
                operation=operation,
                arguments=arguments,
                purpose=purpose,
                amount=arguments.get(named.amount) if named.amount else None,
                currency=str(arguments.get("currency", "")) if named.amount else "",
                confidence=confidence,
                tier=tier,
                about=about or self.signal.subject,
                evidence=tuple(evidence),
                proposed=proposed,
            )
            mandate = await self._house.roster.mandate(self._claimed.worker)
            receipt = await self._house.gateway.submit(action, self.claim(), mandate)
            self._pending.clear()
        if receipt.was_performed or (may_be_refused and receipt.state in _REFUSED):
            return receipt
        raise _left_by(receipt)

    async def hand_over(self, path: str, **context: Any) -> str:
        """Hand work to another domain along an escalation path of the charter; give the number of the handoff.

        Raises:
            PlaybookInvalid: The charter has no such path, or something it requires is not in the context.
        """
        number = self._next()
        recorded = self._recorded(number, "hand_over", path, context)
        if recorded is not None:
            return str(recorded.result)
        mandate = await self._house.roster.mandate(self._claimed.worker)
        terms = handoffs.terms_of(mandate.charter, path, context)
        handoff = await handoffs.open_handoff(self._house, terms, self.claim(), (self._claimed, number, context))
        self._pending.clear()
        return handoff

    async def wait(self, **duration: float) -> None:
        """Wait, in the words of `timedelta`: the run costs one row until then."""
        number = self._next()
        recorded = self._recorded(number, "wait", "until", duration)
        now = self._house.clock.now()
        until = datetime.fromisoformat(recorded.result) if recorded else now + timedelta(**duration)
        if recorded is None:
            self._note(number, ("wait", "until", duration), until.isoformat())
        if now < until:
            await self._rest(Rest.TIME, f"waits until {until:%Y-%m-%d %H:%M} UTC", until)

    # ── how steps are recorded ─────────────────────────────────────────────────────────────────────────────────────

    def claim(self) -> Claim:
        """The right to write for this run, with the steps not committed yet."""
        return self._claimed.claim(*self._pending)

    async def _step(self, kind: str, name: str, asked: Any, do: Callable[[], Awaitable[Any]]) -> Any:
        number = self._next()
        recorded = self._recorded(number, kind, name, asked)
        if recorded is not None:
            return recorded.result
        result = await do()
        self._note(number, (kind, name, asked), result)
        return result

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _recorded(self, number: int, kind: str, name: str, asked: Any) -> Step | None:
        step = self._claimed.steps.get(number)
        if step is None:
            return None
        if (step.kind, step.name) != (kind, name) or canonical(step.asked) != canonical(asked):
            raise PlaybookInvalid(
                f"step {number} was `{step.kind} {step.name}` and is `{kind} {name}` now. "
                "A playbook has to ask the same again for the same signal: no time, no randomness of its own"
            )
        return step

    def _note(self, number: int, what: tuple[str, str, Any], result: Any) -> None:
        kind, name, asked = what
        self._pending.append(Step(number=number, kind=kind, name=name, asked=asked, result=result))

    async def _read(self, operation: str, arguments: dict[str, Any]) -> Any:
        mandate = await self._house.roster.mandate(self._claimed.worker)
        decision = mandate.policy.decide_read(operation)
        if decision.verdict.value != "permit":
            raise Leave(Escalate(f"may not read: {'; '.join(decision.reasons)}"))
        connection = self._house.connections.for_operation(operation)
        try:
            return await connection.read(operation, arguments)
        except (SystemBusy, OutcomeUnknown) as error:
            await self._wait_for_system(error, connection.when_unavailable)

    async def _wait_for_system(self, error: SystemFailed, when_unavailable: WhenUnavailable) -> None:
        tries = self._claimed.tries
        if when_unavailable is WhenUnavailable.ESCALATE or (
            when_unavailable is WhenUnavailable.RETRY and tries >= _TRIES
        ):
            raise Leave(Escalate(f"a system is not available: {error}"))
        asked = error.retry_after if isinstance(error, SystemBusy) else 1.0
        wait = timedelta(seconds=min(max(asked, 2.0**tries / 4), 300))
        await self._rest(Rest.SYSTEM, str(error), self._house.clock.now() + wait)

    async def _rest(self, rest: Rest, reason: str, until: datetime) -> None:
        await lay_to_rest(self._house, self.claim(), rest, reason, until)
        self._pending.clear()
        raise Leave


class RecordedJudge:
    """The judge as a playbook meets it: every answer is a step, with who gave it, how sure it is and what it cost."""

    def __init__(self, judge: Judge, step: _RecordStep) -> None:
        self._judge = judge
        self._step = step

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Choose one of the labels, each given with example texts."""
        asked = {"text": text, "labels": labels}
        return await self._ask("classify", asked, lambda: self._judge.classify(text, labels))

    async def extract(self, kind: str, document: bytes) -> Judgement:
        """Read a document of a kind, as in `invoice`; raises `DocumentInvalid` when it cannot be read as one."""
        asked = {"kind": kind, "document": hashlib.sha256(document).hexdigest()}
        return await self._ask("extract", asked, lambda: self._judge.extract(kind, document))

    async def match(
        self, item: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], on: Sequence[str]
    ) -> Judgement:
        """Find the candidate that is the same thing as the item, comparing the fields named."""
        asked = {"item": item, "candidates": candidates, "on": on}
        return await self._ask("match", asked, lambda: self._judge.match(item, candidates, on))

    async def score(self, features: Mapping[str, float], weights: Mapping[str, float]) -> Judgement:
        """Weigh features, each 0..1, into a score 0..1000."""
        asked = {"features": features, "weights": weights}
        return await self._ask("score", asked, lambda: self._judge.score(features, weights))

    async def draft(self, template: str, values: Mapping[str, Any]) -> Judgement:
        """Write a text from a template and values."""
        asked = {"template": template, "values": values}
        return await self._ask("draft", asked, lambda: self._judge.draft(template, values))

    async def _ask(self, verb: str, asked: Any, do: Callable[[], Awaitable[Judgement]]) -> Judgement:
        async def answer() -> dict[str, Any]:
            return asdict(await do())

        return Judgement(**await self._step("judge", verb, asked, answer))


_REFUSED = {ActionState.FORBIDDEN, ActionState.REJECTED, ActionState.FAILED}


def _left_by(receipt: Receipt) -> Leave:
    """The way out of a playbook whose write did not take effect."""
    match receipt.state:
        case ActionState.WAITING:
            return Leave()
        case ActionState.REJECTED:
            return Leave(Stop(receipt.reason))
        case _:
            return Leave(Escalate(f"`{receipt.operation}` was not done: {receipt.reason}"))
