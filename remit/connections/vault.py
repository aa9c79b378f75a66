"""Where the credentials of connected systems are kept: sealed in the database, opened here and nowhere else.

Each value is sealed with AES-256-GCM under its name, so that a row moved to another name does not open. The key never
enters the database: whoever holds only one of the two holds nothing. A secret in the memory of this process can be
read by whoever can read that memory.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remit import clock
from remit.errors import InputInvalid, NotFound, SecretMissing, SettingsInvalid
from remit.settings import Settings
from remit.store.database import Database

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class Secret:
    """A value that shows itself only when asked: it has no text, no copy and no written form."""

    __slots__ = ("_open",)

    def __init__(self, value: str) -> None:
        self._open: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """Give the value, to be handed to the system it belongs to and not kept."""
        return self._open()

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not copied or written")


class Vault:
    """The secrets of one house."""

    def __init__(self, database: Database, key: Secret) -> None:
        self._database = database
        self._cipher = AESGCM(_decoded(key.reveal()))

    async def put(self, name: str, value: str) -> None:
        """Keep a secret, in place of an older one of the same name.

        Raises:
            InputInvalid: The name is not a name, or the value is empty.
        """
        if not _NAME.fullmatch(name):
            raise InputInvalid(f"a secret cannot be named `{name[:100]}`. Use small letters, digits, `.`, `_` and `-`")
        if not value:
            raise InputInvalid(f"the secret `{name}` is empty. Remove it instead")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, value.encode(), name.encode())
        await self._database.execute("put_secret", name, sealed, clock.now())

    async def open_secret(self, name: str) -> Secret:
        """Open a secret.

        Raises:
            SecretMissing: There is none of that name, or it was sealed with another key or under another name.
        """
        sealed: bytes | None = await self._database.fetch_value("find_secret", name)
        if sealed is None:
            raise SecretMissing(f"the vault has no secret `{name}`{await self._meant(name)}. Put it there first")
        try:
            value = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise SecretMissing(
                f"the vault's key does not open `{name}`: it was sealed with another key, or its row was changed. "
                "Set `REMIT_VAULT_KEY` to the key it was sealed with, or put the secret again"
            ) from None
        return Secret(value.decode())

    async def list_names(self) -> list[str]:
        """List the names of all secrets."""
        return [row["name"] for row in await self._database.fetch("list_secrets")]

    async def remove(self, name: str) -> None:
        """Remove a secret.

        Raises:
            NotFound: There is none of that name.
        """
        if await self._database.fetch_value("remove_secret", name) is None:
            raise NotFound(f"the vault has no secret `{name}`{await self._meant(name)}. Nothing was removed")

    async def _meant(self, name: str) -> str:
        near = get_close_matches(name[:100], await self.list_names(), n=1)
        return f", but it has `{near[0]}`" if near else ""


def load_vault_key(settings: Settings) -> Secret:
    """Load the vault's key from the settings, or from `vault.key` in the data directory, made on first use.

    Raises:
        SettingsInvalid: The key in the settings is not 32 bytes in base64.
        SecretMissing: The file cannot be read, or does not hold a key.
    """
    if settings.vault_key:
        _decoded(settings.vault_key)
        return Secret(settings.vault_key)
    path = settings.data_directory / "vault.key"
    try:
        if not path.exists():
            _write_once(path, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
        text = path.read_text("ascii").strip()
        _decoded(text)
    except (OSError, UnicodeDecodeError, SettingsInvalid):
        raise SecretMissing(f"`{path}` cannot be used as the vault's key. Restore it from a backup") from None
    return Secret(text)


def _decoded(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != _KEY_BYTES:
        # The text given is not shown: it may be a key with one letter missing.
        raise SettingsInvalid("`REMIT_VAULT_KEY` is not 32 bytes in base64. Make one with `openssl rand -base64 32`")
    return decoded


def _write_once(path: Path, text: str) -> None:
    """Put a whole file in its place, unless another process was first: then its key is the key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # a power cut must not forget the name of a key that has already sealed something
    finally:
        os.close(handle)
