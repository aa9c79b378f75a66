"""Fixtures: an open practice company, filled."""

from collections.abc import AsyncGenerator
from datetime import date

import pytest

from remit.clock import now
from remit.practice.company import Company, open_company
from remit.practice.seed import seed
from remit.store.database import Database


@pytest.fixture
def today() -> date:
    """The day the company was filled."""
    return now().date()


@pytest.fixture
async def company(database: Database) -> AsyncGenerator[Company]:
    """The practice company, open and filled."""
    await seed(database)
    company = await open_company(database)
    yield company
    await company.close()
