"""Notices to another program, signed as Standard Webhooks says: https://www.standardwebhooks.com."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from remit.canonical import canonical
from remit.connections.channels.channel import Message
from remit.connections.channels.posting import open_client, post
from remit.connections.vault import Secret
from remit.errors import SettingsInvalid

_PREFIX: Final = "whsec_"
_SHORTEST: Final = 24  # bytes, as the specification advises


class WebhookChannel:
    """One address that checks our signature."""

    is_personal = False

    def __init__(self, name: str, url: str, secret: Secret, *, only: tuple[str, ...] = ()) -> None:
        if not _is_key(secret.reveal()):
            raise SettingsInvalid(
                f"the secret of `{name}` is no key. It is `whsec_` and at least {_SHORTEST} bytes in base64"
            )
        self.name = name
        self._url = url
        self._secret = secret
        self._only = only
        self._client = open_client()

    def takes(self, kind: str) -> bool:
        """Whether notices of this kind go out here."""
        return not self._only or kind in self._only

    async def send(self, message: Message) -> None:
        """Post a message with its id, the moment, and the signature over both and the body."""
        body, sent_at = canonical(message.as_json()), datetime.now(UTC)
        headers = {
            "webhook-id": str(message.id),
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": Webhook(self._secret.reveal()).sign(str(message.id), sent_at, body.decode()),
        }
        await post(self._client, self._url, body, headers)

    async def close(self) -> None:
        """Close the client."""
        await self._client.aclose()


def _is_key(text: str) -> bool:
    try:
        return text.startswith(_PREFIX) and len(base64.b64decode(text[len(_PREFIX) :], validate=True)) >= _SHORTEST
    except (binascii.Error, ValueError):
        return False
