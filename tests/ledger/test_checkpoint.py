"""Checkpoints: read exactly, or not at all."""

import base64

import pytest

from remit.errors import LedgerBroken
from remit.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from remit.ledger.note import Signer

SIGNER = Signer("example.com/log", bytes(range(32)))
ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")


def test_a_checkpoint_is_written_as_the_format_says() -> None:
    """Origin, size and root stand each on its line: the example of the format."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    assert Checkpoint(origin="example.com/behind-the-sofa", size=20852163, root=ROOT).as_text() == text
    assert Checkpoint.from_text(text + "an extension\n") == Checkpoint.from_text(text)


def test_a_signed_checkpoint_comes_back() -> None:
    """What was signed is what is read."""
    checkpoint = open_checkpoint(SIGNER.verifier, sign_checkpoint(SIGNER, 7, ROOT))

    assert checkpoint == Checkpoint(origin=SIGNER.name, size=7, root=ROOT)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """A right signature under another origin does not count."""
    note = SIGNER.sign(Checkpoint(origin="example.com/other", size=7, root=ROOT).as_text())

    with pytest.raises(LedgerBroken, match="of the log"):
        open_checkpoint(SIGNER.verifier, note)


_ROOT = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log\n07\n{_ROOT}\n",
        f"log\n-7\n{_ROOT}\n",
        f"log\n٣\n{_ROOT}\n",
        f"log\n7\n{_ROOT}",
        f"log\n7\n{_ROOT[:-4]}\n",
        f"log\n7\n{_ROOT[:-2]}3=\n",
        f"\n7\n{_ROOT}\n",
        f"log\n7\n{_ROOT}\n\nmore\n",
        f"log\n{'9' * 20}\n{_ROOT}\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    """Other ways to write a number or a root are refused, so that one checkpoint has one form."""
    with pytest.raises(LedgerBroken):
        Checkpoint.from_text(text)
