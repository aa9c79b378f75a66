"""Fixtures: the whole charter that the documentation shows, as text."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def example() -> str:
    """The example in docs/charters.md, which uses every word there is."""
    page = (ROOT / "docs" / "charters.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found.group(1)
