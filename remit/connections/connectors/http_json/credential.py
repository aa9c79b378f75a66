"""Shows the vault's secret to a system, at the moment a request is sent and in its headers only."""

import base64

from remit.connections.connectors.http_json.description import Description
from remit.connections.vault import Secret
from remit.connections.veil import Veil
from remit.errors import SecretMissing


class Credential:
    """Puts the secret into the header the description names."""

    def __init__(self, description: Description, secret: Secret | None) -> None:
        if description.auth != "none" and secret is None:
            raise SecretMissing(f"`auth: {description.auth}` needs a `secret`. Name one of the vault")
        self._header = description.auth_header if description.auth == "header" else "Authorization"
        self._value = _shown(description, secret) if secret and description.auth != "none" else None
        self._veil = Veil(secret, description.user) if secret and secret.reveal() else None

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows the secret, for one request."""
        return {self._header: self._value.reveal()} if self._value else {}

    def hide(self, text: str) -> str:
        """Take the secret out of a text: some systems repeat what they were sent in what they answer."""
        return self._veil.over(text) if self._veil else text


def _shown(description: Description, secret: Secret) -> Secret:
    value = secret.reveal()
    match description.auth:
        case "bearer":
            value = f"Bearer {value}"
        case "basic":
            value = f"Basic {base64.b64encode(f'{description.user}:{value}'.encode()).decode()}"
        case _:
            pass
    if not (value.isascii() and value.isprintable()):
        raise SecretMissing("the secret holds characters that no header can carry. Put it into the vault again")
    return Secret(value)
