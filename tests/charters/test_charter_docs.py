"""docs/charters.md says everything a charter can say."""

from pathlib import Path
from typing import Any, cast

from remit.charters.charter_file import parse_charter
from remit.charters.lifecycle import Status
from remit.charters.schema import charter_schema

PAGE = (Path(__file__).parents[2] / "docs" / "charters.md").read_text(encoding="utf-8")


def _words(node: Any) -> set[str]:
    """List every field and every value of a closed list in the schema."""
    if isinstance(node, list):
        return {word for each in cast("list[Any]", node) for word in _words(each)}
    if not isinstance(node, dict):
        return set()
    fields = cast("dict[str, Any]", node)
    here = {*fields.get("properties", ()), *fields.get("enum", ())}
    return here | {word for each in fields.values() for word in _words(each)}


def test_every_word_of_the_form_is_explained() -> None:
    """Each field and each word of a closed list stands in the page as code."""
    words = _words(charter_schema())

    assert len(words) > 60
    assert sorted(word for word in words if f"`{word}`" not in PAGE) == []


def test_the_example_uses_every_word(example: str) -> None:
    """The one complete example is complete: every field stands in it, and it is a charter."""
    schema = charter_schema()
    forms = [schema, *schema["$defs"].values()]
    fields = {name for form in forms for name in form.get("properties", ())}

    assert parse_charter(example, file="f").name == "invoice-review"
    assert sorted(name for name in fields if f"{name}:" not in example) == []


def test_every_status_is_drawn() -> None:
    """The life of a worker names each status there is."""
    assert [status.value for status in Status if status.value not in PAGE] == []
