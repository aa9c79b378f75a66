import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.repository import DOCS, REMIT, name_of, python

NO_NAME_OF_A_FILE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "misc",
    "service",
    "manager",
    "models",
    "types",
}

INSTEAD = {
    "webhook": "signal",
    "deny": "forbid",
    "denied": "forbid",
    "allow": "permit",
    "permission": "grant, decision",
    "confirm": "approve",
    "accept": "approve",
    "decline": "reject",
    "disable": "halt",
    "kill": "halt",
    "unhalt": "lift",
    "exactly_once": "takes effect once",
    "event_log": "ledger",
    "audit_log": "ledger",
    "tool_call": "action",
    "human_in_the_loop": "review",
}
"""Words that have another one in the glossary, and which."""

_OF_PEOPLE = "what a role lets a person do is a permission, `resource:action`; what a worker may do is a grant"

KEPT = {
    "_tool_calls": "the run record has a field of that name in the words of its readers",
    "Permission": _OF_PEOPLE,
    "PERMISSIONS": _OF_PEOPLE,
    "permission": _OF_PEOPLE,
    "WebhookChannel": "the field's name of a way out; what comes in that way is a signal",
    "_Webhook": "the field's name of a way out; what comes in that way is a signal",
    "audit_log": "the registry has a field of that name in the words of its readers",
    "action_permissions": "the registry has a field of that name in the words of its readers",
}
"""Names with such a word, each with its reason."""


def names_in(tree: ast.AST) -> Iterator[str]:
    """Find every name that code gives to something."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case _:
                pass


def faults(text: str) -> Iterator[str]:
    """Say which names use a word that has another one here."""
    for name in sorted(set(names_in(ast.parse(text))) - KEPT.keys()):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().strip("_")
        for word, better in INSTEAD.items():
            if re.search(rf"(^|_){word}s?(_|$)", words):
                yield f"`{name}`: say {better}"


@pytest.mark.parametrize("path", list(python(REMIT)), ids=name_of)
def test_one_word_is_used_for_one_thing(path: Path) -> None:
    """No name in the code uses a word for which the glossary has another."""
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def receive_webhook(): ...", "`receive_webhook`: say signal"),
        ("class KillSwitch: ...", "`KillSwitch`: say halt"),
        ("def f(permissions): ...", "`permissions`: say grant, decision"),
        ("x.denied = 1", "`denied`: say forbid"),
        ("exactly_once = True", "`exactly_once`: say takes effect once"),
        ("async def confirm_review(): ...", "`confirm_review`: say approve"),
    ],
)
def test_a_second_word_for_one_thing_is_found(text: str, fault: str) -> None:
    """Functions, classes, arguments, attributes and variables are all read, in any case and number."""
    assert list(faults(text)) == [fault]


def test_a_word_within_another_is_left_alone() -> None:
    """What only looks like a word of the list is none."""
    assert list(faults("skills = confirmation_of = allowed = acceptable = 1")) == []


def test_every_kept_name_is_still_there() -> None:
    """A name that is gone is taken off the list of exceptions."""
    used = {name for path in python(REMIT) for name in names_in(ast.parse(path.read_text()))}

    assert KEPT.keys() - used == set()


def test_no_file_has_a_name_that_says_nothing() -> None:
    """There is no module in which everything ends up."""
    assert [name_of(path) for path in python(REMIT) if path.stem in NO_NAME_OF_A_FILE] == []


def test_the_glossary_is_in_order() -> None:
    """Each word stands once, in the order of the alphabet, with a meaning."""
    lines = (DOCS / "glossary.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]

    words = [word for word, _ in rows]

    assert [word for word, meaning in rows if not meaning] == []
    assert words == sorted(set(words), key=str.lower)


def test_the_glossary_has_the_nouns_of_the_house() -> None:
    """Each file that defines a value of the house's own is named by a word of the glossary."""
    glossary = (DOCS / "glossary.md").read_text()
    nouns = ("charter", "action", "decision", "entry", "signal", "run", "operation", "judge", "trigger", "mandate")
    nouns += (
        "claim",
        "role",
        "case",
        "checkpoint",
        "vault",
        "gateway",
        "roster",
        "sequencer",
        "deed",
        "memory",
        "rule",
    )

    there = {path.stem for path in python(REMIT)}

    assert [noun for noun in nouns if noun not in there] == []
    assert [noun for noun in nouns if not re.search(rf"^\| ([^|]*, )?{noun}[ ,|]", glossary, re.MULTILINE)] == []
