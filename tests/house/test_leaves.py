import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.repository import REMIT, files, name_of, python

WORKERS = REMIT / "workers"
CONNECTORS = REMIT / "connections" / "connectors"
CASES = 8

HELPFUL = {
    *("base64", "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum", "fractions"),
    *("functools", "itertools", "math", "operator", "re", "statistics", "string", "textwrap", "typing", "unicodedata"),
}
"""What a playbook may import besides `remit.playbook`: none of it has a clock, dice, a network or a file."""

CLOCKS = {"now", "utcnow", "today"}


def playbook_faults(text: str) -> Iterator[str]:
    """Say what in a playbook reaches beyond what it is given."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=module, level=level):
                modules = [module or "" if not level else "a neighbour"]
            case ast.Attribute(attr=name) if name in CLOCKS:
                yield f"asks the time with `{name}`"
                continue
            case ast.Name(id="open" | "exec" | "eval" | "__import__" | "print" as name):
                yield f"uses `{name}`"
                continue
            case _:
                continue
        yield from (f"imports `{module}`" for module in modules if module not in {"remit.playbook", *HELPFUL})


def worker_faults(folder: Path) -> Iterator[str]:
    """Say what a worker's folder lacks, or has too much."""
    names = {path.relative_to(folder).parts[0] for path in files(folder)}
    yield from (f"has no {name}" for name in ("charter.yaml", "playbook.py", "cases") if name not in names)
    yield from (f"has {name}" for name in sorted(names - {"charter.yaml", "playbook.py", "cases", "__init__.py"}))
    cases = list((folder / "cases").glob("*.yaml"))
    if len(cases) < CASES:
        yield f"has {len(cases)} cases"
    yield from (f"{case.stem} does not begin with what it proves" for case in cases if not says_first(case))
    if "playbook.py" in names:
        yield from playbook_faults((folder / "playbook.py").read_text())


def says_first(case: Path) -> bool:
    """Tell whether the first thing a case says is its sentence."""
    lines = [line for line in case.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return bool(lines) and lines[0].startswith("says: ")


def connector_faults(folder: Path) -> Iterator[str]:
    """Say what a connector's folder lacks, and where it leans on a neighbour."""
    yield from (f"has no {name}" for name in ("README.md", "connector.py") if not (folder / name).is_file())
    own = f"remit.connections.connectors.{folder.name}"
    for path in python(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if module.startswith("remit.connections.connectors") and not f"{module}.".startswith(f"{own}."):
                yield f"{path.name} imports `{module}`"


def folders_of_workers() -> list[Path]:
    """Find the folder of each worker, two below the folder of all."""
    return sorted(path for path in WORKERS.glob("*/*") if path.is_dir() and not path.name.startswith("__"))


def folders_of_connectors() -> list[Path]:
    """Find the folder of each connector."""
    return sorted(path for path in CONNECTORS.iterdir() if path.is_dir() and not path.name.startswith("__"))


@pytest.mark.parametrize("folder", folders_of_workers(), ids=name_of)
def test_a_worker_is_a_whole_leaf(folder: Path) -> None:
    """Charter, playbook and eight cases are there and nothing else; the playbook knows only what it is given."""
    assert list(worker_faults(folder)) == []


@pytest.mark.parametrize("folder", folders_of_connectors(), ids=name_of)
def test_a_connector_is_a_whole_leaf(folder: Path) -> None:
    """A connector has its code, a page that says what it is, and nothing of its neighbours."""
    assert list(connector_faults(folder)) == []


def test_a_worker_stands_in_a_domain() -> None:
    """There is no charter at another depth than `workers/<domain>/<worker>`."""
    assert sorted(path.parent for path in WORKERS.rglob("charter.yaml")) == folders_of_workers()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("import remit.store.database", "imports `remit.store.database`"),
        ("from remit.runtime.context import Context", "imports `remit.runtime.context`"),
        ("from remit.workers.finance.invoice_review import playbook", "imports `remit.workers.finance.invoice_review`"),
        ("from . import other", "imports `a neighbour`"),
        ("import httpx", "imports `httpx`"),
        ("import os", "imports `os`"),
        ("import random", "imports `random`"),
        ("def f():\n    import time", "imports `time`"),
        ("from datetime import datetime\nx = datetime.now()", "asks the time with `now`"),
        ("from datetime import date\ny = date.today", "asks the time with `today`"),
        ("open('x')", "uses `open`"),
        ("print(1)", "uses `print`"),
    ],
)
def test_a_playbook_that_reaches_out_is_found(line: str, fault: str) -> None:
    """The house below the playbook, a neighbour, the network, files, dice and clocks are each found out."""
    text = f"from decimal import Decimal\nfrom remit.playbook import Done\n{line}\n"

    assert list(playbook_faults(text)) == [fault]


def test_an_unfinished_worker_is_found(tmp_path: Path) -> None:
    """A folder without a charter, with a helper file and too few cases is told each of them."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "one.yaml").write_text("given: {}\nsays: Too late.\n")
    (tmp_path / "playbook.py").write_text("import socket\n")
    (tmp_path / "helpers.py").write_text("")

    assert list(worker_faults(tmp_path)) == [
        "has no charter.yaml",
        "has helpers.py",
        "has 1 cases",
        "one does not begin with what it proves",
        "imports `socket`",
    ]


def test_a_connector_that_leans_on_another_is_found(tmp_path: Path) -> None:
    """A missing page and an import of a neighbour are told; an import of its own folder is not."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "connector.py").write_text(
        "from remit.connections.connectors.mine.answer import read\n"
        "from remit.connections.connectors.minefield.connector import Other\n"
    )

    assert list(connector_faults(tmp_path / "mine")) == [
        "has no README.md",
        "connector.py imports `remit.connections.connectors.minefield.connector`",
    ]
