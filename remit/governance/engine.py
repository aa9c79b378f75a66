"""Ask Cedar: one set of rules for one worker, parsed once; an answer is a list of rule ids in a fixed order.

Whatever goes wrong while asking is an error in the answer, and an answer with an error never permits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, cast

import cedarpy
import orjson

from remit.charters.charter import Charter
from remit.connections.operation import Operation
from remit.errors import PolicyInvalid
from remit.governance.policy_check import schema
from remit.governance.rule import Rule, as_policy_set

Residuals = dict[str, dict[str, Any]]
"""What is left of each rule, in Cedar's JSON form, by rule."""

_PERFORM: Final = {"type": "Action", "id": "perform"}
_READ: Final = {"type": "Action", "id": "read"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Cedar said."""

    is_allowed: bool
    rules: tuple[str, ...] = ()
    """the rules that decided it, sorted: Cedar names them in no fixed order"""
    errors: tuple[str, ...] = ()
    """what could not be evaluated, sorted: Cedar itself skips a rule that errs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The rules and entities of one worker, as handles Cedar has parsed."""

    policies: cedarpy.PolicySet
    """the rules about writing"""
    reading: cedarpy.PolicySet
    """the rules about reading, which only forbid"""
    entities: cedarpy.Entities
    schema: cedarpy.Schema

    @classmethod
    def build(cls, charter: Charter, operations: Iterable[Operation], rules: Iterable[Rule]) -> Self:
        """Parse everything a decision needs but the request.

        Raises:
            PolicyInvalid: Cedar does not take it.
        """
        entities = [worker_entity(charter), *(operation_entity(operation) for operation in operations)]
        kept = list(rules)
        writing = as_policy_set(*(rule for rule in kept if not rule.is_about_reading))
        reading = as_policy_set(*(rule for rule in kept if rule.is_about_reading))
        try:
            return cls(
                policies=cedarpy.PolicySet.from_json_str(writing),
                reading=cedarpy.PolicySet.from_json_str(reading),
                entities=cedarpy.Entities.from_json_str(  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` there
                    orjson.dumps(entities).decode(), schema()
                ),
                schema=schema(),
            )
        except (ValueError, TypeError) as error:
            raise PolicyInvalid(f"the rules of `{charter.name}` cannot be loaded: {error}. Use plain names") from error

    def ask(self, worker: str, operation: str, context: Mapping[str, Any]) -> Answer:
        """Ask whether a worker may perform an operation."""
        return self._ask(self.policies, _PERFORM, (worker, operation), context)

    def ask_reading(self, worker: str, operation: str, context: Mapping[str, Any]) -> Answer:
        """Ask which rules forbid a worker to read; with none and no error nothing stands against it."""
        return self._ask(self.reading, _READ, (worker, operation), context)

    def _ask(
        self,
        policies: cedarpy.PolicySet,
        action: dict[str, str],
        asked: tuple[str, str],
        context: Mapping[str, Any],
    ) -> Answer:
        worker, operation = asked
        try:
            result = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` there
                {
                    "principal": {"type": "Worker", "id": worker},
                    "action": action,
                    "resource": {"type": "Operation", "id": operation},
                    "context": orjson.dumps(context).decode(),
                },
                policies,
                self.entities,
                self.schema,
            )
        except (ValueError, TypeError, RuntimeError, OverflowError) as error:
            return Answer(is_allowed=False, errors=(f"the question cannot be asked: {error}",))
        return _answer(result)

    def ask_partly(self, worker: str, operation: str, known: Mapping[str, Any], unknown: Iterable[str]) -> Residuals:
        """Ask with some of it unknown; give what is left of each rule, a condition or just true or false.

        Without the schema, which takes no unknowns: this is to be shown to people and decides nothing.

        Raises:
            PolicyInvalid: Cedar does not take the question.
        """
        asked = dict(known) | {name: {"__extn": {"fn": "unknown", "arg": name}} for name in unknown}
        request = {
            "principal": f"Worker::{orjson.dumps(worker).decode()}",
            "action": 'Action::"perform"',
            "resource": f"Operation::{orjson.dumps(operation).decode()}",
            "context": orjson.dumps(asked).decode(),
        }
        try:
            result = cedarpy.is_authorized_partial(request, self.policies, self.entities)  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` there
        except (ValueError, TypeError, RuntimeError) as error:
            raise PolicyInvalid(f"nobody can tell what `{worker}` could do: {error}. Use plain names") from error
        residuals = cast("Residuals", result.residuals)  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` there
        if result.diagnostics.errors or not residuals:
            raise PolicyInvalid(
                f"nobody can tell what `{worker}` could do: {result.diagnostics.errors}. Use plain names"
            )
        return residuals


def worker_entity(charter: Charter) -> dict[str, Any]:
    """Write a worker as a Cedar entity."""
    uid = {"type": "Worker", "id": charter.name}
    return {"uid": uid, "attrs": {"domain": _word("Domain", charter.domain)}, "parents": []}


def operation_entity(operation: Operation) -> dict[str, Any]:
    """Write what a rule may know of an operation as a Cedar entity."""
    attributes = {
        "risk": _word("Risk", operation.risk),
        "repeat": _word("Repeat", operation.repeat),
        "is_reversible": operation.is_reversible,
        "sinks": sorted(operation.sinks),
        "touches": [_word("Touch", touch) for touch in sorted(operation.touches)],
    }
    uid = {"type": "Operation", "id": operation.name}
    return {"uid": uid, "attrs": attributes, "parents": [{"type": "System", "id": operation.system}]}


def _word(kind: str, word: str) -> dict[str, str]:
    return {"type": kind, "id": str(word)}


def _answer(result: cedarpy.AuthzResult) -> Answer:
    reasons: list[str] = result.diagnostics.reasons
    errors = result.diagnostics.errors
    if result.decision is cedarpy.Decision.NoDecision and not errors:
        errors = ["Cedar gave no decision"]
    return Answer(
        is_allowed=result.allowed and not errors,
        rules=tuple(sorted(reasons)),
        errors=tuple(sorted(errors)),
    )
