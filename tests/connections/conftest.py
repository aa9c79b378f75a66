"""Fixtures: real systems on 127.0.0.1."""

from collections.abc import AsyncGenerator

import pytest

from remit.connections.connection import Connection
from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.pace import Limits
from tests.connections.clocks import Clocks
from tests.connections.erp_server import Erp, describe, running_erp


@pytest.fixture
async def erp() -> AsyncGenerator[Erp]:
    """An ERP that speaks JSON over HTTP."""
    async with running_erp() as erp:
        yield erp


@pytest.fixture
def clocks() -> Clocks:
    """A clock that only waiting moves."""
    return Clocks()


@pytest.fixture
async def connection(erp: Erp, clocks: Clocks) -> AsyncGenerator[Connection]:
    """The ERP behind a connection with a short time limit."""
    connection = Connection(
        HttpJsonConnector("erp", describe(erp)), limits=Limits(time_limit=0.2), timing=clocks.timing()
    )
    yield connection
    await connection.close()
