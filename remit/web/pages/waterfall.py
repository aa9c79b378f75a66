"""Spans of time as bars of a drawing: numbers for SVG, which the template writes and the style sheet colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from remit.runtime.story import Span

WIDTH: Final = 900
_LABELS: Final = 230
_BARS: Final = WIDTH - _LABELS - 110  # what is left stands for the duration of the longest
_ROW: Final = 24
_THINNEST: Final = 3.0
_TONES: Final = {"review": "warn", "wait": "warn", "handoff": "link", "read": "idle", "judge": "idle"}
_MOST: Final = 80  # bars that can be taken in
_LONGEST_NAME: Final = 34  # characters that fit beside the bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One span as it is drawn."""

    span: Span
    name: str
    x: float
    y: int
    width: float
    tone: str
    lasted: timedelta
    text_x: float
    """where its duration stands"""

    @property
    def middle(self) -> int:
        """The line its texts stand on."""
        return self.y + 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """A drawing."""

    bars: Sequence[Bar]
    height: int
    begin: datetime
    end: datetime
    left_out: int
    """how many spans were too many to be drawn"""

    @property
    def lasted(self) -> timedelta:
        """How long the whole took."""
        return self.end - self.begin


def draw(spans: Sequence[Span]) -> Waterfall | None:
    """Lay spans out below each other on one scale of time; None where nothing lasted."""
    if not spans:
        return None
    begin, end = min(span.begin for span in spans), max(span.end for span in spans)
    whole = (end - begin).total_seconds()
    if whole <= 0:
        return None
    bars = [_bar(span, number, begin, whole) for number, span in enumerate(spans[:_MOST])]
    left_out = len(spans) - len(bars)
    return Waterfall(bars=bars, height=len(bars) * _ROW + 4, begin=begin, end=end, left_out=left_out)


def _bar(span: Span, number: int, begin: datetime, whole: float) -> Bar:
    x = _LABELS + _BARS * max(0.0, (span.begin - begin).total_seconds()) / whole
    width = max(_THINNEST, _BARS * max(0.0, (span.end - span.begin).total_seconds()) / whole)
    x = min(x, _LABELS + _BARS - width)
    return Bar(
        span=span,
        name=span.name if len(span.name) <= _LONGEST_NAME else f"{span.name[: _LONGEST_NAME - 1]}…",
        x=round(x, 1),
        y=number * _ROW + 2,
        width=round(width, 1),
        tone=_TONES.get(span.kind, "mark"),
        lasted=span.end - span.begin,
        text_x=round(x + width + 6, 1),
    )
