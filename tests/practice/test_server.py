import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator

import httpx
import pytest

from remit.practice.company import Company
from remit.practice.server import serving

TASK = {"title": "Call them"}


@pytest.fixture
async def client(company: Company) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the company's server on 127.0.0.1."""
    async with serving(company) as address, httpx.AsyncClient(base_url=address, timeout=5) as client:
        yield client


def key(name: str = "key") -> dict[str, str]:
    """Make the header that makes a repeat recognisable."""
    return {"Idempotency-Key": name}


async def test_questions_are_answered(client: httpx.AsyncClient) -> None:
    """A read answers JSON, takes numbers where numbers are wanted, and says 404 when there is no such thing."""
    order = await client.get("/erp/get_order", params={"order": "PO-4501"})
    found = await client.get("/erp/find_invoices", params={"vendor": "V-1006", "amount_from": "-5", "amount_to": "0"})
    missing = await client.get("/erp/get_order", params={"order": "PO-0"})

    assert (order.status_code, order.json()["id"]) == (200, "PO-4501")
    assert found.json() == []
    assert missing.status_code == 404


async def test_a_write_is_done_once(client: httpx.AsyncClient, company: Company) -> None:
    """A write repeated under its key answers the same, and can be looked up; one of nobody's cannot."""
    body = {"account": "A-101", "score": 30, "reason": "usage fell"}

    first = await client.post("/crm/set_health_score", json=body, headers=key("a/b:1"))
    second = await client.post("/crm/set_health_score", json=body, headers=key("a/b:1"))
    found = await client.get("/effects/crm/a/b:1", params={"operation": "set_health_score"})
    nothing = await client.get("/effects/crm/none", params={"operation": "set_health_score"})

    assert first.json() == second.json() == found.json()
    assert nothing.status_code == 404
    assert len(await company.effects()) == 1


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/erp/hold_invoice", b'{"invoice": "INV-0", "reason": "x"}', key(), 422),
        ("/erp/hold_invoice", b"{}", key(), 422),
        ("/erp/get_invoice", b"{}", key(), 422),
        ("/erp/hold_invoice", b"{}", {}, 400),
        ("/erp/hold_invoice", b"{", key(), 400),
        ("/erp/hold_invoice", b"[1]", key(), 400),
        ("/erp/hold_invoice", b'"' + b"x" * 5_000_000 + b'"', key(), 400),
        ("/abc/hold_invoice", b"{}", key(), 404),
    ],
)
async def test_a_bad_request_is_said_to_be_one(
    client: httpx.AsyncClient, company: Company, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    """What is refused, unreadable, too large or unknown has its own status and a reason, and did nothing."""
    answer = await client.post(path, content=body, headers=headers)

    assert answer.status_code == status
    assert answer.json()["error"]
    assert await company.effects() == []


async def test_a_blind_write_cannot_be_looked_up(client: httpx.AsyncClient) -> None:
    """Where nothing can be looked up the server says so, and does not say that nothing was done."""
    answer = await client.get("/effects/mail/key", params={"operation": "send_message"})

    assert answer.status_code == 501


async def test_faults_are_http_as_it_really_is(client: httpx.AsyncClient, company: Company) -> None:
    """Busy is 429 with its time, broken is 500 before or after it was done."""
    for kind in ("busy", "error_before", "error_after"):
        await company.fail("tasks", "create_task", kind, seconds=2.5)

    answers = [await client.post("/tasks/create_task", json=TASK, headers=key(str(number))) for number in range(4)]

    assert [answer.status_code for answer in answers] == [429, 500, 500, 200]
    assert answers[0].headers["Retry-After"] == "3"
    assert [effect.key for effect in await company.effects()] == ["2", "3"]


async def test_a_dropped_connection_is_no_answer(client: httpx.AsyncClient, company: Company) -> None:
    """A connection that closes leaves the client without a status line, and the next request works."""
    await company.fail("tasks", "*", "drop", times=2)

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.post("/tasks/create_task", json=TASK, headers=key())
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.get("/tasks/find_tasks")

    assert (await client.get("/tasks/find_tasks")).json() == []


async def test_a_silent_server_has_done_it(client: httpx.AsyncClient, company: Company) -> None:
    """A write that is never answered was done, and can be looked up at once."""
    await company.fail("tasks", "create_task", "timeout", seconds=60)

    with pytest.raises(httpx.ReadTimeout):
        await client.post("/tasks/create_task", json=TASK, headers=key(), timeout=0.3)
    found = await client.get("/effects/tasks/key", params={"operation": "create_task"})

    assert found.status_code == 200


async def test_a_silence_ends_with_a_closed_connection(client: httpx.AsyncClient, company: Company) -> None:
    """A client that waits longer than the silence sees the connection close, never an answer."""
    await company.fail("tasks", "find_tasks", "timeout", seconds=0.01)

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.get("/tasks/find_tasks")


async def test_a_late_server_does_it_for_nobody(client: httpx.AsyncClient, company: Company) -> None:
    """A late write happens after its client has gone: not there when looked up, and there afterwards."""
    await company.fail("tasks", "create_task", "late", seconds=0.6)

    with pytest.raises(httpx.ReadTimeout):
        await client.post("/tasks/create_task", json=TASK, headers=key(), timeout=0.2)
    early = await client.get("/effects/tasks/key", params={"operation": "create_task"})
    async with asyncio.timeout(10):
        while not await company.effects("tasks"):
            await client.get("/tasks/find_tasks")

    assert early.status_code == 404
    assert len(await company.effects("tasks")) == 1


async def test_it_runs_as_a_command(company: Company, database_url: str) -> None:
    """The command prints its address, serves there, and ends when told to."""
    command = [sys.executable, "-m", "remit.practice.server", "--database-url", database_url, "--port", "0"]
    server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert server.stdout
    try:
        address = (await server.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.get("/crm/get_account", params={"account": "A-101"})
    finally:
        server.send_signal(signal.SIGTERM)
        await asyncio.wait_for(server.wait(), 10)

    assert answer.json()["id"] == "A-101"
