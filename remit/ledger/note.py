"""Signed notes (c2sp.org/signed-note) with Ed25519: a text, an empty line, and lines that say who signed it.

verifier key   <name>+<key id in hexadecimal>+<base64 of 0x01 and the public key>
signing key    PRIVATE+KEY+<name>+<key id in hexadecimal>+<base64 of 0x01 and the seed>
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from remit.errors import InputInvalid, LedgerBroken

ED25519 = b"\x01"
_NAME = r"[^\s+]+"
_VERIFIER = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+(\S+)")
_SIGNER = re.compile(rf"PRIVATE\+KEY\+({_NAME})\+([0-9a-f]{{8}})\+(\S+)")
_SIGNATURE = re.compile(rf"— ({_NAME}) (\S+)")
_MOST_SIGNATURES = 100
_KEY_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and the public key that signs under it."""

    name: str
    public: bytes

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a verifier key.

        Raises:
            InputInvalid: It is not one.
        """
        name, public = read_key(text, ED25519)
        verifier = cls(name, public)
        if verifier.as_text() != text.strip():
            raise InputInvalid(f"the verifier key `{text.strip()}` is damaged. Copy `ledger.pub` again")
        return verifier

    def as_text(self) -> str:
        """Write the verifier key."""
        return write_key(self.name, ED25519 + self.public, self.key_id)

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_KEY_ID_SIZE]

    def open(self, note: str) -> str:
        """Give the text of a note signed by this key; signatures by unknown keys are passed over.

        Raises:
            LedgerBroken: It is not a signed note, or not signed by this key.
        """
        text, signatures = split_note(note)
        ours = [signature for name, key, signature in signatures if (name, key) == (self.name, self.key_id)]
        if not ours:
            raise LedgerBroken(f"the note is not signed by `{self.name}`. Use the verifier key it was signed with")
        try:
            for signature in ours:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            raise LedgerBroken(f"the signature of `{self.name}` does not fit the note. One was changed") from None
        return text


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and the private key that signs under it."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a signing key.

        Raises:
            InputInvalid: It is not one.
        """
        signer = cls(*_read_key(_SIGNER, text, ED25519))
        if signer.as_text() != text.strip():
            raise InputInvalid("the signing key is damaged. Restore it from a backup")
        return signer

    def as_text(self) -> str:
        """Write the signing key. This is the secret."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{_to_base64(ED25519 + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """The public side."""
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Make a note of a text that ends in a newline."""
        signature = self.verifier.key_id + self._key().sign(text.encode())
        return f"{text}\n— {self.name} {_to_base64(signature)}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Give the text of a note, and its signatures: name, key id and data of each.

    Raises:
        LedgerBroken: It is not a signed note.
    """
    text, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")[:-1]
    controls = any(letter < " " and letter != "\n" for letter in note)
    if not gap or controls or not note.endswith("\n") or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise LedgerBroken("this is not a signed note: a text, an empty line and signatures")
    return text + "\n", [_read_signature(line) for line in lines]


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE.fullmatch(line)
    signature = _from_base64(found[2]) if found else b""
    if not found or len(signature) <= _KEY_ID_SIZE:
        raise LedgerBroken(f"`{line}` is not a signature line")
    return found[1], signature[:_KEY_ID_SIZE], signature[_KEY_ID_SIZE:]


def read_key(text: str, kind: bytes) -> tuple[str, bytes]:
    """Read a verifier key of a kind; give its name and the public key.

    Raises:
        InputInvalid: It is none of that kind.
    """
    return _read_key(_VERIFIER, text, kind)


def write_key(name: str, key: bytes, key_id: bytes) -> str:
    """Write a verifier key."""
    return f"{name}+{key_id.hex()}+{_to_base64(key)}"


def _read_key(form: re.Pattern[str], text: str, kind: bytes) -> tuple[str, bytes]:
    found = form.fullmatch(text.strip())
    key = _from_base64(found[3]) if found else b""
    if not found or key[:1] != kind or len(key) != 1 + 32:
        what = "an Ed25519 note key. A verifier key stands in `ledger.pub`"
        raise InputInvalid(
            f"this is not {what if kind == ED25519 else 'the key of a witness. `remit witness key` tells it'}"
        )
    return found[1], key[1:]


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: str) -> bytes:
    """Decode; empty unless the text is exactly what encoding gives, so that no bit of it is idle."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if _to_base64(data) == text else b""
