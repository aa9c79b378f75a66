"""Notices go out by mail, webhook and chat: to whom they are for, signed, and attacked with what customers write."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from remit.connections.channels.channel import Channel
from remit.connections.channels.chat import ChatChannel
from remit.connections.channels.declared import open_channels
from remit.connections.channels.mail import MailChannel
from remit.connections.channels.webhook import WebhookChannel
from remit.connections.connectors.smtp.description import Description
from remit.connections.vault import Secret, Vault
from remit.errors import RemitError, SettingsInvalid
from remit.governance.notices import Notice, notify, to_role
from remit.governance.roles import Person, save_person
from remit.runtime.notifying import deliver_once, list_notices
from remit.store.database import Database
from tests.connections.mail_server import running_mail_server

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()


@dataclass
class Receiver:
    """A program that takes what is posted to it, and answers as told."""

    url: str = ""
    answers: list[int] = field(default_factory=list[int])
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        self.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.answers.pop(0) if self.answers else 204
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """Run a receiver while the block lasts."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield receiver


async def tell(database: Database, *, recipient: str = "ann", key: str = "k", title: str = "A title") -> None:
    """Write a notice, to be told of now."""
    notice = Notice(key=key, kind="review.opened", recipient=recipient, title=title, body="body", link="/reviews/7")
    async with database.transaction() as transaction:
        await notify(transaction, notice, now=NOW)


async def deliver(database: Database, *channels: Channel, now: datetime = NOW) -> list[tuple[str, str]]:
    """Deliver what is due; give address and state of every delivery so far."""
    await deliver_once(database, channels, public_url="https://remit.example/", now=now)
    rows = [one for row in await list_notices(database) for one in row["deliveries"]]
    return [(one["address"] or one["channel"], one["state"]) for one in rows]


async def staff(database: Database) -> None:
    """Have three people: a lead of finance, a lead everywhere, and one who has left."""
    for name, roles, is_active in (
        ("ann", ("domain-lead@finance",), True),
        ("ben", ("domain-lead",), True),
        ("cyd", ("domain-lead",), False),
        ("dan", ("domain-lead@security",), True),
    ):
        await save_person(
            database, Person(id=name, name=name, mail=f"{name}@x.example", roles=roles, is_active=is_active)
        )


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("ann", ["ann"]),
        ("cyd", []),
        ("nobody", []),
        (to_role("domain-lead", "finance"), ["ann", "ben"]),
        (to_role("on-call", "finance"), []),
    ],
)
async def test_mail_goes_to_whom_a_notice_is_for(database: Database, recipient: str, expected: list[str]) -> None:
    """A person gets their own; a role, everybody who is here and holds it there; who has left gets nothing."""
    await staff(database)
    await tell(database, recipient=recipient)
    async with running_mail_server() as server:
        settings = Description(host="127.0.0.1", port=server.port, security="none", sender="remit@x.example")

        delivered = await deliver(database, MailChannel("mail", settings))

        assert delivered == [(f"{name}@x.example", "delivered") for name in expected]
        assert sorted(str(mail["To"]) for mail in server.messages) == [f"{name}@x.example" for name in expected]
        for mail in server.messages:
            assert "https://remit.example/reviews/7" in mail.get_content()


async def test_the_same_thing_is_told_once(database: Database) -> None:
    """A notice noticed ten times is one notice and one message, however often deliveries are looked for."""
    async with receiving() as receiver:
        channel = WebhookChannel("pager", receiver.url, Secret(KEY))
        for _ in range(10):
            await tell(database)
            await deliver(database, channel)

        assert len(receiver.taken) == 1


