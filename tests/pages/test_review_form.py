from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputInvalid
from remit.web.pages.review_form import PREFIX, fields_of, read_fields

ARGUMENTS: dict[str, Any] = {
    "to": ["ann@example.com", "bo@example.com"],
    "amount": 123456,
    "currency": "EUR",
    "urgent": True,
    "score": 0.5,
    "count": 7,
    "text": "Hello\nthere",
    "more": {"a": [1, None]},
    "empty": "",
}


def typed(**fields: str) -> dict[str, str]:
    """Give a form as it was typed."""
    return {PREFIX + name: text for name, text in fields.items()}


def test_what_is_not_touched_stays_exactly_the_same() -> None:
    """A form sent back as it was shown changes nothing, whatever a browser does to its line ends."""
    shown = {field.name: field.typed.replace("\n", "\r\n") for field in fields_of(ARGUMENTS, "amount", {})}

    assert read_fields(ARGUMENTS, "amount", typed(**shown)) == ARGUMENTS


def test_a_letter_comes_after_whom_it_goes_to() -> None:
    """What takes much room stands last, the rest in its order: whom a message goes to is not looked for below it."""
    fields = fields_of({"to": "a@b.example", "text": "Dear Ann,\n…", "draft": "DR-1", "subject": "Hello"}, "", {})

    assert [field.name for field in fields] == ["to", "draft", "subject", "text"]


def test_each_kind_is_read_back_as_what_it_was() -> None:
    """Money is typed in its currency, lists by line, the rest as it is written."""
    edits = typed(amount="99.5", to="eve@example.com\r\n\r\n", urgent="no", count="8", more='{"a": []}')

    read = read_fields(ARGUMENTS, "amount", edits)

    changed: dict[str, Any] = {"amount": 9950, "to": ["eve@example.com"], "urgent": False, "count": 8}
    changed |= {"more": {"a": []}}
    assert read == ARGUMENTS | changed


@pytest.mark.parametrize(
    ("field", "text"),
    [("amount", "12,50"), ("amount", "1.234"), ("amount", "x"), ("count", "7.5"), ("urgent", "maybe"), ("more", "{")],
)
def test_what_cannot_be_read_is_told_by_name(field: str, text: str) -> None:
    """No value is guessed: the sentence names the field and what it takes."""
    with pytest.raises(InputInvalid, match=f"`{field}` cannot be"):
        read_fields(ARGUMENTS, "amount", typed(**{field: text}))


def test_a_field_that_is_no_argument_adds_none() -> None:
    """Nobody can slip an argument in that the worker did not propose."""
    assert read_fields(ARGUMENTS, "amount", typed(extra="1")) == ARGUMENTS


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    """What is kept and removed is the text as it was, what is kept and added the text as it is."""
    [field] = fields_of({"a": before}, "", typed(a=after))
    old = "".join(text for tag, text in field.pieces if tag != "added")
    new = "".join(text for tag, text in field.pieces if tag != "removed")

    assert (old, new) == (before, after.replace("\r\n", "\n")) or field.pieces == []
