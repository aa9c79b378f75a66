"""The key that signs checkpoints: one file in the data directory, made on first use and never twice.

ledger.key   the secret, readable by its owner only; whoever has it can sign another history
ledger.pub   the verifier key, to be handed to whoever will check the ledger
"""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from remit.errors import InputInvalid, SecretMissing
from remit.ledger.note import Signer


def load_signer(data_directory: Path) -> Signer:
    """Load the signing key, making it the first time; the verifier key is written beside it.

    Raises:
        SecretMissing: The key was there and is gone, or cannot be read.
    """
    key, public = data_directory / "ledger.key", data_directory / "ledger.pub"
    # The secret is made before its public side, so a public side seen first means that the secret was there.
    was_made = public.exists()
    if not key.exists():
        if was_made:
            raise SecretMissing(
                f"`{key}` is gone, but `{public}` shows that it was there. Restore it from a backup; "
                "to begin another log under a new key, move `ledger.pub` away"
            )
        _write_once(key, _make_signer().as_text() + "\n")
    signer = _read(key)
    if not was_made:
        _write_once(public, signer.verifier.as_text() + "\n", mode=0o644)
    return signer


def _read(key: Path) -> Signer:
    try:
        return Signer.from_text(key.read_text())
    except (InputInvalid, UnicodeDecodeError, OSError) as error:
        raise SecretMissing(f"`{key}` cannot be used ({error}). Restore it from a backup") from None


def _make_signer() -> Signer:
    """Make a key; the log is named for it, so that two houses never share an origin."""
    private = Ed25519PrivateKey.generate()
    name = hashlib.sha256(private.public_key().public_bytes_raw()).hexdigest()[:16]
    return Signer(f"remit/ledger/{name}", private.private_bytes_raw())


def _write_once(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Put a whole file in its place, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the name is taken, so of two processes at once one wins and both read its key.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    _make_durable(path.parent)


def _make_durable(directory: Path) -> None:
    """Without this, a power cut could forget the file's name, and with it the key of checkpoints already signed."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
