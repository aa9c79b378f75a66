"""Seals what an entry says of a person with that person's own key, so that taking the key away takes the words away.

The bytes that are hashed hold the sealed body; whoever takes the key away changes no byte, and every proof goes on
holding. Whom an entry is about stays readable: it has to be a number the organisation gave, never a name.

The keys stand in the database beside what they open: they are there to be taken away, not to keep the database's own
reader out. A backup made before holds both; it has to be given up on its own schedule.
"""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remit.canonical import canonical
from remit.store.database import Transaction

PERSONAL: Final = frozenset({"applicant", "candidate", "contact", "customer", "employee", "user"})
"""The kinds of subjects that are people, before the colon: `candidate:C-17`. People who hold roles here are none of
them: what they decided is what the record is for."""

ERASED: Final[dict[str, Any]] = {"erased": True}
"""What is read of a body whose key is gone."""

_KEY: Final = 32
_NONCE: Final = 12


def is_personal(about: str) -> bool:
    """Whether what an entry is about is a person."""
    return about.partition(":")[0] in PERSONAL


async def keys_for(transaction: Transaction, subjects: Iterable[str], now: datetime) -> Mapping[str, bytes]:
    """Give the key of each subject, making those that are not there yet."""
    wanted = sorted(set(subjects))
    if not wanted:
        return {}
    made = [secrets.token_bytes(_KEY) for _ in wanted]
    await transaction.execute("make_subject_keys", wanted, made, now)
    return {row["subject"]: row["key"] for row in await transaction.fetch("list_subject_keys", wanted)}


def seal(body: dict[str, Any], key: bytes, entry: str) -> dict[str, Any]:
    """Seal a body; it opens only as the body of the same entry."""
    nonce = secrets.token_bytes(_NONCE)
    data = nonce + AESGCM(key).encrypt(nonce, canonical(body), entry.encode())
    return {"sealed": base64.b64encode(data).decode()}


def unseal(body: dict[str, Any], key: bytes | None, entry: str) -> dict[str, Any]:
    """Give what a body says; `ERASED` when its key is gone. One that is not sealed is given as it is."""
    sealed = body.get("sealed")
    if body.keys() != {"sealed"} or not isinstance(sealed, str):
        return body
    try:
        data = base64.b64decode(sealed, validate=True)
        opened: dict[str, Any] = orjson.loads(AESGCM(key or b"").decrypt(data[:_NONCE], data[_NONCE:], entry.encode()))
    except (InvalidTag, ValueError, binascii.Error):
        return dict(ERASED)  # the key is gone, or another one took its place since
    return opened
