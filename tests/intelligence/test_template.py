"""Filling templates."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from remit.errors import JudgementFailed
from remit.intelligence.template import fill


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("", {}, ""),
        ("Dear {who},", {"who": "Ann"}, "Dear Ann,"),
        ("{ who }", {"who": "Ann"}, "Ann"),
        ("{order.number}", {"order": {"number": 88}}, "88"),
        ("{a} {b} {c} {d}", {"a": Decimal("1E+2"), "b": date(2026, 3, 2), "c": True, "d": 0}, "100 2026-03-02 yes 0"),
        ("{names}", {"names": ["Ann", "Bo"]}, "Ann, Bo"),
        ("{{who}} {who}", {"who": "Ann"}, "{who} Ann"),
        ("{who}", {"who": "{secret} {{x}} %s ${y}", "secret": "no"}, "{secret} {{x}} %s ${y}"),
    ],
)
def test_values_stand_where_their_names_were(template: str, values: dict[str, Any], text: str) -> None:
    """Each name is replaced by its value once; braces in a value stay what they are."""
    assert fill(template, values) == text


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        ("{who} {when} {who}", {}, "the text needs `when`, `who`"),
        ("{who}", {"who": None}, "needs `who`"),
        ("{who}", {"who": ""}, "needs `who`"),
        ("{names}", {"names": []}, "needs `names`"),
        ("{order.number}", {"order": {}}, "needs `order.number`"),
        ("{order.number}", {"order": "88"}, "needs `order.number`"),
        ("{who.__class__}", {"who": "Ann"}, "needs `who.__class__`"),
        ("{who!r}", {"who": "Ann"}, "is not a name"),
        ("{who:>1000000000}", {"who": "Ann"}, "is not a name"),
        ("{who[0]}", {"who": "Ann"}, "is not a name"),
        ("{}", {}, "is not a name"),
        ("{0}", {"0": "x"}, "is not a name"),
        ("a { b", {}, "a lone `{` at character 2"),
        ("a } b", {}, "a lone `}`"),
        ("{order}", {"order": {"number": 1}}, "`order` is not a plain value"),
        ("{thing}", {"thing": object()}, "`thing` is not a plain value"),
        ("{names}", {"names": ["Ann", None]}, "`names` is not a plain value"),
    ],
)
def test_what_is_missing_or_not_plain_is_named(template: str, values: dict[str, Any], said: str) -> None:
    """Nothing is invented and nothing is looked into: what cannot be written is named."""
    with pytest.raises(JudgementFailed) as refusal:
        fill(template, values)

    assert said in str(refusal.value)
