"""Notices to a chat that takes Slack's incoming webhooks; the address itself is the secret.

The text is escaped as https://docs.slack.dev/messaging/formatting-message-text says, so that what a customer wrote
mentions nobody and links nowhere.
"""

import re
from typing import Final

from remit.canonical import canonical
from remit.connections.channels.channel import Message
from remit.connections.channels.posting import is_safe, open_client, post
from remit.connections.vault import Secret
from remit.errors import SettingsInvalid

_LONGEST: Final = 2000  # characters of a body; the page has the rest
_MARKS: Final = re.compile(r"([*_~`])")


class ChatChannel:
    """One place in a chat."""

    is_personal = False

    def __init__(self, name: str, secret: Secret, *, only: tuple[str, ...] = ()) -> None:
        if not is_safe(secret.reveal()):
            raise SettingsInvalid(f"the secret of `{name}` is no address. It is the chat's `https://` address")
        self.name = name
        self._secret = secret
        self._only = only
        self._client = open_client()

    def takes(self, kind: str) -> bool:
        """Whether notices of this kind go out here."""
        return not self._only or kind in self._only

    async def send(self, message: Message) -> None:
        """Post a message."""
        link = f"\n<{_escaped(message.link)}|Open it in Remit>" if message.link else ""
        text = f"*{_plain(message.title)}*\n{_plain(message.body[:_LONGEST])}{link}".replace("\n\n", "\n")
        await post(self._client, self._secret.reveal(), canonical({"text": text}), {})

    async def close(self) -> None:
        """Close the client."""
        await self._client.aclose()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "%7C")


def _plain(text: str) -> str:
    """Write what somebody else wrote so that it has no effect: a zero-width space after each mark keeps it a letter."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub("\\1\u200b", escaped)
