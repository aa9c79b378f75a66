import re
from collections import Counter
from pathlib import Path

from remit.store.database import QUERIES

REMIT = Path(__file__).parents[2] / "remit"
CALLED = re.compile(r"""(?:\.(?:fetch|fetch_row|fetch_value|execute|execute_many)\(\s*|QUERIES\[)["'](\w+)["']""")


def sources() -> dict[Path, str]:
    """Read every file of Python in the house."""
    return {path: path.read_text() for path in REMIT.rglob("*.py")}


def called() -> set[str]:
    """Find every statement that some code calls by its name."""
    return {name for text in sources().values() for name in CALLED.findall(text)}


def test_every_statement_called_exists() -> None:
    """No code calls a statement that has no file: it would fail only when it is reached."""
    assert called() - QUERIES.keys() == set()


def test_every_statement_is_called() -> None:
    """No file holds a statement that nobody calls."""
    text = "\n".join(sources().values())

    unused = {name for name in QUERIES if not re.search(rf"""["']{name}["']""", text)}

    assert unused == set()


def test_every_statement_says_what_it_is_for() -> None:
    """The first line of each file is a comment with its purpose, and no file is in two rooms."""
    files = list((REMIT / "store" / "queries").rglob("*.sql"))

    assert [file.stem for file in files if not re.match(r"-- [A-Z]", file.read_text())] == []
    assert [name for name, times in Counter(file.stem for file in files).items() if times > 1] == []


def test_no_sql_stands_in_python() -> None:
    """Statements stand in files, where they can be read together."""
    sql = re.compile(r'"""?\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) [^"]*(FROM|SET|VALUES|AS)\b')

    assert [path.name for path, text in sources().items() if sql.search(text)] == []
