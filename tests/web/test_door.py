import math
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputInvalid
from remit.runtime.house import House
from remit.web.app import create_app
from remit.web.door import LARGEST, Door, read_json


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8710", "[::1]:8710", "LOCALHOST", "remit.example.com:80"])
async def test_a_known_host_is_let_in(house: House, host: str) -> None:
    """This machine's names for itself are known, and those that were set."""
    app = create_app(house, token="t", person="you", hosts=["remit.example.com"])

    answer = await ask(app, headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "", "[::1", "a b"]
)
async def test_another_host_is_kept_out(house: House, host: str) -> None:
    """A web page that lets its own name lead to this machine reads nothing, not even the health."""
    app = create_app(house, token="t", person="you")

    answer = await ask(app, headers={"Host": host})

    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


async def ask(app: FastAPI, **more: Any) -> httpx.Response:
    """Ask an application what needs no token."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.get("/health/live", **more)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer wrong", "Basic dG9rZW4=", "bearer  token-of-the-tests2", "Bearer é"]
)
async def test_a_request_without_the_token_is_refused(asking: httpx.AsyncClient, authorization: str) -> None:
    """Every path under `/v1` but the checkpoint answers 401 and says where the token is."""
    headers = [(b"authorization", authorization.encode())]
    asking.headers.pop("Authorization")

    answer = await asking.get("/v1/runs", headers=headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "api.token" in answer.json()["detail"]


async def test_every_path_but_the_public_ones_needs_the_token(asking: httpx.AsyncClient) -> None:
    """No route was forgotten: without the token only health, metrics, checkpoint, sign-in and description answer."""
    asking.headers.pop("Authorization")
    paths = (await asking.get("/openapi.json")).json()["paths"]

    open_to_all = {
        path
        for path, methods in paths.items()
        for method in methods
        if (await asking.request(method, path, json={})).status_code != 401
    }

    assert open_to_all == {"/health/live", "/health/ready", "/metrics", "/v1/ledger/checkpoint", "/v1/sign-in"}


async def test_a_body_over_the_cap_is_refused(asking: httpx.AsyncClient) -> None:
    """A body of one byte too many is a problem 413; one of exactly the cap is read."""
    answers = [
        await asking.post("/v1/signals", content=b'"' + b"x" * (size - 2) + b'"') for size in (LARGEST + 1, LARGEST)
    ]

    assert [answer.status_code for answer in answers] == [413, 422]
    assert answers[0].json()["type"] == "urn:remit:too-large"


async def test_a_body_without_end_is_refused_while_it_comes(house: House) -> None:
    """A body that is never finished is answered as soon as it is too large, without being kept."""
    sent: list[dict[str, Any]] = []
    pieces = 0

    async def receive() -> dict[str, Any]:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b" " * 100_000, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/signals",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    await create_app(house, token="t", person="you")(scope, receive, send)

    assert (sent[0]["status"], pieces) == (413, LARGEST // 100_000 + 1)


async def test_what_nobody_foresaw_is_a_problem_without_detail() -> None:
    """An error of our own is logged and answered as 500, and its words do not leave the house."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    transport = httpx.ASGITransport(Door(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/v1/runs")

    assert (answer.status_code, answer.json()["type"]) == (500, "urn:remit:remit-error")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b"[-Infinity]",
        b'{"a": 1e999}',
        b"9223372036854775808",
        b"-9223372036854775809",
        b"1" * 5000,
        b'"\\u0000"',
        b'{"\\u0000": 1}',
        b'"\\\\\\u0000"',
        b'"\\ud800"',
        b"\xff",
        b"",
        b"{",
        b"[" * 100_000,
    ],
)
def test_json_that_cannot_be_kept_as_sent_is_refused(text: bytes) -> None:
    """Numbers that are none or too large, NUL, half characters and endless nesting are refused, not bent."""
    with pytest.raises(InputInvalid):
        read_json(text)


@pytest.mark.parametrize("text", [b'"\\\\u0000"', b"9223372036854775807", b"1e308", b"-0.0", '"ü😀"'.encode()])
def test_json_at_the_edge_is_read(text: bytes) -> None:
    """A backslash before `u0000` is a backslash, and the largest numbers are numbers."""
    assert read_json(text) is not None


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0e1-.NaIn ', max_size=40).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(text: bytes) -> None:
    """Any bytes are either refused as input, or become a value without numbers that are none."""
    try:
        read = read_json(text)
    except InputInvalid:
        return

    assert not (isinstance(read, float) and not math.isfinite(read))
