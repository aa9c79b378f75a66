import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from ruamel.yaml import YAML

from remit import errors
from remit.charters.role import Role
from remit.cli.main import app
from remit.cli.output import EXIT_CODES
from remit.connections.action import ActionState
from remit.errors import RemitError
from remit.governance.decision import Verdict
from remit.ledger.entry import EntryKind
from remit.runtime.run import RunState
from remit.store.database import Database
from tests.house.repository import DOCS, ROOT, files, name_of, pages

LINK = re.compile(r"\[[^]]*]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """Read a page without its blocks of code."""
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Find the links of a page to other files, or to places in them."""
    for target in LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


def anchors(page: Path) -> set[str]:
    """Find the places of a page a link can lead to."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def blocks(language: str) -> list[tuple[str, str]]:
    """Find the blocks of code in one language, each with where it stands."""
    found = ((page, *block) for page in pages() for block in BLOCK.findall(page.read_text(encoding="utf-8")))
    return [(f"{name_of(page)}: {text[:40]}", text) for page, name, text in found if name == language]


# ── pages and links ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    """The file a link names is there, and so is the heading."""
    broken = [
        f"{name_of(target)}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]

    assert broken == []


def test_every_page_is_reachable() -> None:
    """Whoever begins at the index finds each page by following links."""
    reached, ahead = set[Path](), [DOCS / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += [target for target, _ in links(page) if target.suffix == ".md"]

    assert [name_of(page) for page in files(DOCS) if page.suffix == ".md" and page not in reached] == []
    assert ROOT / "README.md" in reached


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_has_one_title(page: Path) -> None:
    """A page begins with its only title."""
    text = prose(page)

    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


def test_every_decision_has_its_four_parts() -> None:
    """Decisions are numbered without a gap, and each says why, what, what follows, and what checks it."""
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    parts = ["Context", "Decision", "Consequences", "Check"]

    numbers = [int(page.name[:4]) for page in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    for page in (*decisions, DOCS / "decisions" / "template.md"):
        assert re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE) == parts
    assert [page for page in decisions if not page.read_text().startswith(f"# {int(page.name[:4])}. ")] == []


def test_no_file_names_a_place_of_one_machine() -> None:
    """Whatever stands in the repository means the same wherever it is checked out."""
    place = re.compile(rb"(?<![\w.:/$}~-])/(?:home|root|work|Users|tmp)/[\w.]")

    assert [name_of(path) for path in files() if place.search(path.read_bytes())] == []


def test_nothing_is_left_to_be_done() -> None:
    """No file has a note to somebody who will come later."""
    note = re.compile(rb"\b(?:TO" + rb"DO|FIX" + rb"ME|HA" + rb"CK)\b")

    assert [name_of(path) for path in files() if note.search(path.read_bytes())] == []


def test_nobody_is_promised_too_much() -> None:
    """What takes effect once is called so: nothing over a network is done exactly that often."""
    phrase = re.compile(r"exactly[ -]once", re.IGNORECASE)

    assert [name_of(page) for page in pages() if phrase.search(prose(page))] == []


# ── what the code has and the pages say ────────────────────────────────────────────────────────────────────────────


def every_error() -> list[type[RemitError]]:
    """List every error a person can meet."""
    return [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, RemitError)]


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_every_error_has_its_line(error: type[RemitError]) -> None:
    """The line of an error has its status, its exit code, when it comes and what to do."""
    code = next((code for kind, code in EXIT_CODES.items() if issubclass(error, kind)), 1)
    line = rf"^\| `{error('').code}` \| {error.status} \| {code} \| [^|]+ \| [^|]+ \|$"

    assert re.search(line, (DOCS / "errors.md").read_text(), re.MULTILINE)


def test_no_line_is_left_of_an_error_that_is_gone() -> None:
    """The page has as many lines as there are errors."""
    told = re.findall(r"^\| `([a-z-]+)` \| \d", (DOCS / "errors.md").read_text(), re.MULTILINE)

    assert set(told) == {error("").code for error in every_error()}


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    """`errors.py` opens with every error, each below the one it is a kind of."""
    drawn = re.findall(r"^(.*?)(\w+)(?: {2,}.*)?$", errors.__doc__ or "", re.MULTILINE)
    names = [(len(indent), name) for indent, name in drawn if re.search(r"──|RemitError", indent + name)]
    above: dict[int, str] = {}
    parents: dict[str, str] = {}
    for depth, name in names:
        above = {known: other for known, other in above.items() if known < depth} | {depth: name}
        parents[name] = next((above[known] for known in sorted(above, reverse=True) if known < depth), "Exception")

    assert parents == {error.__name__: error.__base__.__name__ for error in every_error() if error.__base__}


@pytest.mark.parametrize(
    ("words", "page"),
    [
        (EntryKind, "entries.md"),
        (Verdict, "rules.md"),
        (Role, "operations.md"),
        (ActionState, "entries.md"),
        (RunState, "entries.md"),
    ],
    ids=str,
)
def test_every_word_of_a_closed_list_is_explained(words: type[StrEnum], page: str) -> None:
    """Kinds of entries, verdicts, roles, states of runs and of actions each stand in their page as a word."""
    text = (DOCS / page).read_text()

    assert [word.value for word in words if not re.search(rf"[`*]{word}[`*]", text)] == []


def test_no_kind_of_entry_is_left_that_is_gone() -> None:
    """Every kind the page explains exists."""
    told = re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", (DOCS / "entries.md").read_text(), re.MULTILINE)

    assert sorted(told) == sorted(kind.value for kind in EntryKind)


# ── what the pages say and the code has ────────────────────────────────────────────────────────────────────────────


def commands(group: Any, *before: str) -> Iterator[tuple[str, Any]]:
    """Find every command with its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)
        else:
            yield " ".join((*before, name)), command


