import asyncio
import base64
import json
import logging
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from typer.testing import CliRunner

from remit.cli.main import app
from remit.connections.declared import open_declared
from remit.connections.vault import Secret, Vault
from remit.errors import SystemFailed
from remit.ledger.export import export
from remit.ledger.key import load_signer
from remit.ledger.sequencer import drain
from remit.runtime.house import House
from remit.store.database import Database
from remit.web.app import create_app
from tests.connections.mail_server import PASSWORD, MailServer, running_mail_server
from tests.houses import act, answer_review, copy_worker, opened_house, review_of, rows_of, settle, tell

AUTHS = {"bearer": 'planted/b&arer "s3cret"', "basic": "planted-basic-s3cret", "header": "planted-header-s3cret"}
"""The credential of each system; the first is written differently in addresses, JSON and HTML."""

USER = "anna"
OTHER_SIDE = "mail.log"
"""What the mail server of the tests logs, which knows its passwords."""
JWT = re.compile(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}")
STEPS = ("ok", "none", "refused", "busy", "broken", "unreadable", "redirect", "drop")


def needles() -> list[bytes]:
    """What must stand nowhere: each credential as it is, as it travels, and the half of the one with a space."""
    plain = [*AUTHS.values(), PASSWORD]
    sent = [f"{user}{secret}" for secret in plain for user in ("", f"{USER}:", f"\0{USER}\0")]
    encoded = [base64.b64encode(text.encode()).decode().rstrip("=") for text in sent]
    half = AUTHS["bearer"].partition(" ")[0]
    return [text.encode() for text in (*plain, *encoded, json.dumps(AUTHS["bearer"])[1:-1], half)]


def found_in(place: str, text: bytes) -> Iterator[str]:
    """Find the credentials, and tokens of workers, that stand in a text: as they are, or as bytes are written."""
    for needle in needles():
        if needle in text or needle.hex().encode() in text:
            yield f"{place} holds {needle!r}: {text[max(text.find(needle) - 200, 0) :][:400]!r}"
    if token := JWT.search(text):
        yield f"{place} holds a token: {token.group()!r}"


# ── systems that repeat what they are sent ─────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def echoing() -> AsyncGenerator[str]:
    """Run a system that repeats every header it gets, in its answers, their headers and its errors; give its URL."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            line, *lines = head.rstrip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
            await reader.readexactly(int(headers.get("content-length", "0")))
            answer = _answer(line.split(" ")[1].rsplit("/", 1)[1], headers)
            if not answer:
                break
            writer.write(answer)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def _answer(how: str, headers: dict[str, str]) -> bytes:
    shown = headers.get("authorization") or headers.get("x-api-key", "")
    secret = shown.partition(" ")[2] if shown.startswith(("Bearer ", "Basic ")) else shown
    said = {
        "error": f"who is {secret}?",
        "headers": headers,
        secret: [secret, {"deep": secret}],
        "link": f"/?t={secret}",
    }
    statuses = {"none": 404, "refused": 400, "busy": 429, "broken": 500, "redirect": 302}
    body = shown.encode() if how == "unreadable" else json.dumps(said).encode()
    fields = (f"X-Echo: {shown}", f"Location: /{secret}", f"Set-Cookie: t={secret}", f"Content-Length: {len(body)}")
    if how == "drop":
        return b""
    return f"HTTP/1.1 {statuses.get(how, 200)} {secret}\r\n".encode() + "\r\n".join((*fields, "", "")).encode() + body


def _declared(url: str, mail: MailServer) -> str:
    operations = [
        {"name": "get_thing", "kind": "read", "summary": "Get", "path": "/things/{how}"},
        {
            "name": "add_thing",
            "kind": "write",
            "summary": "Add",
            "method": "POST",
            "path": "/things/{how}",
            "repeat": "same",
            "look_up": {"path": "/found/{how}"},
        },
    ]
    settings = {"base_url": url, "operations": operations}
    systems: list[dict[str, Any]] = [
        {
            "system": f"{auth}_api",
            "kind": "http_json",
            "secret": f"{auth}-secret",
            "when_unavailable": "escalate",
            "timeout_seconds": 10,
            "opens_after": 1000,
            "settings": settings | {"auth": auth} | ({"user": USER} if auth == "basic" else {}),
        }
        for auth in AUTHS
    ]
    post = {"host": "127.0.0.1", "port": mail.port, "security": "none", "sender": "remit@example.com", "user": USER}
    systems.append({"system": "post", "kind": "smtp", "secret": "post-secret", "settings": post, "timeout_seconds": 10})
    return json.dumps(systems)


# ── a house that uses them ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A house whose systems know planted credentials."""

    house: House
    mail: MailServer
    runs: list[UUID]


