"""An entry: one thing that happened, written in the transaction in which it happened.

Entries are appended without an index; the sequencer gives index and hash later, so that a writer never waits for
the head of the tree.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit import clock
from remit.canonical import canonical
from remit.ledger.sealing import is_personal, keys_for, seal
from remit.ledger.subjects import subjects_of
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
    REVIEW_HANDED = "review.handed"
    """somebody who could answer a review handed it on to another person or role"""
    QUESTION_ASKED = "question.asked"
    """somebody who can answer a review asked something first"""
    QUESTION_ANSWERED = "question.answered"
    """whoever was asked told"""
    ROTA_SET = "rota.set"
    """who is told of reviews first, and who next"""
    ABSENCE_NOTED = "absence.noted"
    """somebody is away until then, or back before"""
    DELEGATION_GIVEN = "delegation.given"
    """somebody lets another answer reviews under a role of theirs, until then"""
    DELEGATION_ENDED = "delegation.ended"
    """it was taken back before; what was approved under it counts no more"""
    BYPASS_ASKED = "bypass.asked"
    """somebody wants a review rule bypassed for some time"""
    BYPASS_GRANTED = "bypass.granted"
    """a second person granted it: until then nobody is asked by that rule"""
    BYPASS_ENDED = "bypass.ended"
    """its time was over, or somebody ended it before"""
    HALT_SET = "halt.set"
    """somebody stopped a worker, a workflow, a domain, a connection or everything"""
    HALT_ANSWERED = "halt.answered"
    """nothing could begin there any more: what was in flight, and which processes confirmed"""
    HALT_LIFTED = "halt.lifted"
    """somebody let it go on"""
    REVERSAL_REQUESTED = "reversal.requested"
    """somebody wants an action taken back: a second person is asked"""
    INCIDENT_OPENED = "incident.opened"
    """a halt opened an incident"""
    INCIDENT_WRITTEN = "incident.written"
    """a person wrote into the review of an incident"""
    INCIDENT_CLOSED = "incident.closed"
    """a person closed an incident whose review is whole"""
    DRILL_PERFORMED = "drill.performed"
    """a drill of the kill switch was held, with what it measured"""
    LIMIT_SPIKED = "limit.spiked"
    """a worker used far more of something than it usually does"""
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
    CHANGE_DRAFTED = "change.drafted"
    """somebody wants a rule, a charter or a stage changed"""
    CHANGE_REPLAYED = "change.replayed"
    """what would have come out differently was found, and a second person asked"""
    CHANGE_SETTLED = "change.settled"
    """a change was approved and is in force, or was rejected or withdrawn"""
    READINESS_SIGNED = "readiness.signed"
    """a person signed a line of a worker's launch checklist"""
    IDENTITY_ROTATED = "identity.rotated"
    """the tokens of a worker minted until then count no more; its runs get new ones"""
    IDENTITY_REVOKED = "identity.revoked"
    """somebody revoked a worker's identity: nothing it asks is done"""
    IDENTITY_RESTORED = "identity.restored"
    """somebody else gave it back"""
    IDENTITY_REFUSED = "identity.refused"
    """a run of a worker whose identity is revoked was refused, and waits"""
    LEDGER_EXPORTED = "ledger.exported"
    """somebody took the record, or a part of it, out of the house"""
    COMPLETENESS_MEASURED = "completeness.measured"
    """what the systems did was compared with what stands here"""
    PERSON_SAVED = "person.saved"
    """a person came, changed, or left"""
    PERSON_LINKED = "person.linked"
    """a person signed in through an identity provider for the first time"""
    SESSION_OPENED = "session.opened"
    """a person signed in"""
    SESSION_REFUSED = "session.refused"
    """somebody gave a wrong password, or the name of nobody"""
    PASSWORD_SET = "password.set"  # noqa: S105  # what happened, not a password
    """a person was given a password; their sessions ended"""
    TOKEN_MINTED = "token.minted"  # noqa: S105  # what happened, not a token
    """a personal token was made"""
    TOKEN_REVOKED = "token.revoked"  # noqa: S105  # what happened, not a token
    """a personal token counts no more"""
    SECRET_KEPT = "secret.kept"  # noqa: S105  # a kind of entry
    """a secret of a connected system went into the vault"""
    SECRET_REMOVED = "secret.removed"  # noqa: S105  # a kind of entry
    """a secret was removed from the vault"""
    PASSKEY_ADDED = "passkey.added"
    """a person added a passkey"""
    PASSKEY_REMOVED = "passkey.removed"
    """a passkey was removed"""
    PASSKEYS_DEMANDED = "passkeys.demanded"
    """whatever is of high impact has to be approved with a passkey, by everybody"""
    PASSKEYS_RELAXED = "passkeys.relaxed"
    """only by those who have one"""
    SUBJECT_ERASED = "subject.erased"
    """what was held about a person became unreadable"""
    RETENTION_ENFORCED = "retention.enforced"
    """what ended runs held was taken away, because its time was over"""
    HOLD_SET = "hold.set"
    """records are kept from being erased"""
    HOLD_LIFTED = "hold.lifted"
    """they are kept no longer than others"""


_PLAIN = {
    EntryKind.SUBJECT_ERASED,
    EntryKind.HOLD_SET,
    EntryKind.HOLD_LIFTED,
}  # they say what became of a person's record


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

    def as_bytes(self, key: bytes | None = None) -> bytes:
        """The bytes whose hash is the leaf: canonical JSON of everything in the entry, its body sealed with a key."""
        return canonical(
            {
                "id": str(self.id),
                "at": self.at.isoformat(),
                "kind": self.kind.value,
                "worker": self.worker,
                "run": str(self.run) if self.run else None,
                "about": self.about,
                "trace_id": self.trace_id,
                "body": self.body if key is None else seal(self.body, key, str(self.id)),
            }
        )


async def append(transaction: Transaction, *entries: Entry) -> None:
    """Append entries in the caller's transaction, in order; they are in the ledger exactly if it commits."""
    sealed = [entry for entry in entries if is_personal(entry.about) and entry.kind not in _PLAIN]
    keys: Mapping[str, bytes] = (
        await keys_for(transaction, (entry.about for entry in sealed), entries[0].at) if sealed else {}
    )
    key_of: dict[UUID, bytes] = {entry.id: keys[entry.about] for entry in sealed}
    await transaction.execute(
        "append_entries",
        [entry.id for entry in entries],
        [entry.at for entry in entries],
        [entry.kind.value for entry in entries],
        [entry.worker for entry in entries],
        [entry.run for entry in entries],
        [entry.about for entry in entries],
        [entry.trace_id for entry in entries],
        [entry.as_bytes(key_of.get(entry.id)) for entry in entries],
        *_concerned(entries, key_of.keys()),
    )


def _concerned(entries: Sequence[Entry], sealed: Collection[UUID]) -> tuple[list[UUID], list[str]]:
    """Pair each entry with what it concerns, as two lists."""
    pairs = [
        (entry.id, subject)
        for entry in entries
        for subject in subjects_of(entry.about, entry.body, is_sealed=entry.id in sealed)
    ]
    return [entry for entry, _ in pairs], [subject for _, subject in pairs]
