"""Opens the channels a house declares in `notifications.yaml`; a mistake is named with its line and what to do."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from remit.connections.channels.channel import Channel
from remit.connections.channels.chat import ChatChannel
from remit.connections.channels.mail import MailChannel
from remit.connections.channels.posting import is_safe
from remit.connections.channels.webhook import WebhookChannel
from remit.connections.connectors.smtp.description import Description
from remit.connections.lines import line_of, plain, read_entries
from remit.connections.vault import Secret, Vault
from remit.errors import SecretMissing, SettingsInvalid


def _is_address(url: str) -> str:
    if not is_safe(url):
        raise ValueError("has to begin with `https://`; `http://` is for this machine alone")
    return url


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
    only: tuple[str, ...] = ()
    """the kinds of notices that go out here; none named means every kind"""


class _Mail(_Declared):
    kind: Literal["mail"]
    settings: Description
    secret: str = ""


class _Webhook(_Declared):
    kind: Literal["webhook"]
    url: Annotated[str, AfterValidator(_is_address)]
    secret: str


class _Chat(_Declared):
    kind: Literal["chat"]
    secret: str


_Any = _Mail | _Webhook | _Chat
_KINDS: Final[Mapping[str, type[_Any]]] = {"mail": _Mail, "webhook": _Webhook, "chat": _Chat}


async def open_channels(path: Path, vault: Vault) -> tuple[Channel, ...]:
    """Open every channel declared in a file; none when there is no file.

    Raises:
        SettingsInvalid: The file is not what it should be; the message has the line.
        SecretMissing: A secret named there is not in the vault.
    """
    entries = await asyncio.to_thread(read_entries, path, begin="- kind: …")
    declared = [_understand(path, entry) for entry in entries]
    names = [one.name for one in declared]
    for entry, name in zip(entries, names, strict=True):
        if names.count(name) > 1:
            line = line_of(entry, ("name",))
            raise SettingsInvalid(f"{path}:{line}: the channel `{name}` is declared twice. Give one another name")
    return tuple([await _open(path, entry, one, vault) for entry, one in zip(entries, declared, strict=True)])


async def _open(path: Path, entry: dict[str, Any], declared: _Any, vault: Vault) -> Channel:
    try:
        secret = await vault.open_secret(declared.secret) if declared.secret else None
        return _make(declared, secret)
    except (SettingsInvalid, SecretMissing) as error:
        raise type(error)(f"{path}:{line_of(entry, ('name',))}: {error}") from None


def _make(declared: _Any, secret: Secret | None) -> Channel:
    match declared:
        case _Mail():
            return MailChannel(declared.name, declared.settings, secret=secret, only=declared.only)
        case _Webhook(url=url) if secret:
            return WebhookChannel(declared.name, url, secret, only=declared.only)
        case _ if secret:
            return ChatChannel(declared.name, secret, only=declared.only)
        case _:
            raise SettingsInvalid(f"`{declared.name}` needs a `secret`. Name an entry of the vault")


def _understand(path: Path, entry: dict[str, Any]) -> _Any:
    kind = str(entry.get("kind", ""))
    if kind not in _KINDS:
        line = line_of(entry, ("kind",))
        raise SettingsInvalid(f"{path}:{line}: `kind` cannot be `{kind[:100]}`. It is one of {', '.join(_KINDS)}")
    try:
        return _KINDS[kind].model_validate(plain(entry))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "this channel"
        said = first["msg"].removeprefix("Value error, ")
        line = line_of(entry, first["loc"])
        raise SettingsInvalid(f"{path}:{line}: `{where}` {said[:1].lower()}{said[1:]}. See docs/notices.md") from None
