"""A witness (c2sp.org/tlog-witness): keeps the newest checkpoint of each log it trusts, and signs what goes on from it.

Whoever holds a log's key can sign another history that is whole in itself; a witness refuses it, because no proof leads
from what it signed before. It keeps one small file a log, written before its signature leaves the house.

    asked ─▶ is the log known? ─▶ is it signed by its key? ─▶ is `old` what I keep? ─▶ does the proof lead there?
          ─▶ keep the new one ─▶ sign
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from remit.errors import Conflict, InputInvalid, LedgerBroken, NotAllowed, NotFound
from remit.ledger.checkpoint import Checkpoint, open_checkpoint
from remit.ledger.cosignature import WitnessSigner
from remit.ledger.note import Verifier, split_note
from remit.ledger.tree import EMPTY_ROOT, HASH_SIZE, proves_consistency

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES: Final = 63
LARGEST: Final = 100_000
"""characters of a request"""


class WrongSize(Conflict):
    """the witness keeps another size. Prove from there."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness keeps a checkpoint of size {size}. Prove from there")
        self.size = size


class Witness:
    """One witness with what it keeps in a directory."""

    def __init__(self, directory: Path, signer: WitnessSigner) -> None:
        self.signer = signer
        self._directory = directory
        self._turn = threading.Lock()  # one request at a time: between looking and keeping nobody else keeps

    def trust(self, verifier: Verifier) -> None:
        """Take up a log.

        Raises:
            Conflict: A log of that name is known under another key.
        """
        path = self._place(verifier.name) / "key"
        if path.exists() and path.read_text().strip() != verifier.as_text():
            raise Conflict(f"`{verifier.name}` is known here under another key. A log never changes its key")
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, verifier.as_text() + "\n")

    def kept(self, origin: str) -> Checkpoint:
        """Tell what is kept of a log; an empty one when nothing was signed yet.

        Raises:
            NotFound: The log is not known here.
        """
        verifier = self._verifier(origin)
        path = self._place(origin) / "checkpoint"
        if not path.exists():
            return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
        return open_checkpoint(verifier, path.read_text())

    def add(self, request: str, now: datetime) -> str:
        """Sign a checkpoint that goes on from what is kept; give the signature line.

        Raises:
            InputInvalid: The request is not one, or the proof does not lead from what is kept.
            NotFound: The log is not known here.
            NotAllowed: The checkpoint is not signed by the log's key.
            WrongSize: Something else is kept than the request begins with.
        """
        old, proof, note = _read(request)
        origin = _origin_of(note)
        verifier = self._verifier(origin)
        try:
            new = open_checkpoint(verifier, note)
        except LedgerBroken as error:
            raise NotAllowed(str(error)) from None
        if old > new.size:
            raise InputInvalid(f"the proof begins at {old}, behind the checkpoint's {new.size}")
        with self._turn:
            return self._go_on(origin, (old, new, proof), note, now)

    def _go_on(self, origin: str, asked: tuple[int, Checkpoint, Sequence[bytes]], note: str, now: datetime) -> str:
        old, new, proof = asked
        before = self.kept(origin)
        if old != before.size or (old == new.size and before.root != new.root and old > 0):
            raise WrongSize(before.size)
        if not proves_consistency((before.size, before.root), (new.size, new.root), proof):
            raise InputInvalid(
                f"the proof does not lead from the {before.size} entries kept here. It is another history"
            )
        # INVARIANT: what is signed is kept first, so that no crash makes this witness sign two histories.
        _write(self._place(origin) / "checkpoint", note)
        return self.signer.cosign(split_note(note)[0], now)

    def _verifier(self, origin: str) -> Verifier:
        try:
            return Verifier.from_text((self._place(origin) / "key").read_text())
        except FileNotFoundError:
            raise NotFound(f"the log `{origin[:200]}` is not known here. `remit witness trust` takes one up") from None

    def _place(self, origin: str) -> Path:
        return self._directory / "logs" / hashlib.sha256(origin.encode()).hexdigest()


def _read(request: str) -> tuple[int, list[bytes], str]:
    head, gap, note = request.partition("\n\n")
    first, *lines = head.split("\n")
    found = _OLD.fullmatch(first)
    if len(request) > LARGEST or not gap or not found or len(lines) > _MOST_HASHES:
        raise InputInvalid("this is not a request. It is `old SIZE`, a proof, an empty line and a checkpoint")
    return int(found[1]), [_hash(line) for line in lines], note


def _hash(line: str) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != HASH_SIZE or base64.b64encode(data).decode() != line:
        raise InputInvalid("a line of the proof is not a hash in base64")
    return data


def _origin_of(note: str) -> str:
    try:
        return Checkpoint.from_text(split_note(note)[0]).origin
    except LedgerBroken as error:
        raise InputInvalid(str(error)) from None


def load_witness(directory: Path, name: str = "") -> Witness:
    """Open the witness of a directory, making its key the first time.

    Args:
        directory: Where it keeps its key and the logs.
        name: What it signs as, when it is made; a name from its key when not given.

    Raises:
        InputInvalid: The key cannot be read, or the name is none.
    """
    path = directory / "witness.key"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        seed = secrets.token_bytes(32)
        name = name or f"remit/witness/{hashlib.sha256(seed).hexdigest()[:16]}"
        if not re.fullmatch(r"[^\s+]{1,200}", name):
            raise InputInvalid(f"a witness cannot be named `{name[:100]}`. Leave out spaces and `+`")
        _write(path, f"{name} {base64.b64encode(seed).decode()}\n")
    try:
        name, encoded = path.read_text().split()
        signer = WitnessSigner(name, base64.b64decode(encoded, validate=True))
        _ = signer.verifier
    except (OSError, ValueError):
        raise InputInvalid(f"`{path}` is not the key of a witness. Restore it from a backup") from None
    return Witness(directory, signer)


def _write(path: Path, text: str) -> None:
    """Put a whole file in its place, durably: after a power cut it is the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
