"""How often somebody may try to sign in: counted in the database, so that all processes agree.

Each attempt is counted before it is made, so that many at the same time are not one. After some that fail, the next
has to wait: twice as long each time, up to a limit. Nobody waits for ever, and a session, a personal token or an
identity provider is not delayed at all.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from remit.errors import SignInDelayed
from remit.store.database import Database, Transaction

_FREE_OF_NAME: Final = 5
_FREE_OF_ADDRESS: Final = 20
_WAIT_OF_NAME: Final = timedelta(minutes=1)
_WAIT_OF_ADDRESS: Final = timedelta(minutes=15)
_SIX_HOLDS: Final = 64  # one household or machine may use any address below this prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Somebody who tries, as they are counted."""

    name: bytes
    address: bytes


async def take_attempt(database: Database, name: str, address: str, now: datetime) -> Attempt:
    """Count an attempt.

    Raises:
        SignInDelayed: There were too many under this name, or from this address.
    """
    attempt = Attempt(name=_key("name", name), address=_key("address", _network(address)))
    await _take(database, attempt.address, (_FREE_OF_ADDRESS, _WAIT_OF_ADDRESS), now)
    await _take(database, attempt.name, (_FREE_OF_NAME, _WAIT_OF_NAME), now)
    return attempt


async def forgive(transaction: Transaction, attempt: Attempt, now: datetime) -> None:
    """Note that the attempt succeeded."""
    await transaction.execute("forgive_name", attempt.name)
    await transaction.execute("forgive_address", attempt.address)
    await transaction.execute("forget_old_attempts", now)


async def _take(database: Database, key: bytes, limit: tuple[int, timedelta], now: datetime) -> None:
    free, longest = limit
    if await database.fetch_value("take_attempt", key, now, free, longest) is None:
        minutes = int(longest.total_seconds() // 60)
        raise SignInDelayed(f"there were too many attempts to sign in. Wait up to {minutes} min and try again")


def _key(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind} {value}".encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, _SIX_HOLDS), strict=False)) if found.version == 6 else address  # noqa: PLR2004  # IPv6
