from pathlib import Path

import pytest

import remit.workers
from remit.evals.case import find_cases, read_case
from remit.evals.report import report
from remit.evals.runner import run_case
from remit.store.database import Database

WORKERS = Path(remit.workers.__file__).parent
CASES = find_cases(WORKERS)
LEAST = 8


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
async def test_case(path: Path, database: Database) -> None:
    """A worker does what its case says, and nothing the case forbids."""
    case = read_case(path)

    result = await run_case(case, database)

    assert result.holds, report([result])


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in WORKERS.rglob("charter.yaml")), ids=lambda path: path.name
)
def test_worker_folder(folder: Path) -> None:
    """Every worker has at least eight cases and exactly one file of code, which imports `remit.playbook` only."""
    imports = [
        line for line in (folder / "playbook.py").read_text().splitlines() if "remit" in line and "import" in line
    ]
    code = sorted(path.name for path in folder.rglob("*.py") if path.name != "__init__.py")

    cases = find_cases(folder)

    assert len(cases) >= LEAST
    assert code == ["playbook.py"]
    assert all(line.startswith("from remit.playbook import ") for line in imports)
