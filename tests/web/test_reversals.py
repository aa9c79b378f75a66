from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from remit.governance.roles import Person, save_person
from remit.runtime.house import House
from remit.store.database import Database
from remit.web.app import create_app
from tests.houses import answer_review, copy_worker, opened_house, score, send, states_of, tell, told, work

SECOND = {"Remit-Person": "ken.ito"}


async def test_an_action_is_taken_back_over_the_api(asking: httpx.AsyncClient, house: House) -> None:
    """A request gives the run that does it; twice it is one, and its own person does not approve it."""
    done = await tell(house, score())
    await work(house)
    halt = (await asking.post("/v1/halts", json={"scope": "worker:as-told", "reason": "it counts wrong"})).json()
    path, body = f"/v1/actions/{done}:1/reversal", {"reason": "wrong", "arguments": {"score": 72}}

    first = await asking.post(path, json=body, headers=SECOND)
    again = await asking.post(path, json=body)
    await work(house)
    [review] = (await asking.get("/v1/reviews")).json()
    own = await asking.post(
        f"/v1/reviews/{review['id']}/answer", json={"verdict": "approve", "digest": review["digest"]}, headers=SECOND
    )
    await answer_review(house, UUID(review["run"]), person="nina.kowalski")
    await work(house)
    shown = (await asking.get(f"/v1/runs/{done}")).json()
    report = (await asking.get(f"/v1/halts/{halt['id']}/report")).json()

    assert (first.status_code, again.json()) == (202, first.json())
    assert own.status_code == 403
    assert [each["run"] for each in report["done"][0]["requested"]] == [review["run"]]
    assert await states_of(house, UUID(review["run"])) == ["done", "performed"]
    assert (shown["overrides"], shown["reverses"]) == (["reversed"], "")
    assert (await asking.get(f"/v1/runs/{review['run']}")).json()["reverses"] == f"{done}:1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"reason": ""}, 422),
        ({"reason": "wrong", "more": 1}, 422),
        ({"reason": "wrong", "arguments": {"score": 1, "account": "A-102"}}, 422),
        ({"reason": "wrong", "arguments": {"score": "\0"}}, 422),
        ({"reason": "wrong"}, 422),
    ],
)
async def test_a_malformed_request_begins_nothing(
    asking: httpx.AsyncClient, house: House, body: dict[str, Any], status: int
) -> None:
    """What is missing, too much, or turned against something else is refused, and nothing waits afterwards."""
    done = await tell(house, score())
    await work(house)

    said = await asking.post(f"/v1/actions/{done}:1/reversal", json=body, headers=SECOND)
    unknown = await asking.post(f"/v1/actions/{uuid4()}:1/reversal", json={"reason": "wrong"}, headers=SECOND)

    assert (said.status_code, unknown.status_code) == (status, 404)
    assert (await asking.get("/v1/runs", params={"state": "open"})).json() == []


async def test_whoever_is_on_call_sees_what_it_operations_does(database: Database, tmp_path: Path) -> None:
    """On-call staff of a domain list the runs of all its workers, and see every action with its decision and result."""
    workers = copy_worker(tmp_path, changes={"domain: customer_experience": "domain: it_operations"})
    copy_worker(workers, "takes_over")
    async with opened_house(database, workers=workers) as (house, _):
        await save_person(database, Person(id="noor.on.call", name="Noor", roles=("on-call@it_operations",)))
        handed = {"hand_over": "told-on", "context": {"account": "A-101", "steps": [score(1)]}}
        [run] = await send(house, told(score(), handed))
        await work(house)
        headers = {"Authorization": "Bearer token-of-this-test", "Remit-Person": "noor.on.call"}
        transport = httpx.ASGITransport(create_app(house, token="token-of-this-test", person="you"))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as noor:
            listed = (await noor.get("/v1/runs", params={"domain": "it_operations"})).json()
            every = (await noor.get("/v1/runs")).json()
            shown = (await noor.get(f"/v1/runs/{run}")).json()
            none = await noor.get("/v1/runs", params={"domain": "kitchen"})

        assert [each["id"] for each in listed] == [str(run)]
        assert len(every) == 2
        [action] = shown["actions"]
        assert (action["operation"], action["state"]) == ("crm.set_health_score", "performed")
        assert none.status_code == 422
