import httpx

from remit.governance.halts import stop
from remit.runtime.house import House


async def test_what_one_was_told_is_new_until_it_is_read(asking: httpx.AsyncClient, house: House) -> None:
    """A notice is new to whoever has not marked it as read, and each marks their own."""
    await stop(house.database, "worker:as-told", "to see", "you", house.clock.now())
    ken = {"Remit-Person": "ken.ito"}
    [told, *_] = (await asking.get("/v1/notices", headers=ken)).json()

    answer = await asking.post("/v1/notices/read", json={"until": told["made_at"]}, headers=ken)

    assert (told["is_new"], answer.status_code) == (True, 204)
    assert {each["is_new"] for each in (await asking.get("/v1/notices", headers=ken)).json()} == {False}
    assert {each["is_new"] for each in (await asking.get("/v1/notices")).json()} == {True}


async def test_a_day_without_its_zone_reads_nothing(asking: httpx.AsyncClient) -> None:
    """A moment that could mean two is refused."""
    answer = await asking.post("/v1/notices/read", json={"until": "2031-05-20T10:00:00"})

    assert answer.status_code == 422
