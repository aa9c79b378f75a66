"""OpenID Connect: what is asked of an identity provider, and what of its answer is believed.

    begin: state, nonce and a verifier are noted ──▶ the browser goes to the provider and comes back with a code
    finish: the code and the verifier are exchanged for an ID token ──▶ its signature and claims are checked

An ID token counts if one of the provider's published keys signed it with one of a few algorithms, for this house, for
this visit, and not too long ago. A key that is not known is looked for once more, because providers change theirs.
"""

import base64
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from remit.connections.vault import Vault
from remit.errors import SecretMissing, SettingsInvalid, SignInRefused, SystemFailed
from remit.governance.linking import Known

SECRET: Final = "oidc"  # noqa: S105  # the name of the vault's entry, not a secret
"""The entry of the vault that holds the client's secret; a public client has none."""

CALLBACK: Final = "/v1/sign-in/oidc/callback"

_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
_LEEWAY: Final = 60  # seconds that two clocks may differ
_PATIENCE: Final = 10.0
_KEYS_LAST: Final = timedelta(hours=1)  # a key that was taken back counts no longer than this
_LARGEST: Final = 1_000_000  # bytes of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of one browser to the provider."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One identity provider, as this house asks it."""

    def __init__(self, issuer: str, client_id: str, *, public_url: str, vault: Vault) -> None:
        _check_url(issuer)
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._home = public_url
        self._vault = vault
        self._metadata: dict[str, Any] = {}
        self._keys = KeySet([])
        self._keys_read_at = datetime.min.replace(tzinfo=UTC)

    async def address(self, visit: Visit) -> str:
        """Give the address a browser goes to, to sign in there.

        Raises:
            SystemFailed: The provider does not answer as one.
        """
        metadata = await self._discover()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(visit.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._home + CALLBACK,
            "scope": "openid profile email",
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return _with(metadata["authorization_endpoint"], asked)

    async def know(self, code: str, visit: Visit, now: datetime) -> Known:
        """Tell who came back with a code.

        Raises:
            SignInRefused: The provider refuses the code, or its ID token does not count.
            SystemFailed: The provider does not answer as one.
        """
        metadata = await self._discover()
        answer = await self._exchange(metadata, code, visit)
        claims = await self._check(answer, visit, now)
        told = await self._ask_more(metadata, answer, str(claims["sub"]))
        return _known(self.issuer, {**told, **claims})

    async def farewell(self) -> str:
        """Give the address at which the provider ends its own session; empty when it has none, or does not answer."""
        try:
            metadata = await self._discover()
        except SystemFailed:
            return ""
        if not metadata.get("end_session_endpoint"):
            return ""
        back = {"client_id": self._client_id, "post_logout_redirect_uri": self._home + "/"}
        return _with(metadata["end_session_endpoint"], back)

    # ── what it says of itself ─────────────────────────────────────────────────────────────────────────────────────

    async def _discover(self) -> dict[str, Any]:
        if not self._metadata:
            found = await _ask("GET", get_well_known_url(self.issuer, external=True))
            if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                raise SystemFailed("the identity provider calls itself otherwise than `REMIT_OIDC_ISSUER` says")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _check_url(str(found.get(name, "")))
            self._metadata = found
        return self._metadata

    async def _fetch_keys(self) -> None:
        found = await _ask("GET", (await self._discover())["jwks_uri"])
        try:
            self._keys = KeySet.import_key_set(found)  # pyright: ignore[reportArgumentType]  # read from the provider
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            raise SystemFailed("the identity provider does not tell its keys as RFC 7517 says") from None

    # ── what it says of somebody ───────────────────────────────────────────────────────────────────────────────────

    async def _exchange(self, metadata: Mapping[str, Any], code: str, visit: Visit) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": visit.verifier}
        form |= {"redirect_uri": self._home + CALLBACK, "client_id": self._client_id}
        headers: dict[str, str] = {}
        try:
            secret = (await self._vault.open_secret(SECRET)).reveal()
        except SecretMissing:
            secret = ""
        if secret and "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", [_BASIC]):
            both = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
        elif secret:
            form["client_secret"] = secret
        return await _ask("POST", metadata["token_endpoint"], data=form, headers=headers)

    async def _check(self, answer: Mapping[str, Any], visit: Visit, now: datetime) -> dict[str, Any]:
        """Give the claims of the ID token, if it counts."""
        token = str(answer.get("id_token", ""))
        try:
            if now - self._keys_read_at > _KEYS_LAST or not self._has_key(token):
                await self._fetch_keys()
                self._keys_read_at = now
            decoded = jwt.decode(token, self._keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
                    "aud": {"essential": True, "value": self._client_id},
                    "sub": {"essential": True},
                    "nonce": {"essential": True, "value": visit.nonce},
                },
                params={"client_id": self._client_id, "access_token": answer.get("access_token")},
            )
            claims.validate(  # pyright: ignore[reportUnknownMemberType]  # written without types
                now=int(now.timestamp()), leeway=_LEEWAY
            )
        except (JoseError, ValueError, KeyError, TypeError) as error:
            word = getattr(error, "error", "") or "malformed"
            raise SignInRefused(f"what the identity provider sent proves nobody: {word}. Begin again") from None
        return dict(claims)

    def _has_key(self, token: str) -> bool:
        wanted = jws.extract_compact(token.encode()).headers().get("kid")
        return any(key.kid == wanted for key in self._keys.keys)

    async def _ask_more(self, metadata: Mapping[str, Any], answer: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Ask for the claims the ID token may leave out; what is said of another subject is not believed."""
        if not metadata.get("userinfo_endpoint") or not answer.get("access_token"):
            return {}
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        told = await _ask("GET", metadata["userinfo_endpoint"], headers=headers)
        if told.get("sub") != subject:
            raise SignInRefused("what the identity provider says is about somebody else. Begin again")
        return told


_BASIC: Final = "client_secret_basic"  # what a provider takes that does not say


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _known(issuer: str, claims: Mapping[str, Any]) -> Known:
    mail, groups = claims.get("email"), claims.get("groups")
    is_verified = claims.get("email_verified") is True and isinstance(mail, str)
    listed = cast("list[object]", groups) if isinstance(groups, list) else []
    name = claims.get("name") or claims.get("preferred_username") or ""
    return Known(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=str(name)[:200],
        user_name=str(claims.get("preferred_username") or mail or claims["sub"])[:200],
        mail=str(mail)[:200] if is_verified else "",
        groups=[each for each in listed if isinstance(each, str)],
    )


async def _ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            answer = await client.request(method, url, **more)
        told: object = answer.json() if len(answer.content) <= _LARGEST else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise SystemFailed("the identity provider does not answer as it should. Try again later") from None
    if answer.status_code in range(400, 500) and method == "POST":
        raise SignInRefused("the identity provider refuses the code. Begin again")
    if not answer.is_success or not isinstance(told, dict):
        raise SystemFailed("the identity provider does not answer as it should. Try again later")
    return cast("dict[str, Any]", told)


def _check_url(url: str) -> None:
    """Make sure that nobody on the way can read or change what is said."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise SettingsInvalid(f"the identity provider is asked by `https://` only, not at `{url[:200]}`")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
