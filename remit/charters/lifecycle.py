"""The life of a worker in the registry.

proposed ──▶ approved ──▶ staged ──▶ live ⇄ paused
                            ▲        │ ⇅
                            └─────── modified    a new version is current and not live yet
any of them ──▶ retired     final
"""

from enum import StrEnum
from typing import Final

from remit.errors import Conflict


class Status(StrEnum):
    """Where a worker stands."""

    PROPOSED = "proposed"
    """somebody asks for it"""
    APPROVED = "approved"
    """it may be built"""
    STAGED = "staged"
    """it works on copies, nothing takes effect"""
    LIVE = "live"
    """signals begin it"""
    PAUSED = "paused"
    """signals do not begin it; its runs go on"""
    MODIFIED = "modified"
    """a new version waits to go live"""
    RETIRED = "retired"
    """its last day is over"""


TRANSITIONS: Final = {
    Status.PROPOSED: (Status.APPROVED, Status.RETIRED),
    Status.APPROVED: (Status.STAGED, Status.RETIRED),
    Status.STAGED: (Status.LIVE, Status.RETIRED),
    Status.LIVE: (Status.PAUSED, Status.MODIFIED, Status.RETIRED),
    Status.PAUSED: (Status.LIVE, Status.RETIRED),
    Status.MODIFIED: (Status.STAGED, Status.LIVE, Status.RETIRED),
    Status.RETIRED: (),
}
"""What may follow what."""


def check_transition(worker: str, before: Status, after: Status) -> None:
    """Check that a worker may go from one status to another.

    Raises:
        Conflict: It may not; the message names what may follow.
    """
    allowed = TRANSITIONS[before]
    if after in allowed:
        return
    words = " or ".join(f"`{status}`" for status in allowed)
    advice = f"From there it becomes {words}" if allowed else "That is final. Register a successor under another name"
    raise Conflict(f"`{worker}` is `{before}` and cannot become `{after}`. {advice}")
