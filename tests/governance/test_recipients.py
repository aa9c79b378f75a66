from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.connections.operation import Kind, Operation
from remit.governance.recipients import host_of, strangers
from tests.governance.policy_samples import action

SEND = Operation(name="mail.send_message", kind=Kind.WRITE, summary="Send", sinks=("to", "cc"))
ALLOWED = ("ok.com", "*.partner.org")


def refused(to: Any, **more: Any) -> tuple[str, ...]:
    """List the recipients that are refused."""
    return strangers(action("mail.send_message", arguments={"to": to, **more}), SEND, ALLOWED)


@pytest.mark.parametrize(
    "to",
    [
        "a@ok.com",
        "A.B+tag@OK.com",
        ["a@ok.com", "b@ok.com"],
        "x@mail.partner.org",
        "x@a.b.partner.org",
        "https://ok.com/hook?id=1",
        "https://api.partner.org:8443/in",
    ],
)
def test_who_is_named_in_the_charter_is_written_to(to: Any) -> None:
    """Addresses and URLs of the domains allowed, and below a `*.`, pass."""
    assert refused(to) == ()


@pytest.mark.parametrize(
    "to",
    [
        "a@ok.com@evil.com",
        '"a@ok.com"@evil.com',
        "a@evil.com",
        "a@ok.com.evil.com",
        "a@sub.ok.com",
        "a@evilok.com",
        "a@partner.org",
        "a@evilpartner.org",
        "a@\u03bfk.com",
        "a@\u043ek.com",
        "a@xn--k-0ga.com",
        "a@ok.com.",
        "a@ok\u3002com",
        "Ann <a@ok.com>",
        "a@ok.com <b@evil.com>",
        "a@ok.com, b@evil.com",
        "a@ok.com;b@evil.com",
        "a@ok.com\nbcc: b@evil.com",
        "a@ok.com\r\n",
        " a@ok.com",
        "a@ok.com b@evil.com",
        "b%evil.com@ok.com",
        "evil.com!b@ok.com",
        "@evil.com:a@ok.com",
        "a(@evil.com)@ok.com",
        "https://ok.com@evil.com/",
        "https://evil.com\\@ok.com/",
        "https://evil.com#@ok.com",
        "https://evil.com?.ok.com",
        "https://ok.com:80@evil.com",
        "https://ok.com.evil.com",
        "https://[::1]/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)//ok.com",
        "ok.com",
        "DE89370400440532013000",
        "",
        "a@" + "o" * 5000 + ".com",
        ["a@ok.com", "b@evil.com"],
        ["a@ok.com", ["b@evil.com"]],
        [{"address": "a@ok.com"}],
        {"address": "a@ok.com"},
        7,
        True,
    ],
)
def test_no_trick_reaches_anybody_else(to: Any) -> None:
    """Other domains, look-alikes, display names, lists in one text, routes and names of users in URLs are refused."""
    assert refused(to)


def test_every_sink_counts() -> None:
    """A copy to somebody else is as bad as a message; one that names nobody is refused too."""
    assert refused("a@ok.com", cc=["b@evil.com"])
    assert refused(None)
    assert refused([])
    assert refused("a@ok.com", cc=None) == ()


@given(st.text(alphabet="a@.ok:/\\#?%! <>,;\"'()[]evilcomhttps\u043e\u200b\n", max_size=40))
def test_what_passes_ends_in_a_domain_allowed(text: str) -> None:
    """Whatever is written, what passes has exactly one `@` or scheme, and the host that a strict reader sees."""
    if not refused(text):
        assert host_of(text) == "ok.com" or host_of(text).endswith(".partner.org")
        assert text.isascii()
        assert text.count("@") == 1 or text.startswith(("http://", "https://"))
