"""The badge of one run: the token its worker shows at every write, read and handoff, renewed before it expires."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from remit.connections.vault import Secret
from remit.errors import IdentityRevoked, NotAllowed
from remit.governance.claim import Claim
from remit.governance.issuer import Token
from remit.governance.mandate import Basis
from remit.governance.token import TokenStale
from remit.runtime.house import House
from remit.runtime.rest import wait_for_identity
from remit.runtime.run import Claimed, Leave

_Answer = TypeVar("_Answer")

_TRIES: Final = 3  # a rotation may fall between the minting and the asking, but not every time


class Badge:
    """What one run shows of itself."""

    def __init__(self, house: House, claimed: Claimed) -> None:
        self._house = house
        self._claimed = claimed
        self._token: Token | None = None

    async def take(self, claim: Claim) -> None:
        """Take the token the run begins with.

        Raises:
            Leave: The worker's identity is revoked; the run waits.
        """
        await self._unless_revoked(claim, self._good_token())

    async def admit(self, claim: Claim) -> Basis:
        """Make sure that the run may go on reading or handing over; give by what that is decided now.

        Raises:
            Leave: The worker's identity is revoked; the run waits.
        """
        return await self.show(claim, lambda bearing: self._house.gateway.admit(bearing, self._claimed.worker))

    async def show(self, claim: Claim, ask: Callable[[Claim], Awaitable[_Answer]]) -> _Answer:
        """Ask with a claim that bears a token; with a new one when the old one is over.

        Raises:
            Leave: The worker's identity is revoked; the run waits until it is restored.
        """
        return await self._unless_revoked(claim, self._ask(claim, ask))

    async def _unless_revoked(self, claim: Claim, asking: Awaitable[_Answer]) -> _Answer:
        try:
            return await asking
        except IdentityRevoked as error:
            await wait_for_identity(self._house, self._claimed, claim, str(error))
            raise Leave from None

    async def _ask(self, claim: Claim, ask: Callable[[Claim], Awaitable[_Answer]]) -> _Answer:
        for _ in range(_TRIES):
            try:
                return await ask(replace(claim, token=await self._good_token()))
            except TokenStale:
                self._token = None
        raise NotAllowed(f"the identity of `{self._claimed.worker}` was rotated again and again. Begin the run anew")

    async def _good_token(self) -> Secret:
        token, claimed = self._token, self._claimed
        if token is None or self._house.clock.now() >= token.good_until:
            token = self._token = await self._house.gateway.issuer.mint(claimed.worker, claimed.id, claimed.fence)
        return token.text
