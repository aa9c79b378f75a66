"""Judgement: classify, extract, match, score and draft behind one protocol; who answered is on every answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One answer, how sure it is, and who gave it."""

    value: Any
    """JSON: a label, the fields extracted, the best match or None, a score 0..1000, a text"""
    confidence: int
    """0..1000"""
    by: str
    """which implementation answered, as in `local/rules` or `openai:gpt-5`"""
    version: str
    """its version: what must be the same for the same answer"""
    cost: int = 0
    """in millionths of the house currency"""
    tokens: int = 0
    """read and written by a language model"""
    because: str = ""
    """why, in one sentence"""


class Judge(Protocol):
    """What a playbook can ask."""

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Choose one of the labels, each given with example texts."""
        ...

    async def extract(self, kind: str, document: bytes) -> Judgement:
        """Read a document of a kind, as in `invoice`.

        Raises:
            DocumentInvalid: It cannot be read as that kind.
        """
        ...

    async def match(
        self, item: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], on: Sequence[str]
    ) -> Judgement:
        """Find the candidate that is the same thing as the item, comparing the fields named."""
        ...

    async def score(self, features: Mapping[str, float], weights: Mapping[str, float]) -> Judgement:
        """Weigh features, each 0..1, into a score 0..1000."""
        ...

    async def draft(self, template: str, values: Mapping[str, Any]) -> Judgement:
        """Write a text from a template and values.

        Raises:
            JudgementFailed: A value the template needs is missing.
        """
        ...
