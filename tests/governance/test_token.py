import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OKPKey

from remit.canonical import digest_of
from remit.clock import Clock, new_id
from remit.connections.action import Action
from remit.connections.vault import Secret
from remit.errors import FenceLost, IdentityRevoked, NotAllowed
from remit.governance.claim import Claim
from remit.governance.gateway import Gateway
from remit.governance.identity import Change, revoke, rotate
from remit.governance.issuer import Issuer
from remit.governance.token import TokenStale, TrustDomain
from remit.practice.company import Company
from remit.runtime.badge import Badge
from remit.runtime.house import House
from remit.runtime.run import Claimed, read_claimed
from tests.houses import done_of, rows_of, score, tell

TRUST = TrustDomain("remit.internal")
ED25519 = jws.JWSRegistry(algorithms=["Ed25519"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A run that this process claimed, with its token."""

    house: House
    claimed: Claimed
    token: str

    def claim(self, token: str | None = None) -> Claim:
        """The claim, with the good token or another one."""
        return replace(self.claimed.claim(), token=Secret(self.token if token is None else token))

    def good(self) -> dict[str, Any]:
        """What the good token claims."""
        return json.loads(_decoded(self.token.split(".")[1]))

    async def submit(self, claim: Claim, step: int = 1) -> None:
        """Have a write done."""
        arguments = {"account": "A-101", "score": 40, "reason": "usage is down"}
        action = Action(
            run=self.claimed.id,
            step=step,
            worker="as-told",
            operation="crm.set_health_score",
            arguments=arguments,
            purpose="it was told to",
            proposed=digest_of(arguments),
        )
        await self.house.gateway.submit(action, claim, await self.house.roster.mandate("as-told"))


async def _claim(house: House, number: int = 1) -> Held:
    run = await tell(house, score(), number=number)
    row = await house.database.fetch_row("claim_run", run, house.clock.now())
    assert row is not None
    claimed = read_claimed(row)
    token = await house.gateway.issuer.mint(claimed.worker, claimed.id, claimed.fence)
    return Held(house=house, claimed=claimed, token=token.text.reveal())


@pytest.fixture
async def held(opened: tuple[House, Company]) -> Held:
    """A claimed run of the sample worker."""
    return await _claim(opened[0])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _parts(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"


async def _public(held: Held) -> tuple[str, bytes]:
    [row] = await rows_of(held.house, "SELECT id, public FROM token_key")
    return row["id"], row["public"]


# ── forged ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _other_key(held: Held) -> str:
    kid, _ = await _public(held)
    key = OKPKey.generate_key("Ed25519")
    return jwt.encode({"alg": "Ed25519", "kid": kid}, held.good(), key, registry=ED25519)


async def _unknown_key(held: Held) -> str:
    key = OKPKey.generate_key("Ed25519")
    return jwt.encode({"alg": "Ed25519", "kid": str(new_id())}, held.good(), key, registry=ED25519)


async def _key_in_the_header(held: Held) -> str:
    kid, _ = await _public(held)
    key = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "kid": kid, "jwk": key.as_dict(private=False)}
    return jwt.encode(header, held.good(), key, registry=ED25519)


async def _no_algorithm(held: Held) -> str:
    kid, _ = await _public(held)
    return f"{_parts({'alg': 'none', 'kid': kid}, held.good())}."


async def _public_key_as_secret(held: Held) -> str:
    kid, public = await _public(held)
    signed = _parts({"alg": "HS256", "kid": kid}, held.good())
    return f"{signed}.{_encoded(hmac.digest(public, signed.encode(), hashlib.sha256))}"


async def _tampered(held: Held) -> str:
    header, _, signature = held.token.split(".")
    claims = held.good() | {"exp": held.good()["exp"] + 3600}
    return f"{header}.{_encoded(json.dumps(claims).encode())}.{signature}"


async def _other_run(held: Held) -> str:
    return (await _claim(held.house, 2)).token


async def _other_worker(held: Held) -> str:
    return await _signed(held, sub=TRUST.worker("finance", "invoice-review"))


async def _other_house(held: Held) -> str:
    elsewhere = Issuer(held.house.database, held.house.clock, TrustDomain("elsewhere.example"))
    return (await elsewhere.mint("as-told", held.claimed.id, held.claimed.fence)).text.reveal()


async def _not_yet(held: Held) -> str:
    ahead = Issuer(held.house.database, Clock(ahead=timedelta(hours=1)), TRUST)
    return (await ahead.mint("as-told", held.claimed.id, held.claimed.fence)).text.reveal()


async def _forgotten_key(held: Held) -> str:
    async with held.house.database.pool.acquire() as connection:
        await connection.execute("UPDATE token_key SET expires_at = now() - interval '1 second'")
    return held.token


async def _signed(held: Held, **claims: Any) -> str:
    """Sign other claims with a key the house knows; a claim that is None is left out."""
    key, kid = OKPKey.generate_key("Ed25519"), str(new_id())
    await held.house.database.execute("publish_key", kid, _decoded(str(key.as_dict(private=False)["x"])))
    said = {name: value for name, value in (held.good() | claims).items() if value is not None}
    return jwt.encode({"alg": "Ed25519", "kid": kid}, said, key, registry=ED25519)


def _claiming(**claims: Any) -> Callable[[Held], Awaitable[str]]:
    return lambda held: _signed(held, **claims)


async def _plain(text: str) -> str:
    return text


FORGED: dict[str, Callable[[Held], Awaitable[str]]] = {
    "other key": _other_key,
    "unknown key": _unknown_key,
    "key in the header": _key_in_the_header,
    "alg none": _no_algorithm,
    "HS256 with the public key": _public_key_as_secret,
    "tampered": _tampered,
    "other run": _other_run,
    "other worker": _other_worker,
    "other house": _other_house,
    "not yet": _not_yet,
    "forgotten key": _forgotten_key,
    "older fence": _claiming(fence=0),
    "other version": _claiming(version="0" * 64),
    "other audience": _claiming(aud="spiffe://remit.internal/elsewhere"),
    "without audience": _claiming(aud=None),
    "without issuer": _claiming(iss=None),
    "without expiry": _claiming(exp=None),
    "expiry is a text": _claiming(exp="later"),
    "without run": _claiming(run=None),
    "without fence": _claiming(fence=None),
    "without subject": _claiming(sub=None),
    "without generation": _claiming(generation=None),
    "without id": _claiming(jti=None),
    "empty": lambda _: _plain(""),
    "one word": lambda _: _plain("nonsense"),
    "three dots": lambda _: _plain("..."),
    "not ASCII": lambda _: _plain("é.é.é"),
    "huge": lambda held: _plain(held.token + "A" * 1_000_000),
    "header is a list": lambda _: _plain(f"{_encoded(b'[]')}.e30.AAAA"),
    "null bytes": lambda held: _plain(held.token + "\0"),
}


@pytest.mark.parametrize("forged", FORGED)
async def test_a_token_that_is_not_the_runs_own_is_refused(
    held: Held, opened: tuple[House, Company], forged: str
) -> None:
    """Neither a write nor a read is admitted with it; nothing is recorded, and nothing takes effect."""
    token = await FORGED[forged](held)
    claim = held.claim(token)

    with pytest.raises(NotAllowed) as write:
        await held.submit(claim)
    with pytest.raises(NotAllowed) as read:
        await held.house.gateway.admit(claim, "as-told")

    assert await done_of(opened[1]) == []
    assert await rows_of(held.house, "SELECT FROM action") == []
    assert (token[:200] or "eyJ") not in f"{write.value} {read.value} {claim!r}"


async def test_a_claim_without_a_token_is_refused(held: Held) -> None:
    """A claim alone opens nothing."""
    with pytest.raises(NotAllowed):
        await held.submit(held.claimed.claim())
    with pytest.raises(NotAllowed):
        await held.house.gateway.admit(held.claimed.claim(), "as-told")


async def test_a_good_token_is_taken(held: Held, opened: tuple[House, Company]) -> None:
    """The run's own token lets a write take effect and a read be admitted, as often as it is shown."""
    await held.submit(held.claim())
    await held.submit(held.claim(), 2)
    await held.house.gateway.admit(held.claim(), "as-told")

    assert await done_of(opened[1]) == ["crm.set_health_score 1", "crm.set_health_score 1"]


async def test_a_token_speaks_for_no_other_worker(held: Held) -> None:
    """Whoever shows the token of one worker cannot act as another."""
    with pytest.raises(NotAllowed):
        await held.house.gateway.admit(held.claim(), "double-write")
    with pytest.raises(NotAllowed):
        await held.house.gateway.issuer.mint("double-write", held.claimed.id, held.claimed.fence)


async def test_every_process_takes_the_tokens_of_every_other(held: Held) -> None:
    """A second process on the same database, with a key of its own, checks the token of the first."""
    second = Gateway(held.house.database, held.house.connections, held.house.clock)
    await second.issuer.mint("as-told", held.claimed.id, held.claimed.fence)

    await second.admit(held.claim(), "as-told")

    assert len(await rows_of(held.house, "SELECT FROM token_key")) == 2


# ── over ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_token_expires_after_five_minutes(held: Held) -> None:
    """At the last second it counts; at the end of the fifth minute it does not."""
    held.house.clock.ahead += timedelta(minutes=4, seconds=50)
    await held.house.gateway.admit(held.claim(), "as-told")
    held.house.clock.ahead += timedelta(seconds=10)

    with pytest.raises(TokenStale):
        await held.house.gateway.admit(held.claim(), "as-told")
    with pytest.raises(TokenStale):
        await held.submit(held.claim())


async def test_a_token_minted_before_a_rotation_is_over(held: Held, opened: tuple[House, Company]) -> None:
    """It counts before the answer and not after it, in the middle of a run."""
    await held.submit(held.claim())
    change = Change(worker="as-told", reason="every month", who="ken.ito")
    await rotate(held.house.database, change, held.house.clock.now())

    with pytest.raises(TokenStale):
        await held.submit(held.claim(), 2)

    assert await done_of(opened[1]) == ["crm.set_health_score 1"]


async def test_a_token_of_a_revoked_worker_is_refused(held: Held, opened: tuple[House, Company]) -> None:
    """It counts before the answer and not after it, in whichever process."""
    await held.submit(held.claim())
    change = Change(worker="as-told", reason="stolen", who="ken.ito")
    await revoke(held.house.database, change, held.house.clock.now())

    with pytest.raises(IdentityRevoked, match=r"revoked by ken\.ito: stolen"):
        await held.submit(held.claim(), 2)
    with pytest.raises(IdentityRevoked):
        await Gateway(held.house.database, held.house.connections, held.house.clock).admit(held.claim(), "as-told")

    assert await done_of(opened[1]) == ["crm.set_health_score 1"]


async def test_a_process_that_lost_its_run_reads_nothing_more(held: Held) -> None:
    """Once another process claimed the run, the token and the fence of the first are worth nothing."""
    await held.house.database.execute("claim_run", held.claimed.id, held.house.clock.now())

    with pytest.raises(FenceLost):
        await held.house.gateway.admit(held.claim(), "as-told")
    with pytest.raises(FenceLost):
        await held.house.gateway.issuer.mint("as-told", held.claimed.id, held.claimed.fence)


async def test_the_token_of_an_older_fence_does_not_come_back(held: Held) -> None:
    """The new owner of a run cannot use the token of the one before."""
    row = await held.house.database.fetch_row("claim_run", held.claimed.id, held.house.clock.now())
    assert row is not None

    with pytest.raises(NotAllowed):
        await held.house.gateway.admit(replace(read_claimed(row).claim(), token=Secret(held.token)), "as-told")


@pytest.mark.parametrize("passing", [timedelta(minutes=4), timedelta(days=14)])
async def test_a_badge_is_renewed_in_time(held: Held, passing: timedelta) -> None:
    """Shortly before a token expires, and long after it, the run shows a new one."""
    badge = Badge(held.house, held.claimed)
    shown: list[str] = []

    async def ask(claim: Claim) -> None:
        await held.house.gateway.admit(claim, "as-told")
        shown.append(claim.token.reveal() if claim.token else "")

    await badge.show(held.claimed.claim(), ask)
    await badge.show(held.claimed.claim(), ask)
    held.house.clock.ahead += passing
    await badge.show(held.claimed.claim(), ask)

    assert len(shown) == 3
    assert shown[0] == shown[1] != shown[2]


async def test_a_key_signs_for_less_than_an_hour(held: Held) -> None:
    """A process takes a new key before its old one is forgotten, and forgets it once its last token has expired."""
    database = held.house.database
    async with database.pool.acquire() as connection:
        await connection.execute("UPDATE token_key SET expires_at = now() + interval '9 minutes'")
    await held.house.gateway.admit(held.claim(), "as-told")
    await held.house.gateway.issuer.mint("as-told", held.claimed.id, held.claimed.fence)
    both = len(await rows_of(held.house, "SELECT FROM token_key"))
    async with database.pool.acquire() as connection:
        await connection.execute(
            "UPDATE token_key SET expires_at = now() - interval '1 s' WHERE expires_at < now() + interval '50 minutes'"
        )

    await database.execute("publish_key", "another", b"x" * 32)

    assert both == 2
    assert len(await rows_of(held.house, "SELECT FROM token_key")) == 2
