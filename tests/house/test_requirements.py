import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.repository import DOCS, ROOT, functions, python

PAGE = (DOCS / "requirements.md").read_text(encoding="utf-8")
ROWS: list[tuple[str, str, str]] = re.findall(r"^\| (R\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
HIGHEST = 409


@cache
def known_tests(path: Path) -> frozenset[str]:
    """Find the tests of a file."""
    return frozenset(function.name for function in functions(ast.parse(path.read_text())))


def is_there(test: str) -> bool:
    """Tell whether a test that is named by its file and function exists."""
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and name in known_tests(ROOT / file)


def test_numbers_are_unique_in_order_and_exist() -> None:
    """Each requirement stands once, in the order of its number, and there are no others than those there are."""
    numbers = [int(number[1:]) for number, _, _ in ROWS]

    assert len(numbers) > 100
    assert numbers == sorted(set(numbers))
    assert 1 <= numbers[0] <= numbers[-1] <= HIGHEST
    assert all(re.fullmatch(r"R\d{3}", number) for number, _, _ in ROWS)
    assert PAGE.count("\n| R") == len(ROWS)


@pytest.mark.parametrize(("number", "claim", "evidence"), ROWS, ids=[number for number, _, _ in ROWS])
def test_every_claim_is_shown_by_a_test(number: str, claim: str, evidence: str) -> None:
    """Whatever is said to work names at least one test, and every test and page it names is there."""
    named = re.findall(r"`(tests/[^`]+)`", evidence)
    rest = re.sub(r"`tests/[^`]+`|\[[^]]+]\([\w./-]+\)|[, ]", "", evidence)

    assert named, f"{number} names no test"
    assert [test for test in named if not is_there(test)] == []
    assert rest == ""
    assert claim[0].isupper()
    assert not claim.endswith(".")


def test_a_test_that_is_gone_is_noticed() -> None:
    """Neither a missing file nor a missing function counts as a test."""
    here = "tests/house/test_requirements.py"

    assert is_there(f"{here}::test_a_test_that_is_gone_is_noticed")
    assert not is_there(f"{here}::test_nothing_of_the_kind")
    assert not is_there(here)
    assert not is_there("tests/house/test_of_old.py::test_is_there")


def test_no_test_is_claimed_that_is_not_run() -> None:
    """Every file that is named lies where the tests are collected from."""
    collected = {str(path.relative_to(ROOT)) for path in python(ROOT / "tests") if path.name.startswith("test_")}
    named = {file for _, _, evidence in ROWS for file in re.findall(r"`(tests/[\w/]+\.py)", evidence)}

    assert named - collected == set()
