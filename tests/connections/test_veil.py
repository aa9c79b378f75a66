import base64
import json
import logging
from typing import Any
from urllib.parse import quote

import pytest

from remit.connections.channels.posting import open_client, post
from remit.connections.vault import Secret
from remit.connections.veil import Veil
from tests.connections.erp_server import Erp

SECRET = 'p"l&nted/s3cret'
VEIL = Veil(Secret(SECRET), "anna")


@pytest.mark.parametrize(
    "said",
    [
        SECRET,
        f"who is {SECRET}?",
        quote(SECRET, safe=""),
        json.dumps({"token": SECRET}),
        base64.b64encode(SECRET.encode()).decode(),
        f"Basic {base64.b64encode(f'anna:{SECRET}'.encode()).decode()}",
        base64.b64encode(f"\0anna\0{SECRET}".encode()).decode(),
        {SECRET: [SECRET, {"deep": [SECRET]}]},
    ],
)
def test_the_credential_is_found_however_it_is_written(said: Any) -> None:
    """As it is, in addresses, JSON and base64, alone, with its user, as a name and deep inside."""
    shown = json.dumps(VEIL.over(said), ensure_ascii=False)

    assert "…" in shown
    assert VEIL.over(shown) == shown
    assert "nted" not in shown


def test_everything_else_stays_as_it_is() -> None:
    """Texts, numbers, truth, nothing and what holds them come back unchanged."""
    said = {"text": "plain", "list": [1, 2.5, True, None], "user": "anna", "empty": ""}

    assert VEIL.over(said) == said


def test_a_short_credential_spoils_no_answer() -> None:
    """One that stands by chance in many texts is taken out where it stands alone, and not inside others."""
    veil = Veil(Secret("1234"))

    assert veil.over({"amount": "51234.00", "pin": "1234", "number": 1234, "order": 12345}) == {
        "amount": "51234.00",
        "pin": "…",
        "number": "…",
        "order": 12345,
    }


def test_an_error_and_what_it_came_from_are_veiled() -> None:
    """Cause and context are logged with an error, so they hold nothing either; a circle of them ends."""
    inner, outer = ValueError(f"bad {SECRET}", 7), RuntimeError(SECRET)
    outer.__cause__, inner.__context__ = inner, outer

    VEIL.over_error(outer)

    assert (outer.args, inner.args) == (("…",), ("bad …", 7))


async def test_an_address_that_is_a_secret_is_not_logged(erp: Erp, caplog: pytest.LogCaptureFixture) -> None:
    """What is posted to a chat leaves no trace of where it went, at any level of the log."""
    caplog.set_level(logging.DEBUG)
    client = open_client()
    erp.can(200, b"{}", "X-Echo: planted-address")

    await post(client, f"{erp.url}/planted-address", b"{}", {})
    await client.aclose()

    assert [asked.path for asked in erp.asked] == ["/planted-address"]
    assert "planted-address" not in caplog.text


def test_a_veil_shows_nothing_of_itself() -> None:
    """Its own text, as a debugger or a log would show it, holds no credential."""
    assert SECRET not in repr(VEIL)
    assert not hasattr(VEIL, "__dict__")
