import httpx
import pytest

from remit.clock import new_id
from remit.runtime.house import House
from tests.houses import score, tell, work


async def _stop(asking: httpx.AsyncClient, scope: str = "worker:as-told") -> dict[str, str]:
    answer = await asking.post("/v1/halts", json={"scope": scope, "reason": "it went wrong"})
    assert answer.status_code == 201
    return answer.json()


async def test_what_a_halt_touches_is_shown(asking: httpx.AsyncClient, house: House) -> None:
    """The report of a halt lists what was done; a halt that was never set has none."""
    await tell(house, score())
    await work(house)
    halt = await _stop(asking)

    report = await asking.get(f"/v1/halts/{halt['id']}/report")
    none = await asking.get(f"/v1/halts/{new_id()}/report")

    assert [done["operation"] for done in report.json()["done"]] == ["crm.set_health_score"]
    assert report.json()["done"][0]["reversal"]["missing"] == ["score", "reason"]
    assert none.status_code == 404


async def test_an_incident_is_reviewed_and_closed(asking: httpx.AsyncClient) -> None:
    """From the halt to the closed incident: listed, written by people who may, shown, and closed after the lift."""
    incident = (await _stop(asking))["incident"]
    path, second = f"/v1/incidents/{incident}", {"Remit-Person": "ken.ito"}

    early = await asking.post(f"{path}/close", headers=second)
    for section in ("impact", "detection", "cause", "guardrails", "learned"):
        await asking.post(f"{path}/sections", json={"section": section, "words": "seen"}, headers=second)
    fix = {"section": "fix", "words": "a lower limit", "owner": "ken.ito"}
    written = await asking.post(f"{path}/sections", json=fix, headers=second)
    await asking.post("/v1/halts/lift", json={"scope": "worker:as-told", "reason": "mended"}, headers=second)
    closed = await asking.post(f"{path}/close", headers=second)

    shown = await asking.get(path)
    listed = await asking.get("/v1/incidents", params={"state": "closed"})
    assert (early.status_code, written.json(), closed.json()) == (409, {"state": "reviewed"}, {"state": "closed"})
    assert shown.headers["content-type"].startswith("text/markdown")
    assert "> a lower limit (owner: ken.ito)" in shown.text
    assert [each["id"] for each in listed.json()] == [incident]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"section": "blame", "words": "it was her"},
        {"section": "cause", "words": ""},
        {"section": "cause", "words": "x" * 20_001},
        {"section": "cause", "words": "seen", "more": 1},
        {"section": "fix", "words": "a limit", "owner": "nobody.here"},
    ],
)
async def test_what_cannot_be_written_is_refused(asking: httpx.AsyncClient, body: dict[str, object]) -> None:
    """A section nobody asks for, nothing, too much, and a fix without an owner are answered with 422."""
    incident = (await _stop(asking))["incident"]

    answer = await asking.post(f"/v1/incidents/{incident}/sections", json=body)

    assert answer.status_code == 422


async def test_drills_are_planned_by_technical_owners(asking: httpx.AsyncClient) -> None:
    """Who may not plan drills is refused; after a plan the list says when the next one is due."""
    before = (await asking.get("/v1/drills")).json()

    refused = await asking.post("/v1/drills/plan", json={"cron": "0 9 1 * *"}, headers={"Remit-Person": "jonas.weber"})
    nothing = await asking.post("/v1/drills/plan", json={"cron": "soon"}, headers={"Remit-Person": "ken.ito"})
    planned = await asking.post("/v1/drills/plan", json={"cron": "0 9 1 * *"}, headers={"Remit-Person": "ken.ito"})

    assert before == {"next_at": None, "held": []}
    assert (refused.status_code, nothing.status_code) == (403, 422)
    assert (await asking.get("/v1/drills")).json()["next_at"] == planned.json()["next_at"]
