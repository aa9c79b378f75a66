"""A mail server on 127.0.0.1, which keeps its own list of messages and can be made to fail."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.connections.subject import Fault

PASSWORD = "planted-s3cret"


@dataclass(slots=True)
class MailServer:
    """What the mail server took."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list[Envelope])
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """what to answer to a command instead of `250 OK`"""
    breaks: str = ""
    """where the line breaks: `before` the message is taken, or `after`"""

    @property
    def messages(self) -> list[EmailMessage]:
        """The messages taken."""
        return [
            cast("EmailMessage", message_from_bytes(cast("bytes", envelope.content), policy=cast("Any", default)))
            for envelope in self.taken
        ]

    async def count(self) -> int:
        """Count the messages."""
        return len(self.taken)

    async def fail(self, fault: Fault, times: int) -> None:
        """Refuse the next message for now."""
        assert (fault, times) == (Fault.BUSY, 1)
        self.answers["DATA"] = "451 try again later"

    # aiosmtpd calls these by their names.

    async def handle_MAIL(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, *_: Any) -> str:  # noqa: N802  # the server's name for it
        """Answer the sender."""
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, *_: Any) -> str:  # noqa: N802  # the server's name for it
        """Answer a recipient."""
        answer = self.answers.get(f"RCPT {address}", "250 OK")
        if answer == "drop":
            _abort(server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        """Take a message, or not."""
        answer = self.answers.pop("DATA", "250 OK")
        if answer.startswith("250") and self.breaks != "before":
            self.taken.append(envelope)
        if self.breaks:
            _abort(server)
        return answer


def _abort(server: SMTP) -> None:
    cast("asyncio.Transport", server.transport).abort()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"anna", PASSWORD.encode()), handled=False)


@asynccontextmanager
async def running_mail_server(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, password: bool = False
) -> AsyncGenerator[MailServer]:
    """Run a mail server while the block lasts."""
    mail = MailServer()
    loop = asyncio.get_running_loop()

    def accept() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the server does not see that the line is encrypted from the start
            return SMTP(
                mail,
                hostname="mail.example",
                tls_context=None if implicit else tls,
                require_starttls=bool(tls) and not implicit,
                authenticator=_authenticate if password else None,
                auth_required=password,
                auth_require_tls=bool(tls) and not implicit,
                loop=loop,
            )

    server = await loop.create_server(accept, "127.0.0.1", 0, ssl=tls if implicit else None)
    mail.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mail
