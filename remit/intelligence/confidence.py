"""How sure: confidences put together, and raw scores turned into what they were worth so far.

Confidence is 0..1000: a thousand judgements of confidence 900 should be right 900 times.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Self

SURE = 1000


class Together(StrEnum):
    """How several judgements hang together."""

    SAME_FACTS = "same_facts"
    """they rest on the same facts: together no surer than the weakest, the upper Frechet bound for a conjunction"""
    INDEPENDENT = "independent"
    """they err independently and all must be right: the product of their probabilities"""
    UNKNOWN = "unknown"
    """nobody knows: the lower Frechet bound, what is left when they never err together"""


def combine(confidences: Sequence[int], together: Together = Together.SAME_FACTS) -> int:
    """Give how sure it is that all of these judgements are right. None at all are surely right."""
    if not confidences:
        return SURE
    match together:
        case Together.SAME_FACTS:
            return min(confidences)
        case Together.INDEPENDENT:
            return prod(confidences) // SURE ** (len(confidences) - 1)
        case Together.UNKNOWN:
            return max(0, sum(confidences) - SURE * (len(confidences) - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What raw scores were worth: from each threshold on, the share that was right, never falling."""

    thresholds: tuple[int, ...]
    """raw scores 0..1000, rising"""
    shares: tuple[int, ...]
    """0..1000, one for each threshold"""

    @classmethod
    def learn(cls, outcomes: Iterable[tuple[int, bool]]) -> Self:
        """Learn from raw scores and whether each judgement turned out right.

        Neighbours are pooled until the shares rise (isotonic regression). Each share is (right + 1) / (all + 2),
        Laplace's rule of succession, so that few outcomes never make anybody sure.
        """
        counts: dict[int, list[bool]] = {}
        for score, was_right in outcomes:
            counts.setdefault(score, []).append(was_right)
        single = [_Block(score, sum(seen), len(seen)) for score, seen in sorted(counts.items())]
        # Rates are pooled as they were seen; only then is each made cautious, which may let two of them meet again.
        blocks = _pool(_pool(single, lambda block: block.right / block.count), lambda block: block.share)
        return cls(thresholds=tuple(b.first for b in blocks), shares=tuple(b.share for b in blocks))

    def apply(self, score: int) -> int:
        """Turn a raw score into a confidence. A score lower than any seen is not worth more than itself."""
        position = bisect_right(self.thresholds, score) - 1
        if position < 0:
            return min([score, *self.shares[:1]])
        return self.shares[position]


@dataclass(frozen=True, slots=True)
class _Block:
    first: int
    right: int
    count: int

    @property
    def share(self) -> int:
        return SURE * (self.right + 1) // (self.count + 2)


def _pool(blocks: Iterable[_Block], rate: Callable[[_Block], float]) -> list[_Block]:
    """Join neighbours until the rates rise."""
    pooled: list[_Block] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and rate(pooled[-2]) >= rate(pooled[-1]):
            last, before = pooled.pop(), pooled.pop()
            pooled.append(_Block(before.first, before.right + last.right, before.count + last.count))
    return pooled
