from typing import Any
from uuid import uuid4

import httpx
import pytest

from remit.runtime.house import House
from tests.houses import score, states_of, tell, work

TEXT = """
@id("score-seen")
@sentence("Somebody looks at every health score.")
@roles("account-owner")
forbid (principal, action, resource == Operation::"crm.set_health_score");
"""
DRAFT: dict[str, Any] = {"kind": "rule", "name": "scores.cedar", "text": TEXT, "why": "we were asked to"}
RUTH = {"Remit-Person": "ruth.adler"}


async def test_a_rule_goes_from_draft_to_force(asking: httpx.AsyncClient, house: House) -> None:
    """Drafted by one person, replayed, approved by another with what was shown, and then it decides."""
    before = (await asking.get("/v1/rules")).json()
    drafted = (await asking.post("/v1/changes", json=DRAFT)).json()
    replayed = (await asking.post(f"/v1/changes/{drafted['id']}/replay", json={})).json()

    path = f"/v1/changes/{drafted['id']}/approve"
    refused = await asking.post(path, json={"seal": replayed["stamp"]}, headers=RUTH)
    approved = await asking.post(path, json={"stamp": replayed["stamp"]}, headers=RUTH)

    run = await tell(house, score())
    await work(house)
    after = (await asking.get("/v1/rules")).json()
    assert (refused.status_code, approved.status_code) == (422, 200)
    assert approved.json()["state"] == "approved"
    assert (await states_of(house, run))[0] == "waiting"
    assert {rule["id"] for rule in after["rules"]} - {rule["id"] for rule in before["rules"]} == {"score-seen"}
    assert after["digest"] != before["digest"]


async def test_whoever_drafted_cannot_approve_through_the_api(asking: httpx.AsyncClient) -> None:
    """The author gets 403, a stale stamp 409, and a change nobody knows 404."""
    drafted = (await asking.post("/v1/changes", json=DRAFT)).json()
    replayed = (await asking.post(f"/v1/changes/{drafted['id']}/replay", json={"last": 10})).json()
    stamp = {"stamp": replayed["stamp"]}

    own = await asking.post(f"/v1/changes/{drafted['id']}/approve", json=stamp)
    stale = await asking.post(f"/v1/changes/{drafted['id']}/approve", json={"stamp": "0" * 64}, headers=RUTH)
    unknown = await asking.post(f"/v1/changes/{uuid4()}/approve", json=stamp, headers=RUTH)

    assert (own.status_code, stale.status_code, unknown.status_code) == (403, 409, 404)


async def test_a_change_is_listed_shown_rejected_and_withdrawn(asking: httpx.AsyncClient) -> None:
    """Each state is found by its name, and a reason is kept."""
    first = (await asking.post("/v1/changes", json=DRAFT)).json()
    second = (await asking.post("/v1/changes", json=DRAFT | {"name": "more.cedar"})).json()

    rejected = await asking.post(f"/v1/changes/{first['id']}/reject", json={"reason": "not now"}, headers=RUTH)
    withdrawn = await asking.post(f"/v1/changes/{second['id']}/withdraw")
    listed = (await asking.get("/v1/changes", params={"state": "rejected"})).json()
    wrong = await asking.get("/v1/changes", params={"state": "denied"})

    assert (rejected.json()["reason"], withdrawn.json()["state"]) == ("not now", "withdrawn")
    assert [change["id"] for change in listed] == [first["id"]]
    assert (await asking.get(f"/v1/changes/{first['id']}")).json()["text"] == TEXT
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"text": '@id("all") @sentence("All.") permit (principal, action, resource);'},
        {"text": "forbid (principal, action, resource) when { " + "(" * 10_000 + ")" * 10_000 + " };"},
        {"text": "x" * 1_000_001},
        {"text": "\0"},
        {"text": None, "kind": "stage"},
        {"name": "../always.cedar"},
        {"kind": "workflow"},
        {"why": ""},
        {"more": 1},
    ],
)
async def test_a_hostile_draft_is_refused_and_the_house_goes_on(
    asking: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    """Whatever is sent, the answer says what is wrong; nothing is kept."""
    refused = await asking.post("/v1/changes", json=DRAFT | changes)

    assert 400 <= refused.status_code < 500
    assert refused.json()["detail"]
    assert (await asking.get("/v1/changes")).json() == []
    assert (await asking.get("/v1/rules")).status_code == 200


async def test_what_a_worker_could_do_is_told(asking: httpx.AsyncClient) -> None:
    """Each operation granted with its verdict, what is never done, and what another stage would change."""
    told = (await asking.get("/v1/workers/as-told/could")).json()
    asked = {"operation": "crm.notify_owner", "stage": "high_trust"}
    shifted = (await asking.get("/v1/workers/as-told/could", params=asked)).json()
    nobody = await asking.get("/v1/workers/nobody/could")
    ungranted = await asking.get("/v1/workers/as-told/could", params=asked | {"operation": "erp.pay_invoice"})

    verdicts = {each["operation"]: each["verdict"] for each in told["possible"]}
    assert verdicts["crm.set_health_score"] == "permit"
    assert verdicts["desk.tag_ticket"] == "review"
    assert "erp.pay_invoice" in told["never"]
    assert "stage-assistive" in [each["rule"] for each in shifted["shift"]["gone"]]
    assert (nobody.status_code, ungranted.status_code) == (404, 404)
