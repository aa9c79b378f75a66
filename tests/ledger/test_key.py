"""The signing key: made once, kept private, never replaced in silence."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from remit.errors import SecretMissing
from remit.ledger.key import load_signer
from remit.ledger.note import Verifier

_LOAD = (
    "import sys,pathlib; from remit.ledger.key import load_signer; print(load_signer(pathlib.Path(sys.argv[1])).name)"
)


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """The second time the same key comes back; nothing else is left in the directory."""
    first = load_signer(tmp_path / "data")
    second = load_signer(tmp_path / "data")

    assert first == second
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"ledger.key", "ledger.pub"}
    assert Verifier.from_text((tmp_path / "data" / "ledger.pub").read_text()) == first.verifier


def test_only_the_owner_can_read_the_key(tmp_path: Path) -> None:
    """The secret has mode 0600."""
    load_signer(tmp_path)

    assert stat.S_IMODE((tmp_path / "ledger.key").stat().st_mode) == 0o600


def test_processes_at_once_end_with_one_key(tmp_path: Path) -> None:
    """Processes that start together on an empty directory all sign with the same key."""
    started = [
        subprocess.Popen([sys.executable, "-c", _LOAD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    names = {process.communicate()[0] for process in started}

    assert names == {load_signer(tmp_path).name + "\n"}


def test_a_crash_before_the_public_side_is_made_up_for(tmp_path: Path) -> None:
    """A key without its public side gets it the next time."""
    signer = load_signer(tmp_path)
    (tmp_path / "ledger.pub").unlink()

    assert load_signer(tmp_path) == signer
    assert (tmp_path / "ledger.pub").read_text() == signer.verifier.as_text() + "\n"


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    """Where the public side shows that a key was there, no other is made."""
    load_signer(tmp_path)
    (tmp_path / "ledger.key").unlink()

    with pytest.raises(SecretMissing, match="Restore it from a backup"):
        load_signer(tmp_path)
    assert not (tmp_path / "ledger.key").exists()


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe", b"PRIVATE+KEY+a+00000000+AAAA\n"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """A key file that is no key stops us; it stays as it is."""
    (tmp_path / "ledger.key").write_bytes(content)

    with pytest.raises(SecretMissing):
        load_signer(tmp_path)
    assert (tmp_path / "ledger.key").read_bytes() == content
