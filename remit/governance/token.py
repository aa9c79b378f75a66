"""The token of one run: an Ed25519 JWT that says which worker asks, and counts for five minutes.

It proves who asks at the gateway: signed by a process of this house, for this run, this fence and this generation of
the worker's identity. What the worker may do stands in its charter, never in the token.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from remit import clock
from remit.charters.charter import Domain
from remit.connections.vault import Secret
from remit.errors import NotAllowed, SettingsInvalid

LIFETIME: Final = timedelta(minutes=5)

_ALGORITHM: Final = "Ed25519"  # the only one: what a token says of itself is never believed
_SIGNATURES: Final = jws.JWSRegistry(algorithms=[_ALGORITHM])
_LEEWAY: Final = 30  # seconds by which the clock of the machine that signed may be ahead
_DOMAIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}")


class TokenStale(Exception):  # not an error: whoever bears it gets a new one and asks again
    """The token was good and is over: it has expired, or the identity was rotated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """For whom a token speaks."""

    worker: str
    run: UUID
    fence: int
    version: str
    """of the worker, with which the run began"""
    generation: int
    """of the worker's identity: it has another one after each change"""


@dataclass(frozen=True, slots=True)
class TrustDomain:
    """The names one house gives to whom it vouches for."""

    name: str

    def __post_init__(self) -> None:
        """Make sure that it can stand in a SPIFFE id."""
        if not _DOMAIN.fullmatch(self.name):
            raise SettingsInvalid(
                f"`REMIT_TRUST_DOMAIN` cannot be `{self.name[:100]}`. Use small letters, digits, `.`, `-` and `_`"
            )

    @property
    def issuer(self) -> str:
        """Who signs tokens."""
        return f"spiffe://{self.name}"

    @property
    def audience(self) -> str:
        """Who takes them."""
        return f"spiffe://{self.name}/gateway"

    def worker(self, domain: str, worker: str) -> str:
        """Give the SPIFFE id of a worker."""
        return f"spiffe://{self.name}/{domain}/worker/{worker}"


class TokenKey:
    """A key that signs tokens. Its private half never leaves the memory of the process that made it."""

    __slots__ = ("_key", "id")

    def __init__(self) -> None:
        self.id = str(clock.new_id())
        self._key = OKPKey.generate_key("Ed25519")

    @property
    def public(self) -> bytes:
        """What tokens are checked with."""
        return cast("Ed25519PublicKey", self._key.public_key).public_bytes_raw()

    def sign(self, bearer: Bearer, trust: TrustDomain, domain: str, now: datetime) -> Secret:
        """Sign a token for a worker of a domain."""
        claims = {
            "iss": trust.issuer,
            "sub": trust.worker(domain, bearer.worker),
            "aud": trust.audience,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": str(clock.new_id()),
            **_about(bearer),
        }
        return Secret(jwt.encode({"alg": _ALGORITHM, "kid": self.id}, claims, self._key, registry=_SIGNATURES))


def key_of(token: Secret | None) -> str:
    """Tell which key a token says it was signed with; nothing else of it is believed before that key was asked.

    Raises:
        NotAllowed: There is none, or it is no token.
    """
    try:
        return _named_key(token.reveal() if token else "")
    except (JoseError, ValueError, KeyError):
        raise NotAllowed("what was shown is no token. A run is given one when it is claimed") from None


def check(token: Secret, public: bytes, bearer: Bearer, trust: TrustDomain, now: datetime) -> None:
    """Make sure that a token was signed with a key, counts now, and speaks for this bearer and nobody else.

    Raises:
        TokenStale: It has expired, or the identity has another generation now.
        NotAllowed: Anything else is not as it has to be.
    """
    wanted = {name: ClaimsOption(essential=True, value=value) for name, value in _about(bearer).items()}
    wanted["iss"] = ClaimsOption(essential=True, value=trust.issuer)
    wanted["aud"] = ClaimsOption(essential=True, value=trust.audience)
    # A worker that moved to another domain is the same worker.
    wanted["sub"] = ClaimsOption(essential=True, values=[trust.worker(domain, bearer.worker) for domain in Domain])
    wanted |= {name: ClaimsOption(essential=True) for name in ("iat", "nbf", "exp", "jti", "generation")}
    moment = int(now.timestamp())
    try:
        claims = _signed(token.reveal(), public)
        JWTClaimsRegistry(moment, leeway=_LEEWAY, **wanted).validate(claims)
    except ExpiredTokenError:
        raise TokenStale from None
    except (JoseError, ValueError) as error:
        why = error.error.replace("_", " ") if isinstance(error, JoseError) else "unreadable"
        raise NotAllowed(f"the token shown for run `{bearer.run}` of `{bearer.worker}` is refused: {why}") from None
    if claims["exp"] <= moment or claims["generation"] != bearer.generation:
        raise TokenStale


def _about(bearer: Bearer) -> dict[str, Any]:
    """Write a bearer as claims; the worker stands in the subject."""
    fence, version, generation = bearer.fence, bearer.version, bearer.generation
    return {"run": str(bearer.run), "fence": fence, "version": version, "generation": generation}


@lru_cache(maxsize=1024)  # a token is over in minutes, whoever remembers it
def _named_key(token: str) -> str:
    header: Mapping[str, Any] = jws.extract_compact(token.encode("ascii"), registry=_SIGNATURES).headers()
    return str(header["kid"])


@lru_cache(maxsize=1024)
def _signed(token: str, public: bytes) -> dict[str, Any]:
    """Read what a token says; that a key signed it is looked at once, for it does not change."""
    return jwt.decode(token, _as_key(public), registry=_SIGNATURES).claims


@lru_cache(maxsize=64)
def _as_key(public: bytes) -> OKPKey:
    encoded = base64.urlsafe_b64encode(public).decode().rstrip("=")
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": encoded})
