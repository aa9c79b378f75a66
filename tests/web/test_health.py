from pathlib import Path

import httpx

from remit.practice.company import Company
from remit.runtime.house import House
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate
from remit.web.app import create_app
from tests.houses import opened_house


async def test_a_house_that_works_is_ready(asking: httpx.AsyncClient, opened: tuple[House, Company]) -> None:
    """Readiness tells how many workers are on duty and how many entries wait for their index, without a token."""
    house, _ = opened
    asking.headers.pop("Authorization")

    answer = await asking.get("/health/ready")

    waiting = await house.database.fetch_value("count_unsequenced")
    assert answer.json() == {"status": "ready", "workers": len(house.roster.on_duty), "unsequenced": waiting}
    assert waiting > 0


async def test_without_its_database_a_house_is_alive_and_not_ready(home: Path) -> None:
    """When the server has stopped, readiness and metrics are 503 problems, and the process still says it is alive."""
    server = embedded.start(home)
    await migrate(server.url)
    database = await Database.open(server.url)
    async with opened_house(database) as (house, _):
        transport = httpx.ASGITransport(create_app(house, token="t", person="you"))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            before = await client.get("/health/ready")
            server.stop()

            answers = {path: await client.get(path) for path in ("/health/live", "/health/ready", "/metrics")}

    await database.close()
    assert before.status_code == 200
    assert [answer.status_code for answer in answers.values()] == [200, 503, 503]
    assert answers["/health/ready"].json()["type"] == "urn:remit:store-unavailable"
