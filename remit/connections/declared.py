"""Opens the connections a house declares in `connections.yaml`; a mistake is named with its line and what to do."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.connections.connection import Connection, WhenUnavailable
from remit.connections.connector import Connector
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.connectors.drop_folder.description import Description as FolderDescription
from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.connectors.http_json.description import Description as HttpDescription
from remit.connections.connectors.smtp.connector import SmtpConnector
from remit.connections.connectors.smtp.description import Description as MailDescription
from remit.connections.lines import line_of, plain, read_entries
from remit.connections.pace import Limits
from remit.connections.vault import Secret, Vault
from remit.connections.veil import Veil, Veiled
from remit.errors import SecretMissing, SettingsInvalid

_LOW: Final = 8  # requests at a time of one process, when nobody says what the vendor allows


class _Declared(BaseModel):
    """One connection, as declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    description: str = ""
    """what the system is to the company, in words"""
    secret: str = ""
    """the name of its secret in the vault"""
    when_unavailable: WhenUnavailable = WhenUnavailable.RETRY
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """what the vendor allows all processes together; when not given, each process keeps to a low number of its own"""
    per_minute: Annotated[float, Field(gt=0)] | None = None
    opens_after: Annotated[int, Field(ge=1, le=1000)] = 5
    """failures in a row after which the system is left alone for a while"""
    source: str = ""
    """where the vendor says how often it may be asked"""

    @property
    def limits(self) -> Limits:
        """How fast and how long it may be asked."""
        return Limits(
            time_limit=self.timeout_seconds,
            concurrency=self.concurrency or _LOW,
            is_shared=self.concurrency is not None,
            per_minute=self.per_minute,
            opens_after=self.opens_after,
            source=self.source,
        )


class _Http(_Declared):
    kind: Literal["http_json"]
    settings: HttpDescription


class _Mail(_Declared):
    kind: Literal["smtp"]
    settings: MailDescription


class _Folder(_Declared):
    kind: Literal["drop_folder"]
    settings: FolderDescription


_Any = _Http | _Mail | _Folder

_KINDS: Final[Mapping[str, type[_Any]]] = {"http_json": _Http, "smtp": _Mail, "drop_folder": _Folder}


async def open_declared(path: Path, vault: Vault) -> tuple[Connection, ...]:
    """Open every connection declared in a file; none when there is no file.

    Raises:
        SettingsInvalid: The file is not what it should be; the message has the line.
        SecretMissing: A secret named there is not in the vault.
    """
    entries = await asyncio.to_thread(read_entries, path)
    declared = [_understand(path, entry) for entry in entries]
    _check_names(path, entries)
    connections: list[Connection] = []
    try:
        for entry, one in zip(entries, declared, strict=True):
            connections.append(await _open(path, entry, one, vault))
    except (SettingsInvalid, SecretMissing):
        for connection in connections:
            await connection.close()
        raise
    return tuple(connections)


async def _open(path: Path, entry: dict[str, Any], declared: _Any, vault: Vault) -> Connection:
    place = f"{path}:{line_of(entry, ('system',))}"
    try:
        secret = await vault.open_secret(declared.secret) if declared.secret else None
        connector = _make(declared, secret)
    except (SettingsInvalid, SecretMissing) as error:
        raise type(error)(f"{place}: {error}") from None
    if secret is not None:
        user = "" if isinstance(declared, _Folder) else declared.settings.user
        connector = Veiled(connector, Veil(secret, user))
    return Connection(connector, limits=declared.limits, when_unavailable=declared.when_unavailable)


def _make(declared: _Any, secret: Secret | None) -> Connector:
    match declared:
        case _Http():
            limit = declared.timeout_seconds
            return HttpJsonConnector(declared.system, declared.settings, secret=secret, time_limit=limit)
        case _Mail():
            limit = declared.timeout_seconds
            return SmtpConnector(declared.system, declared.settings, secret=secret, time_limit=limit)
        case _Folder():
            return DropFolderConnector(declared.system, declared.settings.folder)


def _understand(path: Path, entry: dict[str, Any]) -> _Any:
    kind = str(entry.get("kind", ""))
    if kind not in _KINDS:
        line = line_of(entry, ("kind",))
        raise SettingsInvalid(f"{path}:{line}: `kind` cannot be `{kind[:100]}`. It is one of {', '.join(_KINDS)}")
    try:
        return _KINDS[kind].model_validate(plain(entry))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        line = line_of(entry, first["loc"])
        where = ".".join(str(part) for part in first["loc"]) or "this connection"
        raise SettingsInvalid(f"{path}:{line}: `{where}`: {_said(first['type'], first['msg'])}") from None


def _said(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing. Add it"
        case "extra_forbidden":
            return "is not known here. Remove it, or check its spelling"
        case "value_error":
            return message.removeprefix("Value error, ")
        case _:
            return message[:1].lower() + message[1:]


def _check_names(path: Path, entries: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for entry in entries:
        system = entry["system"]
        if system in seen:
            line = line_of(entry, ("system",))
            raise SettingsInvalid(f"{path}:{line}: the system `{system}` is declared twice. Give one another name")
        seen.add(system)
