"""The files of the repository, as the tests of the house read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
REMIT = ROOT / "remit"
DOCS = ROOT / "docs"

_HIDDEN_BUT_OURS = {".ci", ".gitignore"}


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Find every file that belongs to the repository, but none that a tool left there."""
    for path in sorted(folder.iterdir()):
        if path.name == "__pycache__" or (path.name.startswith(".") and path.name not in _HIDDEN_BUT_OURS):
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def python(folder: Path) -> Iterator[Path]:
    """Find every file of Python below a folder."""
    return (path for path in files(folder) if path.suffix == ".py")


def pages() -> list[Path]:
    """Find every page people read."""
    return [path for path in files() if path.suffix == ".md"]


def name_of(path: Path) -> str:
    """Say a path as people do: from the top of the repository, when it lies there."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Find every function, also those within others."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))