COMMANDS: Mapping[str, Any] = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("page", [*pages(), ROOT / "Makefile"], ids=name_of)
def test_every_command_on_a_page_exists(page: Path) -> None:
    """What a page tells people to type is a command, with options it has."""
    typed = re.findall(r"(?:`|^\$ |bin/)remit ((?!-)[^`\n|]*)", page.read_text(), re.MULTILINE)

    assert [line for line in typed if not is_command(line)] == []


def is_command(line: str) -> bool:
    """Tell whether some command begins so, and has all the options."""
    name = max((name for name in COMMANDS if f"{line} ".startswith(f"{name} ")), key=len, default="")
    return bool(name) and set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= options_of(COMMANDS[name])


def options_of(command: Any) -> set[str]:
    """List the options of a command, as people type them."""
    given: list[list[str]] = [[*each.opts, *each.secondary_opts] for each in command.params]
    return {"--help", *(option for options in given for option in options)}


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("runs --state exception", True),
        ("review approve NUMBER --digest D", True),
        ("ledger search --worker x", True),
        ("review", False),
        ("reviews", False),
        ("runs --status done", False),
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str, is_one: bool) -> None:  # noqa: FBT001  # a parameter
    """A group alone, a mistyped command and an unknown option are no commands."""
    assert is_command(line) is is_one


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_setting_on_a_page_exists(page: Path) -> None:
    """A variable a page names can be set."""
    known = re.findall(r"`(REMIT_[A-Z_]+)`", (DOCS / "settings.md").read_text())

    assert set(re.findall(r"\bREMIT_[A-Z]+(?:_[A-Z]+)*\b", page.read_text())) - set(known) == set()


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_file_on_a_page_exists(page: Path) -> None:
    """A test, a file of the code or a page that is named in code style is there."""
    named = re.findall(r"`((?:tests|remit|docs|bench|requirements)/[\w./-]+\.\w+)`", page.read_text())

    assert [name for name in named if not (ROOT / name).exists()] == []


# ── blocks of code ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [text for _, text in blocks("python")], ids=[where for where, _ in blocks("python")])
async def test_every_snippet_runs(
    text: str, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Python on a page does what it says, given an open database where it speaks of one."""
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {"database": database}

    code = compile(text, "snippet", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(code, known)  # noqa: S307  # pages of our own
    if inspect.isawaitable(waiting):
        await waiting

    assert len(known) > len({"database", "__builtins__"})


@pytest.mark.parametrize("text", [text for _, text in blocks("json")], ids=[where for where, _ in blocks("json")])
def test_every_json_can_be_read(text: str) -> None:
    """JSON on a page is JSON."""
    assert orjson.loads(text)


@pytest.mark.parametrize("text", [text for _, text in blocks("yaml")], ids=[where for where, _ in blocks("yaml")])
def test_every_yaml_can_be_read(text: str) -> None:
    """YAML on a page is YAML, and each word in it stands once."""
    assert YAML(typ="safe").load(StringIO(text))  # pyright: ignore[reportUnknownMemberType]  # it has no types
