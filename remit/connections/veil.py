"""Takes a credential out of whatever its system says, before anything of it is kept, logged or shown.

Some systems repeat what they were sent: in answers, in errors, encoded as it travelled. Found are the credential as it
is, as base64 and as it is written in addresses, JSON and HTML. What a system makes of it otherwise, such as its first
half, cannot be known here.
"""

import base64
import html
import json
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import quote, quote_plus

from remit.connections.connector import Connector
from remit.connections.operation import Operation
from remit.connections.vault import Secret

_HIDDEN: Final = "…"
_SHORT: Final = (
    8  # characters; anything shorter stands by chance in many texts, and is hidden only when it stands alone
)


class Veil:
    """What hides one credential."""

    __slots__ = ("_forms",)

    def __init__(self, secret: Secret, user: str = "") -> None:
        value = secret.reveal()
        written = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], html.escape(value)}
        sent = (value, f"{user}:{value}", f"\0{user}\0{value}")
        written |= {encode(text.encode()).decode().rstrip("=") for text in sent for encode in _ENCODINGS}
        # The longest first: one form may be a part of another.
        self._forms = tuple(Secret(form) for form in sorted(written, key=len, reverse=True))

    def over(self, value: Any) -> Any:
        """Give JSON, or what is like it, without the credential."""
        match value:
            case str():
                return self._over_text(value)
            case dict():
                items = cast("dict[str, Any]", value).items()
                return {self._over_text(str(name)): self.over(part) for name, part in items}
            case list():
                return [self.over(part) for part in cast("list[Any]", value)]
            case int() if not isinstance(value, bool) and self._over_text(str(value)) != str(value):
                return _HIDDEN
            case _:
                return value

    def over_error(self, error: BaseException | None) -> None:
        """Take the credential out of an error and of those it came from: all of them are logged."""
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            error.args = tuple(self.over(part) for part in error.args)
            error = error.__cause__ or error.__context__

    def _over_text(self, text: str) -> str:
        for form in self._forms:
            hidden = form.reveal()
            if text == hidden or len(hidden) >= _SHORT:
                text = text.replace(hidden, _HIDDEN)
        return text


_ENCODINGS: Final = (base64.b64encode, base64.urlsafe_b64encode)


class Veiled:
    """A connector whose system never tells its own credential."""

    def __init__(self, connector: Connector, veil: Veil) -> None:
        self._connector = connector
        self._veil = veil

    @property
    def system(self) -> str:
        """The system's name."""
        return self._connector.system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return self._connector.operations

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Ask without changing anything."""
        try:
            return self._veil.over(await self._connector.read(operation, arguments))
        except Exception as error:
            self._veil.over_error(error)
            raise

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Change something, under a key."""
        try:
            return self._veil.over(await self._connector.perform(operation, arguments, key))
        except Exception as error:
            self._veil.over_error(error)
            raise

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Tell what was done under a key."""
        try:
            return self._veil.over(await self._connector.look_up(operation, arguments, key))
        except Exception as error:
            self._veil.over_error(error)
            raise

    async def close(self) -> None:
        """Let go of connections and files."""
        await self._connector.close()
