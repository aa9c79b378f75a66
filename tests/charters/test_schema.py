"""The JSON Schema of a charter: true to the form, and to the charters there are."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from remit.charters.charter_form import CharterForm
from remit.charters.charter_text import read_text
from remit.charters.schema import SCHEMA_FILE, charter_schema, schema_text

ROOT = Path(__file__).parents[2]
CHARTERS = sorted([*ROOT.glob("remit/workers/**/charter.yaml"), *ROOT.glob("tests/sample_workers/**/charter.yaml")])


def _faults(text: str) -> list[str]:
    validator = Draft202012Validator(charter_schema())
    found: list[Any] = list(validator.iter_errors(read_text(text, file="f").tree))  # pyright: ignore[reportUnknownMemberType]  # jsonschema takes any JSON
    return [str(each.message) for each in found]


def _fields(schema: Any) -> list[dict[str, Any]]:
    """List every object in the schema that has fields."""
    if isinstance(schema, list):
        return [found for each in cast("list[Any]", schema) for found in _fields(each)]
    if not isinstance(schema, dict):
        return []
    inner = [found for each in cast("dict[str, Any]", schema).values() for found in _fields(each)]
    return [*inner, cast("dict[str, Any]", schema)] if "properties" in schema else inner


def test_the_file_is_what_the_form_says() -> None:
    """The schema in the file is the one made from the form now; `python -m remit.charters.schema` writes it."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    Draft202012Validator.check_schema(json.loads(schema_text()))


def test_every_field_is_described_and_no_other_is_allowed() -> None:
    """An editor has something to say about each word, and underlines any other."""
    objects = _fields(charter_schema())

    assert len(objects) == 14
    for each in objects:
        assert each["additionalProperties"] is False
        assert all(field.get("description") for field in each["properties"].values()), each["properties"]


@pytest.mark.parametrize("file", CHARTERS, ids=lambda file: file.parent.name)
def test_the_charters_there_are_follow_it(file: Path) -> None:
    """Each charter in the repository is what an editor with the schema calls right."""
    assert _faults(file.read_text(encoding="utf-8")) == []


def test_the_example_of_the_documentation_follows_it(example: str) -> None:
    """The example is right by the schema, and still the same by an ordinary YAML reader."""
    assert _faults(example) == []
    assert read_text(example, file="f").tree == YAML(typ="safe", pure=True).load(example)  # pyright: ignore[reportUnknownMemberType]  # ruamel leaves its streams untyped


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title:", "titel:"),
        ("over: 0", "ovr: 0"),
        ("stage: supervised", "stage: superviced"),
        ("per_day: 200", "per_day: many"),
        ("limit: 2500.00 EUR", "limit: 2500"),
        ("limit: 2500.00 EUR", "limit: 2_500_.00 EUR"),
        ("confidence_under: 700", "confidence_under: 70"),
        ("confidence_under: 700", "confidence_under: 101%"),
        ("review_within: 24h", "review_within: 24"),
        ("[lena.fischer, maria.rossi]", "[]"),
        ("draft_only: true", "draft_only: yes"),
        ("erp.pay_invoice", "pay_invoice"),
    ],
)
def test_a_mistake_is_underlined(example: str, before: str, after: str) -> None:
    """What the form refuses by itself, the schema refuses too."""
    assert before in example

    assert _faults(example.replace(before, after, 1))


def test_the_words_are_those_of_the_form() -> None:
    """The schema and the form name the same fields at the top."""
    assert set(charter_schema()["properties"]) == set(CharterForm.model_fields)
