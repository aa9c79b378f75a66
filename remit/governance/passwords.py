"""Passwords: hashed with argon2id in about 20 ms, never kept, shown or logged.

A name that nobody has takes as long to refuse as a wrong password, so that nobody learns who is here.
"""

import asyncio
import secrets
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from remit.errors import InputInvalid

SHORTEST: Final = 12
"""letters of a password"""
LONGEST: Final = 1000

_DIFFERENT: Final = 4  # letters that are left when the person's id is taken out

_hasher: Final = PasswordHasher(time_cost=3, memory_cost=12 * 1024, parallelism=1)


async def hash_password(password: str, person: str) -> str:
    """Hash a person's new password.

    Raises:
        InputInvalid: It is too short, too long, or little more than the person's own id.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputInvalid(f"a password has {SHORTEST} to {LONGEST} letters. Take a few words nobody would guess")
    if len(set(password.lower().replace(person.lower(), ""))) < _DIFFERENT:
        raise InputInvalid("this password is easy to guess. Take a few words nobody would guess")
    return await asyncio.to_thread(_hasher.hash, _same(password))


async def is_password(kept: str | None, password: str) -> bool:
    """Tell whether this is the password whose hash is kept; without one it takes as long to say no."""
    return await asyncio.to_thread(_verify, kept, password)


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than are used now."""
    return _hasher.check_needs_rehash(kept)


async def rehash(password: str) -> str:
    """Hash a password that was just checked with the parameters used now."""
    return await asyncio.to_thread(_hasher.hash, _same(password))


def _verify(kept: str | None, password: str) -> bool:
    nobody = _nobody()  # made in any case, so that the first one who asks for nobody waits no longer
    try:
        return _hasher.verify(nobody if kept is None else kept, _same(password[:LONGEST])) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_bytes(32))


def _same(password: str) -> bytes:
    """Give the bytes of a password, the same however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
