import traceback
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from remit.connections.connectors.smtp.connector import SmtpConnector
from remit.connections.connectors.smtp.description import Description
from remit.connections.vault import Secret
from remit.errors import OutcomeUnknown, SecretMissing, SystemBusy, SystemFailed, SystemRefused
from tests.connections.certificates import make_certificate
from tests.connections.conformance import CHECKS, Check, name_of
from tests.connections.mail_server import PASSWORD, MailServer, running_mail_server
from tests.connections.subject import Fault, Subject

SEND = "mail.send_message"
LETTER = {"to": ["anna@example.com"], "subject": "Your invoice", "text": "Dear Anna"}


def connect(mail: MailServer, secret: str = "", **changes: Any) -> SmtpConnector:
    """Connect to a mail server."""
    described = {"host": "127.0.0.1", "port": mail.port, "security": "none", "sender": "remit@example.com", **changes}
    return SmtpConnector(
        "mail", Description.model_validate(described), secret=Secret(secret) if secret else None, time_limit=1
    )


@pytest.fixture
async def mail() -> AsyncGenerator[MailServer]:
    """A mail server that takes everything."""
    async with running_mail_server() as mail:
        yield mail


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_keeps_the_promises_of_connectors(check: Check, mail: MailServer) -> None:
    """The mail connector keeps every promise of connectors."""
    subject = Subject(
        make=lambda: connect(mail),
        write=SEND,
        arguments=LETTER,
        effects=mail.count,
        fail=mail.fail,
        faults=(Fault.BUSY,),
        text="text",
    )
    await check(subject)


async def test_a_message_arrives_as_it_was_written(mail: MailServer) -> None:
    """Recipients, subject, text and HTML arrive; a hidden recipient stays hidden."""
    letter = {
        **LETTER,
        "cc": ["ben@example.com"],
        "bcc": ["eve@example.com", "anna@example.com"],
        "subject": "Rechnung für 漢字",
        "text": "Liebe Anna\n.\n.hidden dot\nFrom here",
        "html": "<p>Liebe Anna</p>",
    }

    answer = await connect(mail).perform(SEND, letter, "k")

    (message,), (envelope,) = mail.messages, mail.taken
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text
    assert html
    assert text.get_content().replace("\r\n", "\n").rstrip() == letter["text"]
    assert html.get_content().strip() == letter["html"]
    assert (message["From"], message["To"], message["Cc"]) == (
        "remit@example.com",
        "anna@example.com",
        "ben@example.com",
    )
    assert message["Subject"] == letter["subject"]
    assert envelope.rcpt_tos == ["anna@example.com", "ben@example.com", "eve@example.com"] == answer["recipients"]
    assert "eve@" not in str(message)
    assert message["Message-ID"] == answer["message_id"]


async def test_the_same_key_is_the_same_message_id(mail: MailServer) -> None:
    """A mailbox that gets a message twice can tell; another key is another message."""
    connector = connect(mail)
    ids = [(await connector.perform(SEND, LETTER, key))["message_id"] for key in ("k1", "k1", "k2\r\nBcc: x@y.example")]

    assert ids[0] == ids[1] != ids[2]
    assert all("\n" not in one for one in ids)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: eve@example.com"},
        {"subject": "Hi\nX: y"},
        {"subject": "Hi\u2028Bcc: eve@example.com"},
        {"subject": "Hi\0"},
        {"subject": "x" * 1001},
        {"subject": 5},
        {"text": None},
        {"text": b"bytes"},
        {"text": "\ud800"},
        {"html": 5},
        {"to": []},
        {"to": "anna@example.com"},
        {"to": ["anna@example.com\r\nBcc: eve@example.com"]},
        {"to": ["anna@example.com, eve@example.com"]},
        {"to": ["anna@example.com>\r\nRCPT TO:<eve@example.com"]},
        {"to": ["Anna <anna@example.com>"]},
        {"to": ["anna"]},
        {"to": ["@example.com"]},
        {"to": ["anna@exa mple.com"]},
        {"to": ["änna@example.com"]},
        {"to": ["a" * 250 + "@example.com"]},
        {"to": ["anna@-example.com"]},
        {"to": ["a..b@example.com"]},
        {"to": [None]},
        {"cc": ["anna"]},
        {"bcc": ["x@example.com\n"]},
        {"from": "boss@example.com"},
        {"headers": {"X": "y"}},
    ],
)
async def test_what_could_become_another_message_is_refused(mail: MailServer, changes: dict[str, Any]) -> None:
    """No second header, no second recipient, no other sender: nothing is sent at all."""
    with pytest.raises(SystemRefused):
        await connect(mail).perform(SEND, {**LETTER, **changes}, "k")

    assert mail.taken == []


