"""An identity provider for tests, in a process of its own: one that others keep well, and that can be told to lie.

`POST /test/{lie}` has the next ID tokens come out wrong in one way; `POST /test/rotate` gives it another key.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")  # it warns of its own use of a module that is deprecated

import flask  # noqa: E402
import uvicorn  # noqa: E402
from a2wsgi import WSGIMiddleware  # noqa: E402
from joserfc import jwt  # noqa: E402
from joserfc.jwk import RSAKey  # noqa: E402
from oidc_provider_mock import app as make_app  # noqa: E402
from oidc_provider_mock._storage import storage  # noqa: E402

LIES: dict[str, Any] = {"lie": "", "asked": {}}


CHANGES: dict[str, Callable[[int], dict[str, Any]]] = {
    "nonce": lambda _: {"nonce": "another"},
    "no_nonce": lambda _: {"nonce": None},
    "audience": lambda _: {"aud": "another-client"},
    "issuer": lambda _: {"iss": "https://evil.example"},
    "expired": lambda now: {"exp": now - 600, "iat": now - 1200},
    "future": lambda now: {"iat": now + 600},
    "subject": lambda _: {"sub": "somebody-else"},
}


def _lied(claims: dict[str, Any], header: dict[str, Any], key: Any) -> str:
    """Sign an ID token that is wrong in the way it was told."""
    changes = CHANGES.get(LIES["lie"], lambda _: {})(int(time.time()))
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    match LIES["lie"]:
        case "key":
            key = RSAKey.generate_key(2048)
        case "none":
            return ".".join(_coded(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)) + "."
        case "hmac":  # signed with what everybody can read, as if it were a secret
            signed = ".".join(_coded(json.dumps(part).encode()) for part in ({**header, "alg": "HS256"}, claims))
            return f"{signed}.{_coded(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"
        case "garbage":
            return "a.b.c"
        case _:
            pass
    return jwt.encode(header, claims, key, algorithms=["RS256"])


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


app = make_app(require_nonce=True)


@app.before_request
def listen() -> None:
    """Remember what was asked."""
    LIES["asked"][flask.request.path] = {**flask.request.args, **flask.request.form}


@app.post("/test/<lie>")
def lie(lie: str) -> str:
    """Be told what to do wrong."""
    if lie == "rotate":
        flask.g.oidc_provider_mock_storage.jwk = type(storage.jwk).generate_key(2048, is_private=True)  # pyright: ignore[reportUnknownMemberType]  # no types there
    LIES["lie"] = "" if lie in {"rotate", "truth"} else lie
    return ""


@app.get("/test/asked")
def asked() -> dict[str, Any]:
    """Tell what was asked last, by path."""
    return LIES["asked"]


@app.after_request
def tamper(response: flask.Response) -> flask.Response:
    """Sign the ID token anew; a key has its name in the header, so that it can be told from the next."""
    told: Any = response.get_json(silent=True)
    if flask.request.path == "/jwks":
        told["keys"] = [{**key, "kid": _name(key)} for key in told["keys"]]
        response.set_data(json.dumps(told))
    if flask.request.path == "/oauth2/token" and told and "id_token" in told:
        key = RSAKey.import_key(storage.jwk.as_dict(is_private=True))  # pyright: ignore[reportUnknownMemberType]  # no types there
        claims = json.loads(base64.urlsafe_b64decode(told["id_token"].split(".")[1] + "=="))
        told["id_token"] = _lied(claims, {"alg": "RS256", "kid": _name(key.as_dict(private=False))}, key)
        response.set_data(json.dumps(told))
    return response


def _name(key: dict[str, Any]) -> str:
    return hashlib.sha256(key["n"].encode()).hexdigest()[:12]


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    uvicorn.run(WSGIMiddleware(app), fd=int(os.environ["REMIT_TEST_SOCKET"]), log_level="critical")  # pyright: ignore[reportArgumentType]
