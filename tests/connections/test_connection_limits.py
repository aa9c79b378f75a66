import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from remit.connections.connection import Connection, WhenUnavailable
from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.operation import Kind, Operation, Repeat
from remit.connections.pace import Limits, Timing
from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused
from tests.connections.clocks import Clocks
from tests.connections.erp_server import Erp, describe
from tests.connections.subject import Fault

GET = "erp.get_invoice"
HOLD = "erp.hold_invoice"
NOTE = "erp.add_note"
PAY = "erp.pay_invoice"
HELD = {"invoice": "R-1", "reason": "twice"}


class Gate:
    """A connector of a system that answers when told to, and notes how many ask at once."""

    def __init__(self) -> None:
        self.system = "gate"
        self.opened = asyncio.Event()
        self.entered = asyncio.Queue[None]()
        self.inside = 0
        self.most = 0
        self.error: Exception | None = None

    @property
    def operations(self) -> Mapping[str, Operation]:
        """One read, one write, and one write that cannot be looked up."""
        read = Operation(name="gate.pass_through", kind=Kind.READ, summary="Pass")
        write = Operation(name="gate.set_bar", kind=Kind.WRITE, summary="Set")
        blind = Operation(name="gate.ring_bell", kind=Kind.WRITE, summary="Ring", repeat=Repeat.BLIND)
        return MappingProxyType({operation.name: operation for operation in (read, write, blind)})

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:  # noqa: ARG002  # a connector's shape
        """Answer when the gate is open."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.entered.put_nowait(None)
        await self.opened.wait()
        self.inside -= 1
        if self.error:
            raise self.error
        return arguments

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:  # noqa: ARG002  # a connector's shape
        """Answer as a read."""
        return await self.read(operation, arguments)

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:  # noqa: ARG002  # a connector's shape
        """Find nothing."""
        return await self.read(operation, arguments)

    async def close(self) -> None:
        """Hold nothing."""


async def test_only_so_many_ask_at_once() -> None:
    """A system is never asked by more at a time than its connection allows."""
    gate = Gate()
    connection = Connection(gate, limits=Limits(concurrency=3))
    asked = [asyncio.create_task(connection.read("gate.pass_through", {"n": n})) for n in range(20)]
    for _ in range(3):
        await gate.entered.get()
    gate.opened.set()

    answers = await asyncio.gather(*asked)

    assert gate.most == 3
    assert answers == [{"n": n} for n in range(20)]


async def test_a_call_that_is_cancelled_gives_its_place_back() -> None:
    """A run that is stopped while it asks holds no place."""
    gate = Gate()
    connection = Connection(gate, limits=Limits(concurrency=1))
    asked = asyncio.create_task(connection.read("gate.pass_through", {}))
    await gate.entered.get()

    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    gate.opened.set()

    assert await connection.read("gate.pass_through", {"n": 1}) == {"n": 1}


async def test_a_connector_that_breaks_is_doubted(clocks: Clocks) -> None:
    """An error nobody foresaw says nothing of what was done, and does not show what it carries."""
    gate = Gate()
    gate.opened.set()
    gate.error = KeyError("planted")
    connection = Connection(gate, timing=clocks.timing())

    with pytest.raises(OutcomeUnknown) as raised:
        await connection.perform("gate.set_bar", {}, "k")

    assert "planted" not in str(raised.value)
    assert connection.health.consecutive_failures > 0


async def test_what_nobody_can_tell_is_not_asked() -> None:
    """After a blind write failed, the connector is asked nothing more, whatever it would say."""
    gate = Gate()
    gate.opened.set()
    gate.error = OutcomeUnknown("the line broke")

    with pytest.raises(OutcomeUnknown, match="the line broke"):
        await Connection(gate).perform("gate.ring_bell", {}, "k")

    assert gate.entered.qsize() == 1


async def test_a_minute_has_only_so_many_requests(erp: Erp) -> None:
    """Who asks too often waits; who would wait long is sent away with how long, and asked nothing."""
    waits: list[float] = []

    async def rest(seconds: float) -> None:
        waits.append(seconds)

    timing = Timing(tick=lambda: 100.0, rest=rest)
    connection = Connection(
        HttpJsonConnector("erp", describe(erp)), limits=Limits(per_minute=60, concurrency=50), timing=timing
    )

    asked = [connection.perform(PAY, {"amount": n}, f"k{n}") for n in range(10)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    await connection.close()

    assert waits == [1.0, 2.0]
    assert len(erp.effects) == 3
    assert [outcome.retry_after for outcome in outcomes if isinstance(outcome, SystemBusy)] == [3.0] * 7


async def test_a_fast_limit_is_reached(erp: Erp, clocks: Clocks) -> None:
    """A limit of many a minute lets one second's share through at once."""
    limits = Limits(per_minute=1200)
    connection = Connection(HttpJsonConnector("erp", describe(erp)), limits=limits, timing=clocks.timing())

    await asyncio.gather(*(connection.read(GET, {"invoice": "R-0"}) for _ in range(20)))
    await connection.close()

    assert sum(clocks.waits) == 0


async def test_health_is_what_was_seen(erp: Erp, connection: Connection, clocks: Clocks) -> None:
    """Failures in a row are counted, an answer ends them, a refusal is an answer, and only reads are fresh data."""
    unasked = connection.health
    await connection.perform(NOTE, {"text": "called"}, "k")
    written = connection.health
    await erp.fail(Fault.BUSY, 1)
    with pytest.raises(SystemBusy):
        await connection.read(GET, {"invoice": "R-0"})
    failed = connection.health
    clocks.tick += 60  # when it said to come back
    erp.can(400)
    with pytest.raises(SystemRefused):
        await connection.read(GET, {"invoice": "R-0"})
    refused = connection.health
    await connection.read(GET, {"invoice": "R-0"})

    assert unasked.is_well
    assert unasked.last_success is None
    assert written.last_success
    assert written.fresh_at is None
    assert not failed.is_well
    assert (failed.consecutive_failures, failed.last_success) == (1, written.last_success)
    assert "429" in failed.reason
    assert (refused.is_well, refused.fresh_at) == (True, None)
    assert connection.health.fresh_at == connection.health.last_success


async def test_too_late_is_not_the_systems_failure(connection: Connection, clocks: Clocks) -> None:
    """What the house did not ask says nothing of the system's health."""
    with pytest.raises(SystemBusy):
        await connection.perform(HOLD, HELD, "k", begin_by=clocks.tick - 1)

    assert connection.health.is_well


def test_a_connection_says_what_to_do_without_its_system() -> None:
    """What a run does without the system is kept where the runtime finds it."""
    connection = Connection(Gate(), when_unavailable=WhenUnavailable.PAUSE, limits=Limits(time_limit=3))

    assert (connection.when_unavailable, connection.time_limit) == (WhenUnavailable.PAUSE, 3)
