"""An entry: one thing that happened, written in the transaction in which it happened.

Entries are appended without an index; the sequencer gives index and hash later, so that a writer never waits for
the head of the tree.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit import clock
from remit.canonical import canonical
from remit.store.database import Transaction


class EntryKind(StrEnum):
    """What can have happened, `noun.past_participle`."""

    SIGNAL_RECEIVED = "signal.received"
    """a signal came in and opened these runs"""
    RUN_SETTLED = "run.settled"
    """a run ended, with its outcome and the steps recorded since the last entry"""
    ACTION_DECIDED = "action.decided"
    """an action was decided: permitted and begun, sent to review, or forbidden"""
    ACTION_PERFORMED = "action.performed"
    """an action took effect, with what the system answered"""
    ACTION_FAILED = "action.failed"
    """a system said no to an action; nothing happened"""
    ACTION_DOUBTED = "action.doubted"
    """nobody can tell whether an action took effect; a person is asked"""
    REVIEW_ANSWERED = "review.answered"
    """a person answered a review"""
    REVIEW_EXPIRED = "review.expired"
    """nobody answered in time: rejected"""
    HALT_SET = "halt.set"
    """somebody stopped a worker, a domain or everything"""
    HALT_LIFTED = "halt.lifted"
    """somebody let it go on"""
    HANDOFF_OPENED = "handoff.opened"
    """work was handed to another domain"""
    HANDOFF_ACKNOWLEDGED = "handoff.acknowledged"
    """the receiving side began"""
    HANDOFF_COMPLETED = "handoff.completed"
    """the receiving side reached the completion state"""
    HANDOFF_FAILED = "handoff.failed"
    """it was not taken up or not completed; the failure owner was told"""
    CHARTER_REGISTERED = "charter.registered"
    """a version of a worker came into the registry"""
    PERSON_SAVED = "person.saved"
    """a person came, changed, or left"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    kind: EntryKind
    body: dict[str, Any]
    """JSON"""
    worker: str = ""
    run: UUID | None = None
    about: str = ""
    """what it is about, `kind:id`, as in `invoice:4711`"""
    trace_id: str = ""
    at: datetime = field(default_factory=clock.now)
    id: UUID = field(default_factory=clock.new_id)

    def as_bytes(self) -> bytes:
        """The bytes whose hash is the leaf: canonical JSON of everything in the entry."""
        return canonical(
            {
                "id": str(self.id),
                "at": self.at.isoformat(),
                "kind": self.kind.value,
                "worker": self.worker,
                "run": str(self.run) if self.run else None,
                "about": self.about,
                "trace_id": self.trace_id,
                "body": self.body,
            }
        )


async def append(transaction: Transaction, *entries: Entry) -> None:
    """Append entries in the caller's transaction, in order; they are in the ledger exactly if it commits."""
    await transaction.execute(
        "append_entries",
        [entry.id for entry in entries],
        [entry.at for entry in entries],
        [entry.kind.value for entry in entries],
        [entry.worker for entry in entries],
        [entry.run for entry in entries],
        [entry.about for entry in entries],
        [entry.trace_id for entry in entries],
        [entry.as_bytes() for entry in entries],
    )
