"""Comparing two values of one field."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.intelligence.matching import compare, find_best


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("INV-O017", "inv 0017"),
        ("INV\u20132026\u201417", "INV-2026-17"),
        ("PO/88.1", "PO 88 1"),
        ("Nordlicht Kontor GmbH", "NORDLICHT KONTOR, GMBH."),
        ("Nordlicht Kontor GmbH", "Kontor Nordlicht"),
        ("Müller & Söhne", "Muller Sohne"),
        ("142.80", Decimal("142.8")),
        (142.8, Decimal("142.80")),
        ("142.80", "142.8"),
        (5, "5"),
        ("STRASSE", "straße"),
    ],
)
def test_the_same_in_another_dress_is_the_same(left: Any, right: Any) -> None:
    """Case, punctuation, dashes, accents, legal forms and a letter O among digits do not make a difference."""
    assert compare(left, right) == compare(right, left) == 1000


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("INV-0017", "INV-0071"),
        ("INV-0017", "INV-017"),
        ("INV-0017", "INV-0017A"),
        ("0042", "42"),
        ("142.80", "142.81"),
        (142.8, "142,80 EUR"),
        ("Nordlicht Kontor", "Suedlicht Handel"),
        ("OO", "00"),
        (None, "x"),
        ("", ""),
        (None, None),
    ],
)
def test_other_digits_are_another_thing(left: Any, right: Any) -> None:
    """One digit more, less or elsewhere, another name, or a missing value is not the same."""
    assert compare(left, right) == compare(right, left) == 0


def test_a_name_with_a_slip_is_nearly_the_same() -> None:
    """A slip of the pen in a name keeps most of its likeness."""
    assert 800 <= compare("Nordlicht Kontor", "Nordlicht Kontro") < 1000


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_has_no_direction_and_stays_in_bounds(left: str, right: str) -> None:
    """Any two texts are between 0 and 1000 alike, and a text is wholly like itself unless it is blank."""
    assert 0 <= compare(left, right) <= 1000
    assert compare(left, left) == (1000 if left.strip() else 0)


def test_a_missing_field_counts_against() -> None:
    """A field the candidate lacks is not agreement."""
    best = find_best({"number": "17", "name": "Ann"}, [{"number": "17"}], ["number", "name"])

    assert best is not None
    assert (best.score, best.fields) == (500, {"number": 1000, "name": 0})
