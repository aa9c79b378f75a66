"""What changed between two periods: each figure with what it was, and whether there are enough cases to compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from remit.governance.shares import ENOUGH, Share
from remit.runtime.measures import MOST, Measured, Span

_SHARES: Final = ("failing", "failed", "taken_back", "forbidden", "handed_over", "alone")
"""The shares of runs and writes, as `Measured` names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure in two periods."""

    now: float
    before: float | None
    """None where nothing was measured before"""
    is_enough: bool
    """whether both periods hold enough cases to say how much it changed"""
    share: Share | None = None
    """what it was before, of a share"""

    @property
    def by(self) -> float:
        """How much more it is now; less is below zero."""
        return self.now - (self.before or 0)

    @property
    def relative(self) -> float | None:
        """The change as a share of what it was; None where there is too little, or nothing, to compare with."""
        return self.by / self.before if self.is_enough and self.before else None


def before(span: Span) -> Span:
    """Give the period of the same length right before."""
    return Span(since=span.since - (span.until - span.since), until=span.since, worker=span.worker, domain=span.domain)


def compare(now: Measured, then: Measured) -> Mapping[str, Change]:
    """Compare what was measured of two periods, figure by figure.

    A figure is left out where one of the periods holds more than is looked at: the newest part of a period says
    nothing about the whole.
    """
    found: dict[str, Change] = {}
    if not now.cut_at and not then.cut_at:
        found["runs"] = _counted(now.runs, then.runs)
        found["performed"] = _counted(now.actions["performed"], then.actions["performed"])
        found["typical"] = _lasted(now.typical, then.typical, now.done, then.done)
        found |= {name: _shared(getattr(now, name), getattr(then, name)) for name in _SHARES}
    if max(now.reviews["decided"], then.reviews["decided"]) < MOST:
        found["overridden"] = _shared(now.overridden, then.overridden)
        many = (now.reviews["decided"], then.reviews["decided"])
        found["waited"] = _lasted(now.reviews["waited"], then.reviews["waited"], *many)
    return found


def compare_costs(now: Measured, then: Measured) -> Mapping[str, Change]:
    """Compare what a run costs, by how runs ended; of outcomes that both periods had."""
    earlier = {row["outcome"]: row for row in then.costs}
    return {row["outcome"]: _costed(row, earlier[row["outcome"]]) for row in now.costs if row["outcome"] in earlier}


def compare_latencies(now: Measured, then: Measured) -> Mapping[tuple[str, str], Change]:
    """Compare how fast handoffs were taken up, by sender and path; of paths that both periods had."""
    earlier = {(row["from_worker"], row["path"]): row for row in then.handoffs}
    return {
        key: _lasted(row["latency"], earlier[key]["latency"], row["acknowledged"], earlier[key]["acknowledged"])
        for row in now.handoffs
        if (key := (row["from_worker"], row["path"])) in earlier
    }


def _counted(now: int, then: int) -> Change:
    return Change(now=now, before=then, is_enough=min(now, then) >= ENOUGH)


def _shared(now: Share, then: Share) -> Change:
    return Change(now=now.value, before=then.value, is_enough=now.is_enough and then.is_enough, share=then)


def _lasted(now: float | None, then: float | None, many: int, were: int) -> Change:
    return Change(now=now or 0.0, before=then, is_enough=min(many, were) >= ENOUGH)


def _costed(now: Mapping[str, Any], then: Mapping[str, Any]) -> Change:
    each = [row["cost"] / row["runs"] for row in (now, then)]
    return Change(now=each[0], before=each[1], is_enough=min(now["runs"], then["runs"]) >= ENOUGH)
