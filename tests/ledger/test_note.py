"""Signed notes: what others wrote is read, and nothing changed passes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputInvalid, LedgerBroken
from remit.ledger.note import Signer, Verifier

# The example of the Go package that the format was taken from.
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
FOREIGN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("example.com/log", bytes(range(32)))
NOTE = SIGNER.sign("one\n\ntwo\n")


def test_a_note_signed_elsewhere_is_read() -> None:
    """The published example verifies under its published key."""
    assert Verifier.from_text(FOREIGN_KEY).open(FOREIGN_NOTE).startswith("If you think")


def test_a_published_verifier_key_is_read_and_written() -> None:
    """The key of the public checksum database of Go has the id that we compute."""
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

    assert Verifier.from_text(text + "\n").as_text() == text


def test_keys_come_back_as_they_were_written() -> None:
    """A signing key and its verifier key survive being written and read."""
    assert Signer.from_text(SIGNER.as_text()) == SIGNER
    assert Verifier.from_text(SIGNER.verifier.as_text()) == SIGNER.verifier


def test_the_secret_has_no_repr() -> None:
    """Printing a signer shows its name only."""
    assert repr(SIGNER) == "Signer(name='example.com/log')"


def test_a_text_with_empty_lines_is_read_whole() -> None:
    """The text ends at the last empty line."""
    assert SIGNER.verifier.open(NOTE) == "one\n\ntwo\n"


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_a_flipped_bit_breaks_a_note(bit: int) -> None:
    """One bit changed anywhere in a note with one signature is noticed."""
    changed = bytearray(NOTE.encode())
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises((LedgerBroken, UnicodeDecodeError)):
        SIGNER.verifier.open(changed.decode())


def test_signatures_of_others_are_passed_over() -> None:
    """A witness may sign below or above us; it does not stand in for us."""
    other = Signer("witness.example", bytes(32))
    line = other.sign("one\n\ntwo\n").splitlines()[-1]
    text, ours = NOTE.rsplit("\n\n", 1)

    assert SIGNER.verifier.open(f"{text}\n\n{line}\n{ours}{line}\n") == "one\n\ntwo\n"
    with pytest.raises(LedgerBroken, match="is not signed by"):
        SIGNER.verifier.open(f"{text}\n\n{line}\n")


def test_one_bad_signature_of_ours_spoils_the_note() -> None:
    """A right signature does not excuse a wrong one under the same key."""
    wrong = SIGNER.sign("three\n").splitlines()[-1]

    with pytest.raises(LedgerBroken, match="does not fit"):
        SIGNER.verifier.open(f"{NOTE}{wrong}\n")


def test_another_key_under_our_name_is_not_ours() -> None:
    """The key id tells two keys of one name apart."""
    impostor = Signer(SIGNER.name, bytes(32))

    with pytest.raises(LedgerBroken, match="is not signed by"):
        SIGNER.verifier.open(impostor.sign("one\n"))


@pytest.mark.parametrize(
    "note",
    ["", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno signature\n", NOTE.rstrip("\n"), NOTE + "\n",
     NOTE.replace("one", "one\t"), "text\n\n" + "— a AAAAAAA=\n" * 101, "text\n\n— a AAAA\n",
     "text\n\n— a+b AAAAAAA=\n"],
)  # fmt: skip
def test_what_is_not_a_note_is_refused(note: str) -> None:
    """Malformed notes are refused in words, not by a crash."""
    with pytest.raises(LedgerBroken):
        SIGNER.verifier.open(note)


@pytest.mark.parametrize(
    "text",
    ["", "name", "name+00000000+AAAA", "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     FOREIGN_KEY.replace("c74f", "c74e"), FOREIGN_KEY.replace("Neumann", "neumann"), FOREIGN_KEY[:-1],
     FOREIGN_KEY.replace("+AR", "+BB"), "n+00000000+" + base64.b64encode(b"\x04" + bytes(32)).decode()],
)  # fmt: skip
def test_what_is_not_a_verifier_key_is_refused(text: str) -> None:
    """A key whose id, name or bytes were changed is not a key."""
    with pytest.raises(InputInvalid):
        Verifier.from_text(text)


def test_a_damaged_signing_key_is_refused() -> None:
    """A changed secret no longer fits its id; the message does not repeat it."""
    text = SIGNER.as_text()
    damaged = text[:-3] + ("A" if text[-3] != "A" else "B") + text[-2:]

    with pytest.raises(InputInvalid) as raised:
        Signer.from_text(damaged)
    assert text[-20:-4] not in str(raised.value)
