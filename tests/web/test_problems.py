import httpx
import pytest

UNKNOWN = "01a1fce2-22b2-70d0-8bdb-eeaa89d6e744"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/runs", 405),
        ("GET", f"/v1/runs/{UNKNOWN}", 404),
        ("GET", f"/v1/reviews/{UNKNOWN}", 404),
        ("GET", f"/v1/ledger/entries/{UNKNOWN}", 404),
        ("GET", f"/v1/ledger/entries/{UNKNOWN}/proof", 404),
        ("GET", "/v1/workers/nobody", 404),
        ("GET", "/v1/runs/not-a-number", 422),
        ("GET", "/v1/runs?limit=0", 422),
        ("GET", "/v1/runs?limit=501", 422),
        ("GET", "/v1/runs?state=lost", 422),
        ("GET", "/v1/runs?before=yesterday", 422),
        ("GET", "/v1/runs?before=2026-01-01T00:00:00", 422),
        ("GET", "/v1/runs?before=0001-01-01T00:00:00%2B23:59", 422),
        ("GET", "/v1/runs?worker=%00", 422),
        ("GET", "/v1/workers/%00", 422),
        ("GET", "/v1/ledger/entries?before=9223372036854775808", 422),
        ("GET", "/v1/ledger/entries?before=-1", 422),
        ("GET", "/v1/handoffs?state=lost", 422),
        ("POST", "/v1/signals", 422),
        ("POST", "/v1/halts", 422),
        ("POST", f"/v1/reviews/{UNKNOWN}/answer", 422),
    ],
)
async def test_every_error_is_a_problem(asking: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    """Whatever is wrong with a request, the answer is problem details that say what."""
    answer = await asking.request(method, path)

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert problem["status"] == status
    assert problem["type"].startswith("urn:remit:")
    assert problem["title"]
    assert problem["detail"]


async def test_a_wrong_method_is_told_the_right_ones(asking: httpx.AsyncClient) -> None:
    """A 405 carries the header `Allow`."""
    answer = await asking.delete("/v1/runs")

    assert answer.headers["allow"] == "GET"


async def test_a_problem_names_the_field(asking: httpx.AsyncClient) -> None:
    """A body that lacks a field and has one too many is told both."""
    answer = await asking.post("/v1/halts", json={"scope": "everything", "because": "so"})

    assert "`reason`: field required" in answer.json()["detail"]
    assert "`because`: extra inputs" in answer.json()["detail"]


async def test_half_a_character_in_a_name_is_answered(asking: httpx.AsyncClient) -> None:
    """What cannot be written as text is replaced in the answer and breaks nothing."""
    answer = await asking.get("/v1/runs/%ED%A0%80")

    assert answer.status_code == 422
