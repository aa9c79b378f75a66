"""A share with what it rests on: how many of how many, and between which bounds it lies; few say little."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

ENOUGH: Final = 30
"""below so many a share is too uncertain to be shown as a figure"""

_Z: Final = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to show it as a figure."""
        return self.whole >= ENOUGH

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which shares the true one lies, at 95 %, by Wilson's interval; all is possible without any."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.value
        middle, width = p + _Z * _Z / (2 * n), _Z * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)
