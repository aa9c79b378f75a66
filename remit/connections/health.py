"""How a connection is doing: when it last answered, when it last failed, and how fresh what it gave is."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What one process has seen of one connected system since it started."""

    last_success: datetime | None = None
    """when it last answered; a refusal is an answer"""
    last_failure: datetime | None = None
    """when it last gave no answer, or asked to come back later"""
    consecutive_failures: int = 0
    """how often in a row"""
    reason: str = ""
    """the last failure, as a sentence"""
    fresh_at: datetime | None = None
    """when data was last read from it: whatever the house knows of the system is at least as old"""

    wrote_at: datetime | None = None
    """when it last took a write, or was found to have taken one"""

    @property
    def is_well(self) -> bool:
        """Whether the last thing it did was to answer; so is a system nobody has asked yet."""
        return self.consecutive_failures == 0

    def answered(self, now: datetime, *, is_read: bool, is_write: bool = False) -> "Health":
        """Give the health after an answer: to a read, to a write that took effect, or neither, as a refusal."""
        fresh_at, wrote_at = now if is_read else self.fresh_at, now if is_write else self.wrote_at
        return replace(self, last_success=now, consecutive_failures=0, fresh_at=fresh_at, wrote_at=wrote_at)

    def failed(self, now: datetime, reason: str) -> "Health":
        """Give the health after a failure."""
        return replace(self, last_failure=now, consecutive_failures=self.consecutive_failures + 1, reason=reason)
