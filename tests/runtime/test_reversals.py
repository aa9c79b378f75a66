"""Reversals: what a worker did is taken back by a reviewed action, while the worker is stopped too."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.approvals import expire_reviews
from remit.governance.blast_report import report
from remit.governance.halts import lift, stop
from remit.governance.incident_review import write_review
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.reversals import Request, request_reversal
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    copy_worker,
    done_of,
    opened_house,
    review_of,
    rows_of,
    score,
    send,
    state_of,
    states_of,
    task,
    tell,
    told,
    work,
    work_at_once,
)

_GRANTS = "  - {operation: crm.log_activity, stage: high_trust, per_day: 5"
_MORE = "  - {operation: tasks.cancel_task, stage: high_trust, because: it is taken back}\n" + _GRANTS


@pytest.fixture
async def harmed(database: Database, tmp_path: Path) -> AsyncGenerator[tuple[House, Company, str]]:
    """A house whose worker may cancel tasks and has created one too many; with the key of that."""
    workers = copy_worker(tmp_path, changes={_GRANTS: _MORE})
    async with opened_house(database, workers=workers) as (house, company):
        run = await tell(house, task())
        await work(house)
        yield house, company, f"{run}:1"


async def _stop(house: House, scope: str = "worker:as-told") -> UUID:
    return (await stop(house.database, scope, "it creates tasks nobody needs", "ken.ito", house.clock.now())).id


async def _request(house: House, key: str, who: str = "ken.ito", **arguments: Any) -> UUID:
    request = Request(key=key, who=who, reason="nobody asked for it", arguments=arguments)
    return await request_reversal(house.database, house.connections.operations, request, house.clock.now())


@pytest.mark.parametrize("scope", ["worker:as-told", "workflow:tests-of-the-gateway", "domain:customer_experience"])
async def test_harm_is_taken_back_while_its_worker_is_halted(harmed: tuple[House, Company, str], scope: str) -> None:
    """A reversal waits for a second person, is then performed once, and nothing else of the worker goes on."""
    house, company, key = harmed
    await _stop(house, scope)
    held = await tell(house, score(), number=2)

    run = await _request(house, key)
    await work(house)
    asked, before = await state_of(house, run), await done_of(company)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)
    await work(house)

    assert (asked["state"], asked["waits_for"]) == ("waiting", "review")
    assert before == ["tasks.create_task 1"]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]
    assert (await state_of(house, held))["waits_for"] == "halt"
