"""Fixtures: real systems on 127.0.0.1."""

from collections.abc import AsyncGenerator

import pytest

from tests.connections.erp_server import Erp, running_erp


@pytest.fixture
async def erp() -> AsyncGenerator[Erp]:
    """An ERP that speaks JSON over HTTP."""
    async with running_erp() as erp:
        yield erp
