"""Mints the tokens of this process, and checks the tokens of any process of the house before an effect or a read.

Each process signs with a key of its own and publishes the public half in the database, for an hour. So every process
on every machine checks the tokens of every other, no private key is ever kept, and a key that is used no more is
forgotten once its last token has expired.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from remit.clock import Clock
from remit.connections.vault import Secret
from remit.errors import FenceLost, IdentityRevoked, NotAllowed
from remit.governance.claim import Claim
from remit.governance.mandate import Basis
from remit.governance.token import LIFETIME, Bearer, TokenKey, TrustDomain, check, key_of
from remit.store.database import Database, Row, Transaction

_IN_TIME: Final = timedelta(minutes=1)  # before a token expires, a new one is minted


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and until when its bearer should show it."""

    text: Secret
    good_until: datetime


class Issuer:
    """Who vouches for workers in one process."""

    def __init__(self, database: Database, time: Clock, trust: TrustDomain) -> None:
        self._database = database
        self._clock = time
        self.trust = trust
        self._key = TokenKey()
        self._renewing = asyncio.Lock()

    async def mint(self, worker: str, run: UUID, fence: int) -> Token:
        """Mint a token for a run that was claimed.

        Raises:
            IdentityRevoked: The worker gets none.
            FenceLost: Another process claimed the run.
        """
        now, key = self._clock.now(), self._key
        row = await self._database.fetch_row("find_bearer", worker, run, key.id)
        row = _checked(row, worker, run, fence)
        if not row["may_sign"]:
            key = await self._renew_key(key)
        text = key.sign(_bearer(row, worker, run), self.trust, row["domain"], now)
        return Token(text=text, good_until=now + LIFETIME - _IN_TIME)

    async def check(self, source: Transaction | Database, claim: Claim, worker: str) -> Basis:
        """Make sure that a claim bears a token of this worker that counts now; give by what it may act.

        Raises:
            IdentityRevoked: The identity of the worker is revoked.
            FenceLost: Another process claimed the run.
            TokenStale: It needs a new one.
            NotAllowed: It is not a token of this house, or not for this worker, run and fence.
        """
        key = key_of(claim.token)
        row = await source.fetch_row("find_bearer", worker, claim.run, key)
        row = _checked(row, worker, claim.run, claim.fence)
        if row["public"] is None or claim.token is None:
            raise NotAllowed(f"the token shown for run `{claim.run}` of `{worker}` is refused: no key of this house")
        check(claim.token, row["public"], _bearer(row, worker, claim.run), self.trust, self._clock.now())
        return Basis(rulebook=row["rulebook"], version=row["current"])

    async def _renew_key(self, old: TokenKey) -> TokenKey:
        """Publish a new key, unless another run did so meanwhile; nothing is signed with one before it is published."""
        async with self._renewing:
            if self._key is old:
                key = TokenKey()
                await self._database.execute("publish_key", key.id, key.public)
                self._key = key
            return self._key


def _checked(row: Row | None, worker: str, run: UUID, fence: int) -> Row:
    if row is None or row["domain"] is None or row["fence"] is None:
        raise NotAllowed(f"`{worker}` has no run `{run}`, so no token speaks for it")
    if row["is_revoked"]:
        raise IdentityRevoked(
            f"the identity of `{worker}` was revoked by {row['changed_by']}: {row['reason']}. "
            f"Another person restores it: `remit identity restore {worker}`"
        )
    if row["fence"] != fence:
        raise FenceLost(f"run `{run}` belongs to another process now")
    return row


def _bearer(row: Row, worker: str, run: UUID) -> Bearer:
    fence, version, generation = row["fence"], row["version"], row["generation"]
    return Bearer(worker=worker, run=run, fence=fence, version=version, generation=generation)
