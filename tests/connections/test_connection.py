import asyncio

import pytest

from remit.connections.connection import Connection
from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused
from tests.connections.clocks import Clocks
from tests.connections.erp_server import Erp
from tests.connections.subject import Fault

HOLD = "erp.hold_invoice"
NOTE = "erp.add_note"
PAY = "erp.pay_invoice"
HELD = {"invoice": "R-1", "reason": "twice"}


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.ERROR_AFTER, Fault.ERROR_BEFORE, Fault.DROP])
async def test_a_doubtful_write_to_a_system_that_knows_keys_is_settled(
    erp: Erp, connection: Connection, fault: Fault
) -> None:
    """Whether it was done or not, it is found or asked again, and is one effect."""
    await erp.fail(fault, 1)

    answer = await connection.perform(HOLD, HELD, "k")

    assert answer["invoice"] == "R-1"
    assert len(erp.effects) == 1


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.ERROR_AFTER])
async def test_a_doubtful_write_that_was_done_is_found(erp: Erp, connection: Connection, fault: Fault) -> None:
    """Of a system that would do it again, what was done is looked up, not repeated."""
    await erp.fail(fault, 1)

    answer = await connection.perform(NOTE, {"text": "called"}, "k")

    assert answer["reference"] == "k"
    assert len(erp.effects) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.DROP])
async def test_a_doubtful_write_that_is_not_found_stays_in_doubt(
    erp: Erp, connection: Connection, fault: Fault
) -> None:
    """Of a system that would do it again, not found is not proof: a late request may still arrive."""
    await erp.fail(fault, 1)

    with pytest.raises(OutcomeUnknown):
        await connection.perform(NOTE, {"text": "called"}, "k")

    assert len(erp.effects) == 0
    assert sum(asked.method == "POST" for asked in erp.asked) == 1


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.ERROR_BEFORE, Fault.DROP])
async def test_a_blind_write_is_never_repeated(erp: Erp, connection: Connection, fault: Fault) -> None:
    """Where nobody can tell, nothing is asked a second time."""
    await erp.fail(fault, 1)

    with pytest.raises(OutcomeUnknown):
        await connection.perform(PAY, {"amount": 1}, "k")

    assert len(erp.asked) == 1


async def test_a_system_that_goes_on_failing_leaves_the_doubt(erp: Erp, connection: Connection) -> None:
    """Looking up and asking again end; busy or a new failure says nothing of the first request."""
    faults = [Fault.ERROR_AFTER, *[Fault.BUSY, Fault.ERROR_BEFORE, Fault.DROP] * 10]
    erp.faults += faults

    with pytest.raises(OutcomeUnknown):
        await connection.perform(HOLD, HELD, "k")

    assert len(erp.effects) == 1
    assert len(erp.asked) <= 8


async def test_a_refusal_of_the_repeat_is_not_a_refusal_of_the_first(erp: Erp, connection: Connection) -> None:
    """A no to the second asking does not say that the first was not done."""
    erp.can(500)
    erp.can(404)
    for _ in range(5):
        erp.can(409)

    with pytest.raises(OutcomeUnknown):
        await connection.perform(HOLD, HELD, "k")


async def test_a_refusal_is_not_repeated(erp: Erp, connection: Connection) -> None:
    """A no is a no, at once."""
    erp.can(422, b'{"error": "no such invoice"}')

    with pytest.raises(SystemRefused, match="no such invoice"):
        await connection.perform(HOLD, HELD, "k")

    assert len(erp.asked) == 1


async def test_a_busy_system_is_asked_again_when_it_says(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """A short wait is waited inside the call, as long as the system asked for."""
    erp.retry_after = "1"
    await erp.fail(Fault.BUSY, 2)

    await connection.perform(HOLD, HELD, "k")

    assert len(erp.effects) == 1
    assert clocks.waits == [1.0, 1.0]


async def test_a_long_wait_is_the_callers(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """A system that asks for more than two seconds is left alone, and the caller is told for how long."""
    await erp.fail(Fault.BUSY, 1)

    with pytest.raises(SystemBusy) as raised:
        await connection.perform(HOLD, HELD, "k")

    assert raised.value.retry_after == 7
    assert clocks.waits == []


async def test_a_system_that_stays_busy_is_given_up(erp: Erp, connection: Connection) -> None:
    """Repeats are bounded."""
    erp.retry_after = "0"
    await erp.fail(Fault.BUSY, 50)

    with pytest.raises(SystemBusy):
        await connection.perform(HOLD, HELD, "k")

    assert len(erp.asked) == 3


async def test_nothing_begins_too_late(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """A process that was frozen since the decision does not begin."""
    with pytest.raises(SystemBusy, match="too late"):
        await connection.perform(HOLD, HELD, "k", begin_by=clocks.tick)

    assert erp.asked == []


async def test_nothing_is_repeated_too_late(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """A repeat is a beginning: a halt may have come in between."""
    erp.retry_after = "1"
    await erp.fail(Fault.BUSY, 1)

    with pytest.raises(SystemBusy):
        await connection.perform(HOLD, HELD, "k", begin_by=clocks.tick + 0.5)

    assert len(erp.asked) == 1
    assert clocks.waits == []


async def test_a_doubt_is_not_repeated_too_late(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """After a failure that took long, looking up goes on and asking again does not."""
    await erp.fail(Fault.DROP, 1)
    asked = connection.perform(HOLD, HELD, "k", begin_by=clocks.tick + 0.5)
    late = asyncio.create_task(asked)
    await erp.arrived.wait()
    clocks.tick += 1

    with pytest.raises(OutcomeUnknown):
        await late

    assert [asked.method for asked in erp.asked].count("POST") == 1
    assert len(erp.asked) > 1


# ── reading back ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_write_is_read_back(erp: Erp, connection: Connection) -> None:
    """A write that is to be read back is looked up after its answer."""
    await connection.perform(HOLD, HELD, "k")

    assert [asked.method for asked in erp.asked] == ["POST", "GET"]


@pytest.mark.parametrize("held", [(404, b""), (200, b'{"invoice": "R-1", "state": "open"}'), (403, b"")])
async def test_an_answer_that_does_not_hold_is_doubted(
    erp: Erp, connection: Connection, held: tuple[int, bytes]
) -> None:
    """A system that answers one thing and holds another is not believed."""
    erp.can(200, b'{"invoice": "R-1", "state": "held"}')
    for _ in range(3):
        erp.can(*held)

    with pytest.raises(OutcomeUnknown, match="was answered, but"):
        await connection.perform(HOLD, HELD, "k")
