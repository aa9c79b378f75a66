import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT, python

UPWARD = "floors: nothing imports upward"
POSTGRES = "only the store speaks to PostgreSQL (the dispatcher through PgQueuer)"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package below a folder against the contracts."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the house's code, which a test may spoil."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in python(ROOT / "remit"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_nothing_imports_upward() -> None:
    """The contracts of `pyproject.toml` hold for the house as it is."""
    linted = lint(ROOT)

    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("errors.py", "import remit.store.database", UPWARD),
        ("store/database.py", "def f():\n    import remit.ledger.entry", UPWARD),
        (
            "governance/gateway.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import remit.web.app",
            UPWARD,
        ),
        ("ledger/entry.py", "import remit.connections.action", UPWARD),
        ("connections/action.py", "import remit.charters.charter", UPWARD),
        ("intelligence/judge.py", "import remit.ledger.entry", UPWARD),
        ("governance/halts.py", "import asyncpg", POSTGRES),
        ("web/app.py", "import pgqueuer", POSTGRES),
        ("somewhere.py", "import remit.errors", UPWARD),
    ],
)
def test_an_import_that_goes_wrong_is_found(copied: Path, room: str, line: str, contract: str) -> None:
    """Upward, sideways, hidden in a function or for types only, past the store, on no floor: each is found."""
    with (copied / "remit" / room).open("a") as spoiled:
        spoiled.write(f"\n{line}\n")

    linted = lint(copied)

    assert linted.returncode != 0
    assert f"{contract} BROKEN" in linted.stdout
