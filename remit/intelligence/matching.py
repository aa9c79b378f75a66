"""Finds the candidate that is the same thing as an item, field by field, as a careful clerk compares two papers.

Case, punctuation, blanks and accents do not count, and a letter O beside digits is a nought; the digits themselves
must be the same, in the same order. Words may differ a little, numbers not at all.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

SAME = 1000
LOWEST_MATCH = 500
"""Under half of the fields alike is no match."""
_CLEAR_LEAD = 200
"""A runner-up this far behind does not make the best doubtful."""
_ALIKE = 0.8
"""Names less alike than this are different names."""
_LONGEST = 500
_FIGURE = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_LEGAL_FORMS = frozenset(
    (
        *("ab", "ag", "aps", "as", "asa", "bv", "co", "corp", "corporation", "gmbh", "inc", "kg", "limited"),
        *("llc", "llp", "ltd", "nv", "oy", "plc", "sa", "sarl", "sas", "se", "spa", "srl", "ug"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The best candidate."""

    index: int
    score: int
    """how alike, 0..1000"""
    runner_up: int
    """how alike the second best is"""
    fields: dict[str, int]
    """how alike each field is"""

    @property
    def confidence(self) -> int:
        """How sure: as sure as it is alike, down to half of that when another candidate is as good."""
        lead = min(self.score - self.runner_up, _CLEAR_LEAD)
        return self.score * (_CLEAR_LEAD + lead) // (2 * _CLEAR_LEAD)


def find_best(item: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], on: Sequence[str]) -> Match | None:
    """Give the candidate most like the item, None when there are no candidates."""
    compared = [{name: compare(item.get(name), candidate.get(name)) for name in on} for candidate in candidates]
    scores = [sum(fields.values()) // len(on) for fields in compared]
    if not scores:
        return None
    index = scores.index(max(scores))
    others = scores[:index] + scores[index + 1 :]
    return Match(index=index, score=scores[index], runner_up=max(others, default=0), fields=compared[index])


def compare(left: Any, right: Any) -> int:
    """Tell how alike two values of one field are, 0..1000. A value that is missing is like nothing."""
    if _is_missing(left) or _is_missing(right):
        return 0
    figures = _as_figures(left, right)
    if figures:
        return SAME if figures[0] == figures[1] else 0
    left, right = _fold(str(left)), _fold(str(right))
    if any(letter.isdigit() for letter in left + right):
        return SAME if _as_code(left) == _as_code(right) else 0
    return _compare_words(left, right)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _as_figures(left: Any, right: Any) -> tuple[Decimal, Decimal] | None:
    """Read both as numbers when one is a number, or both are written with a point; codes are no numbers."""
    texts = [format(one, "f") if isinstance(one, Decimal) else str(one).strip()[:_LONGEST] for one in (left, right)]
    is_number = any(isinstance(one, int | float | Decimal) and not isinstance(one, bool) for one in (left, right))
    if not is_number and not all(_FIGURE.fullmatch(text) for text in texts):
        return None
    if not all(re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text) for text in texts):
        return None
    return Decimal(texts[0]), Decimal(texts[1])


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _as_code(text: str) -> str:
    """Write an identifier in its one form: letters and digits only, an O that touches a digit as a nought."""
    code = re.sub(r"[\W_]", "", text)
    return re.sub(r"(?<=[0-9])o+|o+(?=[0-9])", lambda found: "0" * len(found[0]), code)


def _compare_words(left: str, right: str) -> int:
    left_words, right_words = _words_of(left), _words_of(right)
    if left_words == right_words:
        return SAME
    alike = SequenceMatcher(None, " ".join(left_words), " ".join(right_words), autojunk=False).ratio()
    return int(alike * SAME) if alike >= _ALIKE else 0


def _words_of(text: str) -> list[str]:
    words = re.findall(r"\w+", text.replace("_", " ").replace(".", ""))
    return sorted(word for word in words if word not in _LEGAL_FORMS) or sorted(words)