async def test_a_webhook_carries_a_signature_anybody_can_check(database: Database) -> None:
    """The receiver's own library takes it, and refuses it with one byte changed or under another key."""
    async with receiving() as receiver:
        await tell(database)
        await deliver(database, WebhookChannel("pager", receiver.url, Secret(KEY)))
        [(headers, body)] = receiver.taken

        assert Webhook(KEY).verify(body, headers)["data"]["title"] == "A title"
        with pytest.raises(WebhookVerificationError):
            Webhook(KEY).verify(body.replace(b"title", b"tltle"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(body, headers)


async def test_what_a_customer_wrote_has_no_effect_in_a_chat(database: Database) -> None:
    """Mentions, links and marks in a title arrive as letters; the one link is the house's own."""
    async with receiving() as receiver:
        await tell(database, title="<!channel> *pay* <https://evil.example|click> & `go`")
        await deliver(database, ChatChannel("chat", Secret(receiver.url)))
        text = json.loads(receiver.taken[0][1])["text"]

        assert "<!channel>" not in text
        assert text.count("<") == 1
        assert "<https://remit.example/reviews/7|Open it in Remit>" in text


async def test_a_line_break_in_a_title_is_no_second_header(database: Database) -> None:
    """A title with line breaks becomes one subject line."""
    await staff(database)
    await tell(database, title="Look\r\nBcc: evil@x.example")
    async with running_mail_server() as server:
        settings = Description(host="127.0.0.1", port=server.port, security="none", sender="remit@x.example")

        await deliver(database, MailChannel("mail", settings))

        [mail] = server.messages
        assert mail["Bcc"] is None
        assert server.taken[0].rcpt_tos == ["ann@x.example"]


async def test_a_channel_that_is_away_gets_it_later_under_the_same_id(database: Database) -> None:
    """A message not taken is due again, later, with the id it had; then it is delivered."""
    async with receiving() as receiver:
        receiver.answers = [503, 429]
        channel = WebhookChannel("pager", receiver.url, Secret(KEY))
        await tell(database)

        states = [(await deliver(database, channel, now=NOW + timedelta(seconds=s)))[0][1] for s in (0, 1, 3, 4, 9)]

        assert states == ["due", "due", "due", "due", "delivered"]
        assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1
        assert len(receiver.taken) == 3


async def test_a_channel_that_refuses_is_not_asked_again(database: Database) -> None:
    """A 410 settles the delivery as failed, with what was answered; a second channel gets the notice all the same."""
    async with receiving() as gone, receiving() as here:
        gone.answers = [410]
        channels = (WebhookChannel("gone", gone.url, Secret(KEY)), WebhookChannel("here", here.url, Secret(KEY)))
        await tell(database)

        first = await deliver(database, *channels)
        await deliver(database, *channels, now=NOW + timedelta(days=1))

        assert first == [("gone", "failed"), ("here", "delivered")]
        assert len(gone.taken) == 1


async def test_two_processes_at_once_send_once(database: Database) -> None:
    """Of several processes that look at the same moment, one takes each delivery."""
    async with receiving() as receiver:
        channel = WebhookChannel("pager", receiver.url, Secret(KEY))
        for number in range(10):
            await tell(database, key=str(number))

        await asyncio.gather(*(deliver(database, channel) for _ in range(4)))

        assert len(receiver.taken) == 10


async def test_a_process_that_dies_while_sending_loses_nothing(database: Database) -> None:
    """A delivery taken and never settled is tried by another process after a while."""
    async with receiving() as receiver:
        await tell(database)
        await deliver(database)  # addressed by a process without channels would be nothing: write it by hand
        channel = WebhookChannel("pager", receiver.url, Secret(KEY))
        await tell(database, key="second")
        async with database.transaction() as transaction:
            await transaction.connection.execute(
                "INSERT INTO delivery (id, notice, channel, address, state, tries, due_at)"
                " SELECT gen_random_uuid(), id, 'pager', '', 'due', 1, $1 FROM notice WHERE key = 'k'",
                NOW + timedelta(seconds=120),
            )

        await deliver(database, channel)
        assert len(receiver.taken) == 1
        await deliver(database, channel, now=NOW + timedelta(seconds=121))

        assert len(receiver.taken) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {kind: fax, name: a}", "`kind` cannot be `fax`"),
        ("- {kind: webhook, name: a, url: 'http://evil.example', secret: key}", "begin with `https://`"),
        ("- {kind: webhook, name: a, url: 'https://x.example'}", "`secret`"),
        ("- {kind: webhook, name: a, url: 'https://x.example', secret: short}", "is no key"),
        ("- {kind: chat, name: a, secret: key}", "is no address"),
        ("- {kind: chat, name: a, secret: none}", "has no secret `none`"),
        ("- {kind: chat, name: a, secret: url}\n- {kind: chat, name: a, secret: url}", "declared twice"),
        ("kind: chat", "expected a list"),
    ],
)
async def test_a_mistake_is_named_with_its_line(database: Database, tmp_path: Path, text: str, said: str) -> None:
    """Whatever is wrong in the file is told with file and line before anything begins."""
    vault = Vault(database, Secret(base64.b64encode(b"v" * 32).decode()))
    await vault.put("key", KEY)
    await vault.put("short", "whsec_YWJj")
    await vault.put("url", "https://chat.example/hook")
    path = tmp_path / "notifications.yaml"
    path.write_text(text)

    with pytest.raises(RemitError, match=r"notifications\.yaml:\d+") as raised:
        await open_channels(path, vault)

    assert said in str(raised.value)


async def test_a_secret_is_in_no_error_and_no_row(database: Database) -> None:
    """What a channel says of a failure never holds its address or key."""
    async with receiving() as receiver:
        receiver.answers = [404]
        await tell(database)

        await deliver(database, ChatChannel("chat", Secret(receiver.url)))

        [row] = await list_notices(database)
        assert receiver.url not in str(row)
        assert row["deliveries"][0]["reason"] == "it answered 404"


def test_a_channel_without_a_key_is_refused() -> None:
    """A webhook whose secret is no key would be signed with nothing."""
    with pytest.raises(SettingsInvalid, match="is no key"):
        WebhookChannel("a", "https://x.example", Secret("plain"))
