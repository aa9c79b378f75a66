"""What every connector holds to, as checks to be run against each: `await check(subject)` for each of `CHECKS`.

A test module makes a `Subject` of a real system (or of its stand-in) and runs them all:

    @pytest.mark.parametrize("check", CHECKS, ids=name_of)
    async def test_keeps_the_promises(check: Check, subject: Subject) -> None:
        \"\"\"The connector of … keeps every promise of connectors.\"\"\"
        await check(subject)

A check that does not apply to the subject (no faults to switch on, nothing to look up) is skipped, and so shows.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import orjson
import pytest

from remit.connections.connector import Connector
from remit.connections.operation import Kind, Repeat
from remit.errors import OutcomeUnknown, SystemBusy, SystemFailed, SystemRefused
from tests.connections.subject import EFFECTS, ERROR, Fault, Subject

Check = Callable[[Subject], Awaitable[None]]


def name_of(check: Check) -> str:
    """Name a check in the list of tests."""
    return f"{check.func.__name__}-{check.keywords['fault']}" if isinstance(check, partial) else str(check).split()[1]


# ── what it says of itself ─────────────────────────────────────────────────────────────────────────────────────────


async def operations_name_their_system(subject: Subject) -> None:
    """Every operation stands under its own name, `system.verb_noun`, and has a summary."""
    async with _opened(subject) as connector:
        for name, operation in connector.operations.items():
            assert name == operation.name
            assert operation.system == connector.system
            assert "_" in name.partition(".")[2], f"`{name}` is not `system.verb_noun`"
            assert operation.summary


async def an_unknown_operation_is_refused(subject: Subject) -> None:
    """Nobody guesses what an unknown operation, a write asked as a read or a read asked as a write may mean."""
    async with _opened(subject) as connector:
        before = await subject.effects()
        unknown = f"{connector.system}.do_nonsense"

        await _raises(SystemRefused, connector.perform(unknown, subject.arguments, _key()))
        await _raises(SystemRefused, connector.read(unknown, {}))
        await _raises(SystemRefused, connector.look_up(unknown, subject.arguments, _key()))
        await _raises(SystemRefused, connector.read(subject.write, subject.arguments))
        for name, operation in connector.operations.items():
            if operation.kind is Kind.READ:
                await _raises(SystemRefused, connector.perform(name, subject.arguments, _key()))

        assert await subject.effects() == before


async def a_missing_argument_is_refused(subject: Subject) -> None:
    """A write without one of its required arguments is refused, with the name of what is missing."""
    async with _opened(subject) as connector:
        before = await subject.effects()

        for missing in connector.operations[subject.write].required:
            less = {name: value for name, value in subject.arguments.items() if name != missing}
            error = await _raises(SystemRefused, connector.perform(subject.write, less, _key()))
            assert missing in str(error)

        assert await subject.effects() == before


# ── takes effect once ──────────────────────────────────────────────────────────────────────────────────────────────


async def the_same_key_is_one_effect(subject: Subject) -> None:
    """A write asked twice under one key takes effect once and answers the same, also after a restart."""
    key = _key()
    async with _opened(subject) as connector, _opened(subject) as restarted:
        _skip_unless(connector.operations[subject.write].repeat is Repeat.SAME, "the system does not know keys")
        before = await subject.effects()

        first = await connector.perform(subject.write, subject.arguments, key)
        second = await connector.perform(subject.write, subject.arguments, key)
        third = await restarted.perform(subject.write, subject.arguments, key)

        assert await subject.effects() == before + 1
        assert first == second == third


async def a_write_can_be_found(subject: Subject) -> None:
    """What was done under a key is found by anybody who asks, and nothing is found under another."""
    key = _key()
    async with _opened(subject) as connector, _opened(subject) as restarted:
        _skip_unless(connector.operations[subject.write].repeat is not Repeat.BLIND, "nothing can be looked up")

        assert await connector.look_up(subject.write, subject.arguments, key) is None
        answer = await connector.perform(subject.write, subject.arguments, key)

        assert await connector.look_up(subject.write, subject.arguments, key) == answer
        assert await restarted.look_up(subject.write, subject.arguments, key) == answer
        assert await connector.look_up(subject.write, subject.arguments, _key()) is None
        assert orjson.loads(orjson.dumps(answer)) == answer, "an answer is JSON"


async def a_blind_write_says_so(subject: Subject) -> None:
    """Where nothing can be looked up, looking up says that it cannot be known, never that nothing was done."""
    key = _key()
    async with _opened(subject) as connector:
        _skip_unless(connector.operations[subject.write].repeat is Repeat.BLIND, "it can be looked up")

        await connector.perform(subject.write, subject.arguments, key)

        await _raises(OutcomeUnknown, connector.look_up(subject.write, subject.arguments, key))


async def different_keys_are_different_effects(subject: Subject) -> None:
    """Two writes under two keys take effect twice."""
    async with _opened(subject) as connector:
        before = await subject.effects()

        await connector.perform(subject.write, subject.arguments, _key())
        await connector.perform(subject.write, subject.others or subject.arguments, _key())

        assert await subject.effects() == before + 2


async def other_arguments_under_a_used_key_do_nothing(subject: Subject) -> None:
    """A used key with other arguments takes no second effect: it is refused, or answered as the first time."""
    key = _key()
    async with _opened(subject) as connector:
        _skip_unless(connector.operations[subject.write].repeat is Repeat.SAME, "the system does not know keys")
        _skip_unless(subject.others is not None, "there is no second write")
        before = await subject.effects()
        first = await connector.perform(subject.write, subject.arguments, key)

        second = await _outcome(connector.perform(subject.write, subject.others or {}, key))

        assert isinstance(second, SystemRefused) or second == first
        assert await subject.effects() == before + 1


async def the_same_key_at_once_is_one_effect(subject: Subject) -> None:
    """A write asked eight times at once under one key takes effect once; whoever gets an answer gets the same."""
    key = _key()
    async with _opened(subject) as connector:
        _skip_unless(connector.operations[subject.write].repeat is Repeat.SAME, "the system does not know keys")
        before = await subject.effects()

        asked = [_outcome(connector.perform(subject.write, subject.arguments, key)) for _ in range(8)]
        outcomes = await asyncio.gather(*asked)

        answers = [outcome for outcome in outcomes if not isinstance(outcome, SystemBusy)]
        assert await subject.effects() == before + 1
        assert answers
        assert all(answer == answers[0] for answer in answers)
        assert not isinstance(answers[0], SystemFailed)


async def reading_back_agrees(subject: Subject) -> None:
    """After a write the system holds what it answered."""
    async with _opened(subject) as connector:
        _skip_unless(subject.agrees is not None, "there is nothing to read back")

        answer = await connector.perform(subject.write, subject.arguments, _key())

        assert subject.agrees
        assert await subject.agrees(connector, answer)


async def any_text_survives(subject: Subject) -> None:
    """Huge, foreign and hostile texts arrive as they were sent."""
    async with _opened(subject) as connector:
        _skip_unless(bool(subject.text), "it takes no text")
        before = await subject.effects()
        texts = ["Ünïcødé 漢字 🧾 \u202e", "'; DROP TABLE x; -- {{7*7}} ${x} %s \\ \" </script>", "x" * 200_000]

        for text in texts:
            arguments = {**(subject.others or subject.arguments), subject.text: text}
            answer = await connector.perform(subject.write, arguments, _key())
            assert subject.agrees is None or await subject.agrees(connector, answer)

        assert await subject.effects() == before + len(texts)


# ── when something goes wrong ──────────────────────────────────────────────────────────────────────────────────────


async def a_fault_is_told_as_it_is(subject: Subject, fault: Fault) -> None:
    """A faulty write raises exactly what is known, looking up tells the truth, and a repeat makes it one effect."""
    key = _key()
    async with _opened(subject) as connector:
        before = await _disturb(subject, fault)

        error = await _raises(ERROR[fault], connector.perform(subject.write, subject.arguments, key))

        assert await subject.effects() == before + EFFECTS[fault]
        assert not isinstance(error, SystemBusy) or error.retry_after > 0
        repeat = connector.operations[subject.write].repeat
        if repeat is Repeat.BLIND:
            return
        found = await connector.look_up(subject.write, subject.arguments, key)
        assert (found is not None) == bool(EFFECTS[fault])
        if found is None or repeat is Repeat.SAME:
            answer = await connector.perform(subject.write, subject.arguments, key)
            assert found is None or found == answer
        assert await subject.effects() == before + 1


async def looking_up_never_lies(subject: Subject, fault: Fault) -> None:
    """When looking up goes wrong, what was done is never denied."""
    key = _key()
    async with _opened(subject) as connector:
        _skip_unless(connector.operations[subject.write].repeat is not Repeat.BLIND, "nothing can be looked up")
        answer = await connector.perform(subject.write, subject.arguments, key)
        await _disturb(subject, fault)

        found = await _outcome(connector.look_up(subject.write, subject.arguments, key))

        assert found == answer or isinstance(found, SystemBusy | OutcomeUnknown)


async def a_faulty_read_is_no_answer(subject: Subject, fault: Fault) -> None:
    """When a read goes wrong, nobody takes that for an answer, for a refusal or for emptiness."""
    _skip_unless(subject.read is not None, "nothing is read")
    operation, arguments = subject.read or ("", {})
    async with _opened(subject) as connector:
        await _disturb(subject, fault)

        answer = await _outcome(connector.read(operation, arguments))

        assert isinstance(answer, SystemBusy | OutcomeUnknown)
        assert await connector.read(operation, arguments) is not None


CHECKS: tuple[Check, ...] = (
    operations_name_their_system,
    an_unknown_operation_is_refused,
    a_missing_argument_is_refused,
    the_same_key_is_one_effect,
    a_write_can_be_found,
    a_blind_write_says_so,
    different_keys_are_different_effects,
    other_arguments_under_a_used_key_do_nothing,
    the_same_key_at_once_is_one_effect,
    reading_back_agrees,
    any_text_survives,
    *(partial(a_fault_is_told_as_it_is, fault=fault) for fault in Fault),
    *(partial(looking_up_never_lies, fault=fault) for fault in Fault),
    *(partial(a_faulty_read_is_no_answer, fault=fault) for fault in Fault),
)
"""Everything a connector holds to."""


@asynccontextmanager
async def _opened(subject: Subject) -> AsyncGenerator[Connector]:
    connector = subject.make()
    try:
        yield connector
    finally:
        await connector.close()


async def _disturb(subject: Subject, fault: Fault) -> int:
    """Make the next request go wrong; give the effects so far."""
    _skip_unless(subject.fail is not None and fault in subject.faults, f"the system has no fault `{fault.value}`")
    before = await subject.effects()
    if subject.fail:
        await subject.fail(fault, 1)
    return before


async def _raises(kind: type[SystemFailed], asked: Awaitable[Any]) -> SystemFailed:
    """Await what must fail with exactly this kind of error; give the error."""
    outcome = await _outcome(asked)
    assert type(outcome) is kind, f"expected {kind}, got {outcome!r}"
    return outcome


async def _outcome(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except SystemFailed as error:
        return error


def _skip_unless(condition: bool, reason: str) -> None:  # noqa: FBT001  # it reads as a sentence
    if not condition:
        pytest.skip(reason)


def _key() -> str:
    return f"{uuid.uuid4()}:1"
