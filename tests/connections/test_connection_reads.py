from dataclasses import replace
from typing import Any

import pytest

from remit.connections.connection import Connection
from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused
from tests.connections.erp_server import Erp
from tests.connections.subject import Fault

GET = "erp.get_invoice"
HOLD = "erp.hold_invoice"
NOTE = "erp.add_note"
PAY = "erp.pay_invoice"
HELD = {"invoice": "R-1", "reason": "twice"}


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.DROP, Fault.BUSY])
async def test_a_failed_read_is_asked_again(erp: Erp, connection: Connection, fault: Fault) -> None:
    """A read changes nothing and may be repeated."""
    erp.retry_after = "0"
    await erp.fail(fault, 2)
    connection.limits = replace(connection.limits, time_limit=5)

    assert await connection.read(GET, {"invoice": "R-0"}) == {"invoice": "R-0", "state": "open"}


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.DROP, Fault.BUSY, Fault.TIMEOUT])
async def test_a_read_without_an_answer_is_busy(erp: Erp, connection: Connection, fault: Fault) -> None:
    """A read that stays unanswered tells its caller to come back, after a bounded number of tries."""
    await erp.fail(fault, 50)

    with pytest.raises(SystemBusy):
        await connection.read(GET, {"invoice": "R-0"})

    assert len(erp.asked) <= 3


async def test_looking_up_is_patient_and_honest(erp: Erp, connection: Connection) -> None:
    """A look-up is repeated over a failure; one that stays unanswered never says that nothing was done."""
    connection.limits = replace(connection.limits, time_limit=5)
    await connection.perform(NOTE, {"text": "called"}, "k")
    await erp.fail(Fault.DROP, 1)

    found = await connection.look_up(NOTE, {"text": "called"}, "k")
    await erp.fail(Fault.DROP, 50)

    assert found is not None
    with pytest.raises(OutcomeUnknown):
        await connection.look_up(NOTE, {"text": "called"}, "k")


async def test_a_blind_write_is_not_looked_up(erp: Erp, connection: Connection) -> None:
    """Where nobody can tell, nobody is asked."""
    with pytest.raises(OutcomeUnknown):
        await connection.look_up(PAY, {}, "k")

    assert erp.asked == []


@pytest.mark.parametrize("arguments", [{}, {"invoice": "R-1"}, {"invoice": "R-1", "reason": None}])
async def test_a_write_without_what_it_needs_is_refused(
    erp: Erp, connection: Connection, arguments: dict[str, Any]
) -> None:
    """Nothing missing is ever made up."""
    with pytest.raises(SystemRefused, match="cannot be asked without"):
        await connection.perform(HOLD, arguments, "k")

    assert erp.asked == []


async def test_a_write_is_not_asked_as_a_read(erp: Erp, connection: Connection) -> None:
    """Nothing is changed through the door for reading, and the other way round."""
    for asked in (connection.read(HOLD, HELD), connection.perform(GET, HELD, "k"), connection.read("erp.x_y", {})):
        with pytest.raises(SystemRefused):
            await asked

    assert erp.asked == []
