"""The badge of one run: the token its worker shows at every write and read, renewed before it expires."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from remit.clock import Clock
from remit.errors import NotAllowed
from remit.governance.claim import Claim
from remit.governance.issuer import Issuer, Token
from remit.governance.token import TokenStale
from remit.runtime.run import Claimed

_Answer = TypeVar("_Answer")

_TRIES: Final = 3  # a rotation may fall between the minting and the asking, but not every time


class Badge:
    """What one run shows of itself."""

    def __init__(self, issuer: Issuer, claimed: Claimed, time: Clock) -> None:
        self._issuer = issuer
        self._claimed = claimed
        self._clock = time
        self._token: Token | None = None

    async def renew(self) -> None:
        """Get a new token.

        Raises:
            IdentityRevoked: The worker gets none.
        """
        self._token = await self._issuer.mint(self._claimed.worker, self._claimed.id, self._claimed.fence)

    async def show(self, claim: Claim, ask: Callable[[Claim], Awaitable[_Answer]]) -> _Answer:
        """Ask with a claim that bears a token; with a new one when the old one is over.

        Raises:
            IdentityRevoked: The worker gets none, or it counts no more.
        """
        for _ in range(_TRIES):
            if self._token is None or self._clock.now() >= self._token.good_until:
                await self.renew()
            try:
                return await ask(replace(claim, token=self._token.text if self._token else None))
            except TokenStale:
                self._token = None
        raise NotAllowed(f"the identity of `{self._claimed.worker}` was rotated again and again. Begin the run anew")
