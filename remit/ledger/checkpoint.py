"""Checkpoints (c2sp.org/tlog-checkpoint): size and root of the tree, signed. Whoever keeps one can hold us to it."""

import base64
import re
from dataclasses import dataclass
from typing import Self

from remit.errors import LedgerBroken
from remit.ledger.note import Signer, Verifier
from remit.ledger.tree import HASH_SIZE

_FORM = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log at one size."""

    origin: str
    """which log"""
    size: int
    root: bytes

    def as_text(self) -> str:
        """Write what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what was signed; further lines are passed over.

        Raises:
            LedgerBroken: It is not a checkpoint.
        """
        found = _FORM.fullmatch(text)
        root = base64.b64decode(found[3]) if found else b""
        if not found or len(root) != HASH_SIZE or base64.b64encode(root).decode() != found[3]:
            raise LedgerBroken("the note is not a checkpoint: origin, size and root, each on its line")
        return cls(origin=found[1], size=int(found[2]), root=root)


def sign_checkpoint(signer: Signer, size: int, root: bytes) -> str:
    """Sign the head of the log whose origin is the signer's name."""
    return signer.sign(Checkpoint(origin=signer.name, size=size, root=root).as_text())


def open_checkpoint(verifier: Verifier, note: str) -> Checkpoint:
    """Read a signed checkpoint of the log whose origin is the verifier's name.

    Raises:
        LedgerBroken: It is not one, or not signed by this key, or of another log.
    """
    checkpoint = Checkpoint.from_text(verifier.open(note))
    if checkpoint.origin != verifier.name:
        raise LedgerBroken(f"the checkpoint is of the log `{checkpoint.origin}`, not of `{verifier.name}`")
    return checkpoint
