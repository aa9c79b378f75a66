"""Cosignatures (c2sp.org/tlog-cosignature): a witness says that it saw a checkpoint, and when.

A witness signs a text of its own, `cosignature/v1`, the moment and the checkpoint, under a key whose kind is 4, so that
a cosignature is never mistaken for a signature of the log.

verifier key   <name>+<key id in hexadecimal>+<base64 of 0x04 and the public key>
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from remit.errors import InputInvalid, LedgerBroken
from remit.ledger.note import read_key, split_note, write_key

COSIGNATURE: Final = b"\x04"
_MOMENT: Final = 8  # bytes of the seconds since 1970, big-endian, before the signature


@dataclass(frozen=True, slots=True)
class WitnessVerifier:
    """A witness's name and public key."""

    name: str
    public: bytes

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the verifier key of a witness.

        Raises:
            InputInvalid: It is not one.
        """
        verifier = cls(*read_key(text, COSIGNATURE))
        if verifier.as_text() != text.strip():
            raise InputInvalid(f"the key `{text.strip()[:200]}` is damaged. Copy it again from the witness")
        return verifier

    def as_text(self) -> str:
        """Write the verifier key."""
        return write_key(self.name, COSIGNATURE + self.public, self.key_id)

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + COSIGNATURE + self.public).digest()[:4]

    def seen_at(self, note: str) -> datetime:
        """Tell when this witness saw a checkpoint.

        Raises:
            LedgerBroken: The note has no cosignature of this witness, or one that does not fit.
        """
        text, signatures = split_note(note)
        ours = [data for name, key, data in signatures if (name, key) == (self.name, self.key_id)]
        if not ours:
            raise LedgerBroken(f"the witness `{self.name}` has not signed this checkpoint")
        return max(self._moment_of(text, data) for data in ours)

    def _moment_of(self, text: str, data: bytes) -> datetime:
        seconds = int.from_bytes(data[:_MOMENT], "big")
        try:  # of another length it does not fit either
            Ed25519PublicKey.from_public_bytes(self.public).verify(data[_MOMENT:], _signed(text, seconds))
            return datetime.fromtimestamp(seconds, UTC)
        except (InvalidSignature, OverflowError, ValueError, OSError):
            raise LedgerBroken(f"the cosignature of `{self.name}` does not fit the checkpoint") from None


@dataclass(frozen=True, slots=True)
class WitnessSigner:
    """A witness's name and private key."""

    name: str
    seed: bytes = field(repr=False)

    @property
    def verifier(self) -> WitnessVerifier:
        """The public side."""
        return WitnessVerifier(self.name, self._key().public_key().public_bytes_raw())

    def cosign(self, text: str, now: datetime) -> str:
        """Give the signature line that says when a checkpoint's text was seen."""
        seconds = int(now.timestamp())
        data = seconds.to_bytes(_MOMENT, "big") + self._key().sign(_signed(text, seconds))
        return f"— {self.name} {base64.b64encode(self.verifier.key_id + data).decode()}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _signed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
