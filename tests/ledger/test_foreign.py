"""A verifier written by others, in another language, takes an export and refuses every flipped bit."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from remit.ledger.export import export
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.store.database import Database
from tests.ledger.conftest import Fill

GO = shutil.which("go")
LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")  # where Debian's golang-golang-x-mod-dev puts it
SOURCE = Path(__file__).parent / "foreign" / "main.go"

pytestmark = pytest.mark.skipif(
    GO is None or not LIBRARY.is_dir(), reason="needs Go and golang.org/x/mod, as Debian packages them"
)


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, compiled."""
    folder = tmp_path_factory.mktemp("foreign")
    surroundings = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")}
    subprocess.run([str(GO), "build", "-o", str(folder / "verify"), str(SOURCE)], check=True, env=surroundings)
    return folder / "verify"


def is_whole(foreign: Path, directory: Path, key: Path) -> bool:
    """Ask the foreign verifier."""
    done = subprocess.run([str(foreign), str(directory), str(key)], capture_output=True, text=True, check=False)
    assert done.stdout.startswith(("whole", "BROKEN")), done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 700])
async def test_an_export_is_whole_to_others(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path, foreign: Path, count: int
) -> None:
    """Ledgers of every awkward size are whole to a verifier that knows nothing of us."""
    await fill(count)
    await drain(database, signer)
    await export(database, signer, tmp_path / "out")
    (tmp_path / "key").write_text(signer.verifier.as_text())

    assert is_whole(foreign, tmp_path / "out", tmp_path / "key")


async def test_every_flipped_bit_is_refused_by_others(
    database: Database, signer: Signer, fill: Fill, tmp_path: Path, foreign: Path
) -> None:
    """A bit flipped in the checkpoint, an entry or a hash: the foreign verifier refuses the export each time."""
    await fill(600)
    await drain(database, signer)
    await export(database, signer, tmp_path / "out")
    (tmp_path / "key").write_text(signer.verifier.as_text())
    dice = random.Random(7)  # places to break, not secrets
    files = [
        tmp_path / "out" / "checkpoint",
        tmp_path / "out" / "entries.jsonl",
        *(tmp_path / "out" / "tile").rglob("*"),
    ]
    broken = [path for path in files if path.is_file() and "entries/" not in path.as_posix()]

    for path in broken:
        whole = path.read_bytes()
        for _ in range(25):
            place = dice.randrange(len(whole))
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :])
            assert not is_whole(foreign, tmp_path / "out", tmp_path / "key"), f"{path} at {place}"
        path.write_bytes(whole)

    assert len(broken) >= 5
    assert is_whole(foreign, tmp_path / "out", tmp_path / "key")
