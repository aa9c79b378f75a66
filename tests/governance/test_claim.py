from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputInvalid
from remit.governance.claim import as_kept
from remit.store.database import Database
from tests.houses import kept_by

NUMBERS = [0, -1, 2**63 - 1, 2**64 - 1, 0.1, -0.0, 1e16, 1e17 + 16, 1.5e300, 5e-324, 123456789012345.67, 1e15]


@pytest.mark.parametrize(
    "value",
    [
        *NUMBERS,
        {"bb": 1, "a": 2, "ccc": 3, "é": 4, "z": 5},
        [{"y": [1, {"xx": 1, "w": None}]}],
        {"nan": float("nan"), "at": datetime(2030, 1, 1, tzinfo=UTC), "on": date(2030, 1, 1), "id": UUID(int=1)},
        ("a", ("b",)),
        "\\u0000 written out",
    ],
)
async def test_what_is_kept_is_what_the_database_gives_back(database: Database, value: object) -> None:
    """A value is given to a playbook the first time just as the database gives it back: order, numbers and all."""
    kept = as_kept(value)

    back = await kept_by(database, kept)

    assert repr(back) == repr(kept)


@pytest.mark.parametrize(
    "value",
    ["\x00", {"a\x00": 1}, [["\x00"]], {1: 2}, {3}, Decimal(1), b"bytes", 2**64, "\ud800", {"\ud800": 1}, object()],
)
def test_what_cannot_be_kept_is_refused_in_words(value: object) -> None:
    """What is no JSON or holds a NUL character is refused before it reaches the database."""
    with pytest.raises(InputInvalid, match="cannot be kept"):
        as_kept(value)


def test_what_is_nested_without_end_is_refused() -> None:
    """A value nested deeper than any reader goes is refused and breaks nothing."""
    value: Any = []
    for _ in range(10_000):
        value = [value]

    with pytest.raises(InputInvalid):
        as_kept(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_keeping_twice_is_keeping_once(value: object) -> None:
    """What was kept once is not changed by being kept again."""
    try:
        once = as_kept(value)
    except InputInvalid:
        return

    assert repr(as_kept(once)) == repr(once)
