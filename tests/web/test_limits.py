import httpx

from remit.runtime.house import House
from tests.houses import score, tell, work


async def test_the_harm_of_a_worker_is_stated(asking: httpx.AsyncClient) -> None:
    """Each operation has its most a day; one that a person approves first has none; an unknown worker is not found."""
    harm = (await asking.get("/v1/workers/as-told/harm")).json()
    unknown = await asking.get("/v1/workers/nobody/harm")

    by_name = {one["operation"]: one for one in harm["operations"]}
    assert by_name["crm.log_activity"]["actions"] == 5
    assert by_name["crm.notify_owner"]["actions"] == 0
    assert by_name["crm.set_health_score"]["actions"] is None
    assert harm["actions"] is None
    assert unknown.status_code == 404


async def test_costs_are_told(asking: httpx.AsyncClient, house: House) -> None:
    """Outcomes and writes are listed; a period that makes no sense is refused."""
    await tell(house, {"classify": "thank you"}, score())
    await work(house)

    told = (await asking.get("/v1/costs", params={"worker": "as-told"})).json()
    wrong = await asking.get("/v1/costs", params={"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"})

    assert [(one["outcome"], one["runs"], one["calls"], one["actions"]) for one in told["outcomes"]] == [
        ("done", 1, 2, 1)
    ]
    assert [one["operation"] for one in told["actions"]] == ["crm.set_health_score"]
    assert wrong.status_code == 422


async def test_a_connection_shows_its_limits_and_its_breaker(asking: httpx.AsyncClient) -> None:
    """Whoever looks sees whether a system is asked now, and how often it may be."""
    [crm] = [each for each in (await asking.get("/v1/connections")).json() if each["system"] == "crm"]

    assert (crm["breaker"], crm["limits"]["concurrency"], crm["limits"]["per_minute"]) == ("closed", 16, None)
