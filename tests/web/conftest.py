"""The API over a real house, asked through its whole application without a port."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from remit.practice.company import Company
from remit.runtime.house import House
from remit.web.app import create_app

TOKEN = "token-of-the-tests"


@pytest.fixture
def house(opened: tuple[House, Company]) -> House:
    """The house behind the API."""
    return opened[0]


@pytest.fixture
async def asking(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """A client that bears the token."""
    app = create_app(house, token=TOKEN, person="you")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client