@pytest.fixture
async def planted(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, spans: InMemorySpanExporter
) -> AsyncGenerator[Planted]:
    """A house in which workers read, wrote and failed in every way, on systems that repeat what they are sent."""
    assert spans is not None  # everything below is traced
    caplog.set_level(logging.DEBUG)
    vault = Vault(database, Secret(base64.b64encode(b"k" * 32).decode()))
    for auth, secret in AUTHS.items():
        await vault.put(f"{auth}-secret", secret)
    await vault.put("post-secret", PASSWORD)
    systems = "".join(f"  - {{system: {auth}_api, reads: [{auth}_api.get_thing]}}\n" for auth in AUTHS)
    granted = [*(f"{auth}_api.add_thing" for auth in AUTHS), "post.send_message"]
    grants = "".join(f"  - {{operation: {name}, stage: high_trust, because: of the test}}\n" for name in granted)
    changes = {"systems:\n": f"systems:\n{systems}  - {{system: post}}\n", "grants:\n": f"grants:\n{grants}"}
    workers = copy_worker(tmp_path / "workers", changes=changes)
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(running_mail_server(password=True))
        url = await stack.enter_async_context(echoing())
        file = tmp_path / "connections.yaml"
        file.write_text(_declared(url, mail))
        also = await open_declared(file, vault)
        house, _ = await stack.enter_async_context(opened_house(database, workers=workers, also=also))
        yield Planted(house=house, mail=mail, runs=[run async for run in _worked(house, mail)])


async def _worked(house: House, mail: MailServer) -> AsyncGenerator[UUID]:
    """Do everything once in a run of its own, since one that fails ends its run."""
    steps = [{"read": f"{auth}_api.get_thing", "arguments": {"how": how}} for auth in AUTHS for how in STEPS]
    steps += [act(f"{auth}_api.add_thing", how=how) for auth in AUTHS for how in STEPS]
    runs = [await tell(house, step, number=number) for number, step in enumerate(steps)]
    await settle(house)
    for number, said in enumerate(("250 OK", f"550 {USER} {PASSWORD} {_plain_login()} is nobody")):
        mail.answers["MAIL"] = said
        step = act("post.send_message", to=["ann@example.com"], subject="Hello", text="Hello")
        runs.append(await tell(house, step, number=f"mail-{number}"))
        await settle(house)
        assert await review_of(house, runs[-1])
        await answer_review(house, runs[-1])
        await settle(house)
    for run in runs:
        yield run


def _plain_login() -> str:
    return base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()


# ── where they might have gone ─────────────────────────────────────────────────────────────────────────────────────


