import asyncio
import base64
import copy
import json
import logging
import os
import pickle
import stat
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from remit.connections.vault import Secret, Vault, load_vault_key
from remit.errors import InputInvalid, NotFound, SecretMissing, SettingsInvalid
from remit.settings import Settings
from remit.store.database import Database

PLANTED = "planted-s3cret-välue"


def new_key() -> Secret:
    """Make a key."""
    return Secret(base64.b64encode(os.urandom(32)).decode())


@pytest.fixture
def vault(database: Database) -> Vault:
    """A vault with a key of its own."""
    return Vault(database, new_key())


async def test_a_secret_comes_back_as_it_was_put(vault: Vault) -> None:
    """Whatever was put is what is revealed."""
    for value in (PLANTED, "x", "x" * 100_000, "line\nbreak\0nul 漢"):
        await vault.put("erp-token", value)

        assert (await vault.open_secret("erp-token")).reveal() == value


async def test_a_secret_put_again_is_replaced(vault: Vault) -> None:
    """Rotation is putting again."""
    await vault.put("erp-token", "old")
    await vault.put("erp-token", "new")

    assert (await vault.open_secret("erp-token")).reveal() == "new"
    assert await vault.list_names() == ["erp-token"]


async def test_the_database_holds_no_plain_secret(database: Database, vault: Vault) -> None:
    """What is stored does not contain the value, and the same value is never stored the same way twice."""
    await vault.put("a", PLANTED)
    await vault.put("b", PLANTED)

    first, second = [await database.fetch_value("find_secret", name) for name in ("a", "b")]

    assert PLANTED.encode() not in first
    assert first[12:] != second[12:]


async def test_another_key_opens_nothing(database: Database, vault: Vault) -> None:
    """A wrong key is told as a wrong key."""
    await vault.put("erp-token", PLANTED)

    with pytest.raises(SecretMissing, match="sealed with another key"):
        await Vault(database, new_key()).open_secret("erp-token")


async def test_a_row_moved_to_another_name_does_not_open(database: Database, vault: Vault) -> None:
    """Who can write to the table cannot pass one system's secret off as another's."""
    await vault.put("bank", PLANTED)
    await vault.put("blog", "harmless")
    sealed = await database.fetch_value("find_secret", "bank")
    (row,) = [row for row in await database.fetch("list_secrets") if row["name"] == "bank"]
    await database.execute("put_secret", "blog", sealed, row["created_at"])

    with pytest.raises(SecretMissing):
        await vault.open_secret("blog")


async def test_a_damaged_row_does_not_open(database: Database, vault: Vault) -> None:
    """A damaged row is an error of the vault, not a wrong secret."""
    await vault.put("erp-token", PLANTED)
    (row,) = await database.fetch("list_secrets")

    for damage in (b"", b"short", b"x" * 12, b"x" * 500):
        await database.execute("put_secret", "erp-token", damage, row["created_at"])
        with pytest.raises(SecretMissing):
            await vault.open_secret("erp-token")


async def test_what_is_not_there_is_told_with_what_was_meant(vault: Vault) -> None:
    """A slip of the pen in a name is answered with the name that is there."""
    await vault.put("erp-token", PLANTED)

    with pytest.raises(SecretMissing, match="`erp-token`"):
        await vault.open_secret("erp-tokn")
    with pytest.raises(NotFound, match="Nothing was removed"):
        await vault.remove("erp-tokn")


async def test_a_removed_secret_is_gone(vault: Vault) -> None:
    """Revocation leaves nothing."""
    await vault.put("erp-token", PLANTED)

    await vault.remove("erp-token")

    assert await vault.list_names() == []
    with pytest.raises(SecretMissing):
        await vault.open_secret("erp-token")


async def test_a_name_that_is_none_is_refused(vault: Vault) -> None:
    """Names are plain words."""
    for name in ("", "A", "a b", "../a", "a\nb", "-a", "x" * 101, "ü"):
        with pytest.raises(InputInvalid):
            await vault.put(name, PLANTED)


async def test_an_empty_secret_is_refused(vault: Vault) -> None:
    """An empty value is a mistake, not a secret."""
    with pytest.raises(InputInvalid):
        await vault.put("erp-token", "")


@dataclass(frozen=True)
class Holder:
    """Something that holds a secret."""

    secret: Secret


def test_a_secret_shows_itself_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """No text, log, traceback, copy or JSON of a secret, or of what holds it, has its value."""
    secret = Secret(PLANTED)
    holder: Any = Holder(secret)
    seen = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", "%s" % secret, repr(holder), repr([secret])]  # noqa: UP031  # every way to make a text
    logging.getLogger("x").error("got %s and %r", secret, holder)
    try:
        raise ValueError(secret, holder)  # noqa: TRY301  # the traceback is what is tested
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        seen.append("".join(shown.format()))
    for write in (json.dumps, orjson.dumps, pickle.dumps, copy.deepcopy):
        seen += [_refusal(write, secret), _refusal(write, holder)]
    seen.append(_refusal(copy.copy, secret))

    assert PLANTED not in " ".join([*seen, caplog.text])
    assert not hasattr(secret, "__dict__")


def _refusal(write: Callable[[Any], object], value: object) -> str:
    with pytest.raises(TypeError) as raised:
        write(value)
    return str(raised.value)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """The first start makes a key only its owner can read; later starts find it."""
    settings = Settings(data_directory=tmp_path / "new")

    first, second = load_vault_key(settings).reveal(), load_vault_key(settings).reveal()

    assert first == second
    assert stat.S_IMODE((tmp_path / "new" / "vault.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["vault.key"]


async def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    """Of many processes that start at once, all end up with the same key."""
    settings = Settings(data_directory=tmp_path)

    keys = await asyncio.gather(*(asyncio.to_thread(load_vault_key, settings) for _ in range(16)))

    assert len({key.reveal() for key in keys}) == 1


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ=", b"\xff\xfe"])
def test_a_key_file_that_holds_no_key_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    """A broken key file is reported and left alone: a new key would lock the secrets away for good."""
    path = tmp_path / "vault.key"
    path.write_bytes(content)

    with pytest.raises(SecretMissing):
        load_vault_key(Settings(data_directory=tmp_path))

    assert path.read_bytes() == content


def test_the_key_of_the_settings_comes_first(tmp_path: Path) -> None:
    """A key in the settings is used, and no file is made."""
    key = new_key().reveal()

    assert load_vault_key(Settings(data_directory=tmp_path, vault_key=key)).reveal() == key
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_in_the_settings_is_not_shown(tmp_path: Path) -> None:
    """A key with one letter missing is refused without repeating it."""
    key = new_key().reveal()[:-2]

    with pytest.raises(SettingsInvalid) as raised:
        load_vault_key(Settings(data_directory=tmp_path, vault_key=key))

    assert key not in str(raised.value)
