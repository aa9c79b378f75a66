"""Notices by mail: to each person one message of their own, in plain text."""

from typing import Final

from remit.connections.channels.channel import Message
from remit.connections.connectors.smtp.connector import SmtpConnector
from remit.connections.connectors.smtp.description import Description
from remit.connections.vault import Secret

_LONGEST_SUBJECT: Final = 200


class MailChannel:
    """One mail server."""

    is_personal = True

    def __init__(
        self, name: str, description: Description, *, secret: Secret | None = None, only: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self._server = SmtpConnector("notices", description, secret=secret, time_limit=20)
        self._only = only

    def takes(self, kind: str) -> bool:
        """Whether notices of this kind go out here."""
        return not self._only or kind in self._only

    async def send(self, message: Message) -> None:
        """Send a message whose Message-ID is the same at every try."""
        subject = " ".join(message.title.split())[:_LONGEST_SUBJECT]
        said = [message.title, message.body, message.link and f"Open it in Remit: {message.link}"]
        text = "\n\n".join(part for part in said if part)
        closing = "This message decides nothing: sign in to do so."
        arguments = {"to": [message.address], "subject": subject, "text": f"{text}\n\n{closing}\n"}
        await self._server.perform("notices.send_message", arguments, str(message.id))

    async def close(self) -> None:
        """Nothing is held between messages."""
        await self._server.close()