@pytest.mark.parametrize(
    ("where", "answer", "error"),
    [
        ("MAIL", "451 later", SystemBusy),
        ("MAIL", "550 no", SystemRefused),
        ("RCPT ben@example.com", "450 greylisted", SystemBusy),
        ("RCPT ben@example.com", "550 no such user", SystemRefused),
        ("RCPT ben@example.com", "drop", SystemBusy),
        ("DATA", "452 full", SystemBusy),
        ("DATA", "554 spam", SystemRefused),
    ],
)
async def test_a_no_means_that_nobody_got_it(
    mail: MailServer, where: str, answer: str, error: type[SystemFailed]
) -> None:
    """Whatever the server says no to, and for whichever recipient, nobody gets the message."""
    mail.answers[where] = answer

    with pytest.raises(error):
        await connect(mail).perform(SEND, {**LETTER, "cc": ["ben@example.com"]}, "k")

    assert mail.taken == []


@pytest.mark.parametrize(("breaks", "taken"), [("before", 0), ("after", 1)])
async def test_a_line_that_breaks_over_the_message_leaves_a_doubt(mail: MailServer, breaks: str, taken: int) -> None:
    """Once the message was handed over and no answer came, nobody can tell, and nothing is claimed."""
    mail.breaks = breaks

    with pytest.raises(OutcomeUnknown):
        await connect(mail).perform(SEND, LETTER, "k")

    assert len(mail.taken) == taken


async def test_a_server_that_is_not_there_sent_nothing(mail: MailServer) -> None:
    """A connection that is refused means that nothing was sent."""
    async with running_mail_server() as gone:
        connector = connect(gone)

    with pytest.raises(SystemBusy):
        await connector.perform(SEND, LETTER, "k")


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_line_is_encrypted_and_signed_in(tmp_path: Path, security: str) -> None:
    """With a trusted certificate and the right password the message is sent."""
    ca, tls = make_certificate(tmp_path)
    async with running_mail_server(tls=tls, implicit=security == "tls", password=True) as mail:
        await connect(mail, PASSWORD, security=security, user="anna", ca_file=str(ca)).perform(SEND, LETTER, "k")

    assert len(mail.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_nobody_trusts_gets_no_password(tmp_path: Path, security: str) -> None:
    """A server that cannot prove who it is gets neither the password nor the message."""
    _, tls = make_certificate(tmp_path)
    async with running_mail_server(tls=tls, implicit=security == "tls", password=True) as mail:
        with pytest.raises(SystemBusy):
            await connect(mail, PASSWORD, security=security, user="anna").perform(SEND, LETTER, "k")

    assert mail.taken == []


async def test_a_server_without_encryption_gets_no_password(mail: MailServer) -> None:
    """A server, or somebody in between, that offers no encryption is not sent anything."""
    with pytest.raises(SystemFailed):
        await connect(mail, PASSWORD, security="starttls", user="anna").perform(SEND, LETTER, "k")

    assert mail.taken == []


async def test_a_wrong_password_is_refused_and_not_shown(tmp_path: Path) -> None:
    """A server that refuses the password is told as that, without the password."""
    ca, tls = make_certificate(tmp_path)
    async with running_mail_server(tls=tls, password=True) as mail:
        connector = connect(mail, "wrong-planted", security="starttls", user="anna", ca_file=str(ca))
        with pytest.raises(SystemRefused) as raised:
            await connector.perform(SEND, LETTER, "k")

    assert "wrong-planted" not in f"{traceback.format_exception(raised.value)} {vars(connector)!r}"


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "nobody"},
        {"sender": "a@b.example\r\nBcc: x@y.example"},
        {"security": "none", "user": "anna", "host": "mail.example.com"},
        {"security": "maybe"},
        {"port": 0},
        {"host": ""},
        {"password": "in the open"},
    ],
)
def test_an_unsound_description_is_refused(changes: dict[str, Any]) -> None:
    """What would send a password in the clear, or means nothing, is refused when it is read."""
    with pytest.raises(ValidationError):
        Description.model_validate({"host": "127.0.0.1", "sender": "remit@example.com", **changes})


def test_a_user_without_a_password_is_refused() -> None:
    """Who signs in needs a secret."""
    with pytest.raises(SecretMissing):
        connect(MailServer(port=1), user="anna")


def test_sending_is_never_granted_blindly() -> None:
    """The rules can see that sending is high risk, where it goes, and that it cannot be looked up."""
    operation = connect(MailServer(port=1)).operations[SEND]

    assert (operation.risk.value, operation.repeat.value) == ("high", "blind")
    assert operation.sinks == ("to", "cc", "bcc")
    assert not operation.is_reversible
