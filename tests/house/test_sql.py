import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.repository import REMIT, name_of

QUERIES = REMIT / "store" / "queries"
MIGRATIONS = REMIT / "store" / "migrations"


def faults(text: str) -> Iterator[str]:
    """Say in what a file of SQL is not one statement with its purpose."""
    if not re.match(r"-- [A-Z].*[a-z.)`\]]\n", text):
        yield "does not begin with its purpose"
    plain = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text)
    statements = [part for part in plain.split(";") if part.strip()]
    if len(statements) != 1:
        yield f"holds {len(statements)} statements"
    if not statements or not re.match(r"\s*[A-Z]+\b", statements[0]):
        yield "does not begin with a verb in capitals"


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.sql")), ids=name_of)
def test_a_file_is_one_statement_with_its_purpose(path: Path) -> None:
    """The first line says what the statement is for, and there is just one."""
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.sql")), ids=name_of)
def test_a_file_is_called_by_a_verb_and_a_noun(path: Path) -> None:
    """Names are words joined by underscores, in the folder of the room that asks."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", path.stem)
    assert path.parent.parent == QUERIES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1\n", "does not begin with its purpose"),
        ("-- Do two things.\nDELETE FROM a; DELETE FROM b;\n", "holds 2 statements"),
        ("-- Say nothing.\n", "holds 0 statements"),
        ("-- Do it quietly.\nselect 1\n", "does not begin with a verb in capitals"),
    ],
)
def test_another_file_is_found(text: str, said: str) -> None:
    """No purpose, two statements, none, or a verb nobody sees are each told."""
    assert said in list(faults(text))


def test_a_semicolon_in_a_text_ends_nothing() -> None:
    """What stands in a comment or a string is no end of a statement."""
    assert list(faults("-- Find what is written; whatever it is.\nSELECT ';', 'it''s; so'\n")) == []


def test_migrations_go_forward_in_one_order() -> None:
    """Each has a number of its own, and says what it makes and what it does to a running house."""
    paths = sorted(MIGRATIONS.glob("*.sql"))
    numbers = [path.name[:4] for path in paths]

    texts = {path.name: path.read_text() for path in paths}

    assert len(set(numbers)) == len(numbers)
    assert [name for name in texts if not re.fullmatch(r"\d{4}_[a-z_]+\.sql", name)] == []
    assert [
        name for name, text in texts.items() if not re.match(r"-- .+\n(-- .+\n)*-- On a running house: ", text)
    ] == []
    assert [name for name, text in texts.items() if re.search(r"^DROP (TABLE|SCHEMA)", text, re.MULTILINE)] == []
