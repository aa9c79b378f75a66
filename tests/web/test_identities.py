import httpx

from remit.runtime.house import House
from tests.houses import score, states_of, tell, work

AT = "/v1/identities/as-told"


async def test_an_identity_is_changed_over_the_api(asking: httpx.AsyncClient, house: House) -> None:
    """It is rotated, revoked by one person and restored by another, and its runs wait meanwhile."""
    other = {"Remit-Person": "ken.ito"}
    rotated = await asking.post(f"{AT}/rotate", json={"reason": "every month"})
    revoked = await asking.post(f"{AT}/revoke", json={"reason": "stolen"})
    run = await tell(house, score())
    await work(house)
    shown = (await asking.get(AT)).json()
    same = await asking.post(f"{AT}/restore", json={"reason": "found"})
    restored = await asking.post(f"{AT}/restore", json={"reason": "found"}, headers=other)
    await work(house)

    assert (rotated.json(), revoked.json()) == ({"generation": 2}, {"generation": 3})
    assert (shown["is_revoked"], shown["reason"], shown["waiting_runs"]) == (True, "stolen", 1)
    assert (same.status_code, restored.json()) == (403, {"runs": 1})
    assert await states_of(house, run) == ["done", "performed"]


async def test_an_identity_is_listed_for_every_worker(asking: httpx.AsyncClient) -> None:
    """Each worker of the registry has one; an unknown worker has none."""
    workers = [worker["name"] for worker in (await asking.get("/v1/workers")).json()]
    listed = (await asking.get("/v1/identities")).json()
    unknown = await asking.get("/v1/identities/nobody")

    assert [one["worker"] for one in listed] == workers
    assert unknown.status_code == 404


async def test_a_change_without_the_permission_is_refused(asking: httpx.AsyncClient) -> None:
    """Neither the wrong person nor a request without the token changes anything."""
    person = {"Remit-Person": "maria.rossi"}
    wrong = await asking.post(f"{AT}/revoke", json={"reason": "x"}, headers=person)
    nobody = await asking.post(f"{AT}/revoke", json={"reason": "x"}, headers={"Authorization": "Bearer x"})
    empty = await asking.post(f"{AT}/revoke", json={"reason": " "})

    assert (wrong.status_code, nobody.status_code, empty.status_code) == (403, 401, 422)
    assert (await asking.get(AT)).json()["is_revoked"] is False