async def _tables(house: House) -> AsyncGenerator[tuple[str, bytes]]:
    """Write every row of every table as text."""
    tables = await rows_of(house, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert {"step", "action", "run", "entry", "secret", "token_key"} <= {row["tablename"] for row in tables}
    for row in tables:
        name = row["tablename"]
        found = await rows_of(house, f'SELECT t::text AS said FROM "{name}" AS t')  # noqa: S608  # names of our own
        yield name, "\n".join(each["said"] for each in found).encode()


async def test_no_table_holds_a_secret(planted: Planted) -> None:
    """Steps, actions, runs, entries and every other table hold no credential and no token, in no form."""
    found = [fault async for place, text in _tables(planted.house) for fault in found_in(place, text)]
    states = await rows_of(planted.house, "SELECT DISTINCT state FROM run")

    assert found == []
    assert {row["state"] for row in states} == {"done", "exception", "waiting"}


async def test_the_systems_did_repeat_them(planted: Planted) -> None:
    """What is looked for was there to be found: answers and refusals say where it was taken out."""
    results = await rows_of(planted.house, "SELECT result::text AS said FROM step WHERE name LIKE '%_api.get_thing'")
    reasons = await rows_of(planted.house, "SELECT reason FROM run WHERE state = 'exception'")

    assert all(row["said"].count("…") >= 5 or row["said"] == "null" for row in results)
    assert len([row for row in results if "…" in row["said"]]) == len(AUTHS)
    assert len([row for row in reasons if "…" in row["reason"]]) >= 2 * len(AUTHS)
    assert any("550" in row["reason"] and "…" in row["reason"] for row in reasons)


async def test_no_export_of_the_ledger_holds_a_secret(planted: Planted, tmp_path: Path) -> None:
    """Whoever is given the ledger is given no credential and no token."""
    signer = load_signer(tmp_path / "data")
    await drain(planted.house.database, signer)
    folder = tmp_path / "export"
    exported = await export(planted.house.database, signer, folder)

    found = [
        fault
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for fault in found_in(path.name, path.read_bytes())
    ]

    assert exported.size > 50
    assert found == []


async def test_no_log_and_no_span_holds_a_secret(
    planted: Planted, caplog: pytest.LogCaptureFixture, spans: InMemorySpanExporter
) -> None:
    """Nothing is logged at any level, nor traced, that holds a credential or a token."""
    traced = "\n".join(span.to_json() for span in spans.get_finished_spans())
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    logged = "\n".join(caplog.handler.format(record) for record in records if record.name != OTHER_SIDE)

    assert len(planted.runs) > 40
    assert "ask" in traced
    assert records
    assert [*found_in("log", logged.encode()), *found_in("spans", traced.encode())] == []


async def test_no_answer_of_the_api_holds_a_secret(planted: Planted) -> None:
    """Runs, reviews, connections with their health, entries and metrics show no credential and no token."""
    house = planted.house
    application = create_app(house, token="token-of-the-tests", person="you")
    pages = ["runs?limit=500", "reviews?limit=500", "connections", "workers", "identities", "notices", "handoffs"]
    pages += ["ledger/entries?limit=500", *(f"runs/{run}" for run in planted.runs)]
    headers = {"Authorization": "Bearer token-of-the-tests"}
    found: list[str] = []
    transport = httpx.ASGITransport(application)

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        for page in (*(f"/v1/{page}" for page in pages), "/metrics", "/health/ready"):
            answer = await client.get(page)
            assert answer.status_code == 200
            found += found_in(page, answer.content)

    assert found == []


async def test_no_command_prints_a_secret(planted: Planted, database_url: str, tmp_path: Path) -> None:
    """What the command line shows of runs, entries, secrets and identities holds no credential and no token."""
    environment = {"REMIT_DATABASE_URL": database_url, "REMIT_DATA_DIRECTORY": str(tmp_path / "data"), "COLUMNS": "80"}
    commands = ["runs --json --limit 500", "vault list", "identity list --json", "ledger search --json --limit 500"]
    commands += ["review list --json", "notices --json", *(f"run show {run}" for run in planted.runs[::5])]
    found: list[str] = []

    for command in commands:
        result = await asyncio.to_thread(CliRunner().invoke, app, command.split(), env=environment)
        assert result.exit_code == 0, f"{command}: {result.output}"
        found += found_in(command, f"{result.stdout}{result.stderr}".encode())

    assert found == []


async def test_an_error_holds_no_secret(planted: Planted) -> None:
    """What a connection raises, with everything it came from, holds no credential."""
    connections = planted.house.connections
    found: list[str] = []
    for auth in AUTHS:
        connection = connections.for_operation(f"{auth}_api.get_thing")
        for how in ("refused", "busy", "broken", "unreadable", "redirect", "drop"):
            with pytest.raises(SystemFailed) as raised:
                await connection.read(f"{auth}_api.get_thing", {"how": how})
            error: BaseException | None = raised.value
            while error is not None:
                found += found_in(f"{auth} {how}", f"{error!r} {error}".encode())
                error = error.__cause__ or error.__context__

    assert found == []
