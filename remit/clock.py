"""Time and identifiers come from here, so that a test can set both."""

import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def new_id() -> uuid.UUID:
    """Make a UUID of version 7: ordered by time, so that indexes grow at one end (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


@dataclass(slots=True)
class Clock:
    """The time as one house sees it: the real one, or that plus what a practice company added."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Tell the time of this clock, in UTC."""
        return now() + self.ahead

    def advance(self, **by: float) -> None:
        """Move the clock forward, in the words of `timedelta`."""
        self.ahead += timedelta(**by)


def monotonic() -> float:
    """Tell the seconds of a clock that never jumps: for deadlines within one process."""
    return time.monotonic()
