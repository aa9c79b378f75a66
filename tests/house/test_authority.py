"""docs/operations.md is a snapshot of who may do what: a change of it is read by a person."""

import ast
import inspect
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import pytest

from remit.charters.charter import Charter, Grant
from remit.charters.charter_file import parse_charter
from remit.charters.role import Role
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.connections.operation import Kind, Operation
from remit.governance import reviews
from remit.governance.authority import PERMISSIONS, SEPARATED, Permission
from remit.money import write_money
from remit.practice.company import SYSTEMS
from tests.house.repository import DOCS, REMIT

PAGE = (DOCS / "operations.md").read_text()


def operations() -> dict[str, Operation]:
    """Everything the practice company and the drop folder can be asked."""
    practice = [deed.operation for deeds in SYSTEMS.values() for deed in deeds]
    every = [*practice, *DropFolderConnector("drop", Path()).operations.values()]
    return {operation.name: operation for operation in sorted(every, key=lambda one: one.name.partition(".")[0])}


def charters() -> list[Charter]:
    """The charters of the workers that come with the house."""
    paths = sorted((REMIT / "workers").rglob("charter.yaml"))
    return [parse_charter(path.read_text(), file=path.parent.name) for path in paths]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table as pages hold it."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)).replace("| --- ", "|---")


def what(operation: Operation) -> str:
    """Say whether an operation reads, or else how risky it is."""
    return "read" if operation.kind is Kind.READ else f"{operation.risk} risk"


def may(charter: Charter, operation: Operation) -> str:
    """Say in a few words what a worker may do with an operation."""
    system = operation.name.partition(".")[0]
    if {operation.name, f"{system}.*"} & {prohibition.operation for prohibition in charter.prohibitions}:
        return "never"
    if operation.kind is Kind.READ:
        return "reads" if operation.name in charter.reads else ""
    grant = charter.grant(operation.name)
    return ", ".join(terms(grant)) if grant else ""


def terms(grant: Grant) -> Iterable[str]:
    """Say at which stage a grant begins, and within which limits."""
    yield grant.stage.value
    if grant.limit is not None:
        yield f"up to {write_money(grant.limit, grant.currency)}"
    if grant.per_day is not None:
        yield f"{grant.per_day} a day"


def table_of_operations() -> str:
    """Which worker may use which operation."""
    workers = charters()
    rows = [
        (f"`{name}`", what(operation), *(may(worker, operation) for worker in workers))
        for name, operation in operations().items()
    ]
    return table(("operation", "", *(worker.name for worker in workers)), rows)


def meanings(words: type[StrEnum]) -> Mapping[str, str]:
    """What each word means, in the words of the code."""
    tree = ast.parse(inspect.getsource(words))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    told = [ast.literal_eval(node.value) for node in body[1:] if isinstance(node, ast.Expr)]
    return dict(zip([word.value for word in words], told, strict=True))


def table_of_roles() -> str:
    """What each role may do."""
    yes = {True: "yes", False: ""}
    rows = [
        (
            f"`{role}`",
            meaning,
            yes[role in reviews._OUTCOME_ROLES],
            ", ".join(sorted(f"`{p}`" for p in PERMISSIONS[role])),
        )
        for role, meaning in zip(Role, meanings(Role).values(), strict=True)
    ]
    return table(("role", "what for", "says whether a doubtful write happened", "may"), rows)


def table_of_permissions() -> str:
    """What each permission lets a person do, and what no role may do besides."""
    apart = {p: [other for a, b, _ in SEPARATED for p2, other in ((a, b), (b, a)) if p2 is p] for p in Permission}
    rows = [
        (f"`{permission}`", meaning, ", ".join(f"`{other}`" for other in apart[permission]))
        for permission, meaning in zip(Permission, meanings(Permission).values(), strict=True)
    ]
    return table(("permission", "what it lets a person do", "never in one role with"), rows)


@pytest.mark.parametrize(
    "wanted",
    [table_of_operations(), table_of_roles(), table_of_permissions()],
    ids=["operations", "roles", "permissions"],
)
def test_the_page_says_who_may_do_what(wanted: str) -> None:
    """The tables of the page are what charters and code say now."""
    assert wanted in PAGE, f"docs/operations.md should hold\n{wanted}"


def test_no_worker_may_do_what_nobody_offers() -> None:
    """Each operation a charter reads or grants exists: no line is missing from the table."""
    named = {
        name for charter in charters() for name in (*charter.reads, *(grant.operation for grant in charter.grants))
    }

    assert named - operations().keys() == set()


def test_no_role_may_do_two_things_that_are_kept_apart() -> None:
    """Each separated pair names two permissions that no role holds together."""
    both = [(role, a, b) for role, held in PERMISSIONS.items() for a, b, _ in SEPARATED if {a, b} <= held]

    assert both == []


def test_every_permission_is_held_and_asked() -> None:
    """A permission nobody holds, or nothing asks for, would be a promise without a guard."""
    code = "\n".join(path.read_text() for path in REMIT.rglob("*.py") if path.name != "authority.py")

    assert {p for p in Permission if not any(p in held for held in PERMISSIONS.values())} == set()
    assert {p for p in Permission if f"Permission.{p.name}" not in code} == set()
