import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.repository import REMIT, ROOT, Function, functions, name_of, python

LINES_OF_A_FILE = 300
LINES_OF_A_FILE_ALONE = {"remit/ledger/verify_export.py": 330}  # what it needs has to stand in it
LINES_OF_A_FUNCTION = 40  # of its body; what it is told and says of itself does not count
PARAMETERS = 6

MANY_FILTERS = "each is a filter of a list, named by whoever asks"
MANY_PARAMETERS = {
    "remit/cli/ledger.py export_": MANY_FILTERS,
    "remit/cli/ledger.py search": MANY_FILTERS,
    "remit/cli/reviews.py list_open": MANY_FILTERS,
    "remit/web/ledger_filters.py _search": MANY_FILTERS,
    "remit/web/pages/activity.py show_feed": MANY_FILTERS,
    "remit/web/pages/escalation_map.py show": MANY_FILTERS,
    "remit/web/reviews.py reviews": MANY_FILTERS,
    "remit/web/runs.py list_runs": MANY_FILTERS,
    "remit/web/pages/changes.py begin": MANY_FILTERS,
    "remit/web/pages/incidents.py show_all": MANY_FILTERS,
    "remit/web/pages/overview.py show": MANY_FILTERS,
    "remit/web/pages/registry.py show_all": MANY_FILTERS,
    "remit/web/pages/changes.py draft": "each is a field of a form",
    "remit/governance/record.py _settled": "one statement takes them all",
    "remit/runtime/context.py act": "a playbook says by name what a reviewer is shown",
}
"""Functions that take more, each with its reason."""


def faults(path: Path, text: str) -> Iterator[str]:
    """Say what in a file is too long, or says too little."""
    tree = ast.parse(text)
    if text.count("\n") > LINES_OF_A_FILE_ALONE.get(name_of(path), LINES_OF_A_FILE):
        yield f"{name_of(path)} has {text.count(chr(10))} lines"
    if not ast.get_docstring(tree):
        yield f"{name_of(path)} does not say what it holds"
    for function in functions(tree):
        where = f"{name_of(path)} {function.name}"
        if length(function) > LINES_OF_A_FUNCTION:
            yield f"{where} has {length(function)} lines"
        if parameters(function) > PARAMETERS and where not in MANY_PARAMETERS:
            yield f"{where} has {parameters(function)} parameters"


def length(function: Function) -> int:
    """Count the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def parameters(function: Function) -> int:
    """Count what a caller may give."""
    arguments = function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return len([argument for argument in every if argument.arg not in {"self", "cls"}])


@pytest.mark.parametrize("path", list(python(REMIT)), ids=name_of)
def test_every_file_keeps_its_shape(path: Path) -> None:
    """No file and no function is longer than one can hold in the head, and each file says what it holds."""
    assert list(faults(path, path.read_text())) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"""Says it."""\n' + "x = 1\n" * 300, "has 301 lines"),
        ("x = 1\n", "does not say what it holds"),
        ('"""Says it."""\ndef f():\n    """F."""\n' + "    x = 1\n" * 41, "f has 41 lines"),
        ('"""Says it."""\nclass C:\n    def f(self, a, b, c, *, d, e, f, g): ...\n', "f has 7 parameters"),
    ],
)
def test_what_grew_too_long_is_found(text: str, said: str) -> None:
    """A line, a parameter or a sentence over the mark is told, and nothing else."""
    [fault] = faults(Path("grown.py"), text)

    assert fault == f"grown.py {said}"


def test_what_is_just_short_enough_passes() -> None:
    """The marks themselves are allowed; a docstring costs nothing."""
    told = '    """' + "tells\n" * 30 + '    """\n'
    text = '"""Says it."""\ndef f(a, b, c, d, e, g):\n' + told + "    x = 1\n" * 40

    assert list(faults(Path("short.py"), text)) == []


def test_every_exception_is_still_one() -> None:
    """A function that was made simpler is taken off the list."""
    found = {
        f"{name_of(path)} {function.name}"
        for path in python(REMIT)
        for function in functions(ast.parse(path.read_text()))
        if parameters(function) > PARAMETERS
    }

    assert found == MANY_PARAMETERS.keys()


def test_every_package_is_empty_but_for_a_sentence() -> None:
    """Nothing happens when a folder is imported."""
    packages = [path for path in python(REMIT) if path.name == "__init__.py"]

    assert packages
    assert [name_of(path) for path in packages if not is_sentence(path.read_text())] == []


def is_sentence(text: str) -> bool:
    """Tell whether a file is a docstring and nothing else."""
    tree = ast.parse(text)
    return len(tree.body) == 1 and ast.get_docstring(tree) is not None


def test_every_test_has_a_sentence() -> None:
    """Whoever meets a test that fails reads first what should hold: sentences that end."""
    told = {
        f"{name_of(path)} {function.name}": ast.get_docstring(function) or ""
        for path in python(ROOT / "tests")
        for function in functions(ast.parse(path.read_text()))
        if function.name.startswith("test_")
    }

    assert told
    assert [name for name, said in told.items() if not said or said[0].islower()] == []
    assert [name for name, said in told.items() if not said.endswith((".", "!", "?", ".`"))] == []
