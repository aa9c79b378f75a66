import logging
import traceback
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.vault import Secret
from remit.errors import SecretMissing, SystemBusy, SystemFailed, SystemRefused
from tests.connections.certificates import make_certificate
from tests.connections.erp_server import Erp, describe, running_erp

PLANTED = "planted-s3cret-value"
GET = "erp.get_invoice"
HOLD = "erp.hold_invoice"
HELD = {"invoice": "R-1", "reason": "twice"}


@pytest.fixture
async def connector(erp: Erp) -> AsyncGenerator[HttpJsonConnector]:
    """The ERP, with a token."""
    connector = HttpJsonConnector("erp", describe(erp, auth="bearer"), secret=Secret(PLANTED))
    yield connector
    await connector.close()


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"auth": "basic", "user": "anna"}, "authorization", "Basic YW5uYTpwbGFudGVkLXMzY3JldC12YWx1ZQ=="),
        ({"auth": "header", "auth_header": "X-Token"}, "x-token", PLANTED),
        ({"auth": "none"}, "authorization", None),
    ],
)
async def test_the_secret_is_shown_as_described(erp: Erp, auth: dict[str, str], header: str, value: str | None) -> None:
    """Each way to sign in puts the secret where the system looks for it."""
    connector = HttpJsonConnector("erp", describe(erp, **auth), secret=Secret(PLANTED))

    await connector.read(GET, {"invoice": "R-1"})
    await connector.close()

    assert erp.asked[-1].headers.get(header) == value


@pytest.mark.parametrize("canned", ["echo", "drop", "redirect", "busy", "not json"])
@pytest.mark.parametrize("auth", ["bearer", "basic", "header"])
async def test_a_secret_is_in_no_error_and_no_log(
    erp: Erp, caplog: pytest.LogCaptureFixture, canned: str, auth: str
) -> None:
    """However a system fails, even when it repeats what it was sent, the secret stays unseen."""
    caplog.set_level(logging.DEBUG)
    connector = HttpJsonConnector("erp", describe(erp, auth=auth, user="anna"), secret=Secret(PLANTED))
    base64 = "YW5uYTpwbGFudGVkLXMzY3JldC12YWx1ZQ=="
    echo = orjson.dumps({"error": f"{'x' * 190}{PLANTED} {base64} not known"})
    answers = {
        "echo": (401, echo),
        "redirect": (302, echo),
        "busy": (429, echo),
        "not json": (200, PLANTED.encode()),
    }
    if canned == "drop":
        erp.canned.append(b"")
    else:
        erp.can(*answers[canned])

    with pytest.raises(SystemFailed) as raised:
        await connector.perform(HOLD, HELD, "k")
    await connector.close()

    seen = f"{traceback.format_exception(raised.value)} {caplog.text} {connector!r} {vars(connector)!r}"
    for part in (PLANTED, base64, PLANTED[:8]):
        assert part not in seen


@pytest.mark.parametrize("secret", ["two\nlines", "ünïcødé"])
def test_a_secret_that_no_header_can_carry_is_refused(erp: Erp, secret: str) -> None:
    """It is refused at the start, without showing it."""
    with pytest.raises(SecretMissing) as raised:
        HttpJsonConnector("erp", describe(erp, auth="bearer"), secret=Secret(secret))

    assert secret not in str(raised.value)


def test_signing_in_without_a_secret_is_refused(erp: Erp) -> None:
    """A description that signs in needs a secret."""
    with pytest.raises(SecretMissing):
        HttpJsonConnector("erp", describe(erp, auth="bearer"))


async def test_no_redirect_is_followed(erp: Erp, connector: HttpJsonConnector) -> None:
    """A token is not carried to where an answer points."""
    erp.can(307, b"", f"Location: {erp.url}/elsewhere")

    with pytest.raises(SystemRefused, match="No redirect is followed"):
        await connector.read(GET, {"invoice": "R-1"})

    assert len(erp.asked) == 1


async def test_no_proxy_of_the_environment_is_used(erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable in the environment does not lead requests and tokens through another machine."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    connector = HttpJsonConnector("erp", describe(erp))

    answer = await connector.read(GET, {"invoice": "R-0"})
    await connector.close()

    assert answer == {"invoice": "R-0", "state": "open"}


async def test_a_certificate_is_verified(tmp_path: Path) -> None:
    """A system that cannot prove who it is gets no token; one whose authority is named gets it."""
    ca, tls = make_certificate(tmp_path)
    async with running_erp(tls) as erp:
        stranger = HttpJsonConnector("erp", describe(erp, auth="bearer"), secret=Secret(PLANTED))
        trusted = HttpJsonConnector("erp", describe(erp, auth="bearer", ca_file=str(ca)), secret=Secret(PLANTED))

        with pytest.raises(SystemBusy, match="certificate verify failed"):
            await stranger.read(GET, {"invoice": "R-0"})
        asked_by_stranger = len(erp.asked)
        answer = await trusted.read(GET, {"invoice": "R-0"})
        await stranger.close()
        await trusted.close()

    assert asked_by_stranger == 0
    assert answer == {"invoice": "R-0", "state": "open"}


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://erp.example.com"},
        {"base_url": "https://anna:secret@erp.example.com"},
        {"base_url": "ftp://erp.example.com"},
        {"base_url": "https://erp.example.com/?token=x"},
        {"auth": "basic"},
        {"auth_header": "X\r\nEvil"},
        {"operations": []},
        {"tls": False},
    ],
)
def test_an_unsound_description_is_refused(erp: Erp, changes: dict[str, Any]) -> None:
    """What would send a secret in the clear, or means nothing, is refused when it is read."""
    with pytest.raises(ValidationError):
        describe(erp, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"repeat": "same", "look_up": None},
        {"kind": "read"},
        {"path": "//evil.example/x"},
        {"path": "/a/../b"},
        {"path": "/a?b=c"},
        {"path": "/a/{Bad Name}"},
        {"name": "hold"},
        {"reversed_by": "release_invoice"},
    ],
)
def test_an_unsound_operation_is_refused(erp: Erp, changes: dict[str, Any]) -> None:
    """An operation that could not be kept safe is refused when it is read."""
    hold = describe(erp).operations[1].model_dump() | changes

    with pytest.raises(ValidationError):
        describe(erp, operations=[hold])
