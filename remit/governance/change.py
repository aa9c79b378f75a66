"""A change: a house rule file, a worker's version or a stage that somebody wants otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit.canonical import digest_of
from remit.governance.authority import Permission
from remit.store.database import Row


class ChangeKind(StrEnum):
    """What is changed."""

    RULE = "rule"
    """a file of house rules"""
    CHARTER = "charter"
    """a worker's charter, or its playbook"""
    STAGE = "stage"
    """how far a worker is trusted with one operation"""


class ChangeState(StrEnum):
    """How far a change has come."""

    DRAFT = "draft"
    """it can be used, and nobody has seen yet what it would change"""
    REPLAYED = "replayed"
    """what would have come out differently is known; a second person is asked"""
    APPROVED = "approved"
    """it is in force, or was until another change"""
    REJECTED = "rejected"
    """somebody said no"""
    WITHDRAWN = "withdrawn"
    """its author took it back"""


OPEN = (ChangeState.DRAFT, ChangeState.REPLAYED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody wants changed."""

    kind: ChangeKind
    name: str
    """the rule file, the worker, or `worker/operation`"""
    text: str | None
    """of the rules or the charter, or the stage; None takes the rule file away"""
    playbook: str = ""
    """beside a charter; empty keeps the one there is"""
    why: str
    author: str
    """a person's id"""

    @property
    def digest(self) -> str:
        """The version of exactly this text."""
        return digest_of({"kind": self.kind, "name": self.name, "text": self.text, "playbook": self.playbook})

    @property
    def worker(self) -> str:
        """The worker concerned, empty for a rule."""
        return "" if self.kind is ChangeKind.RULE else self.name.partition("/")[0]

    @property
    def operation(self) -> str:
        """The operation whose stage it is, else empty."""
        return self.name.partition("/")[2] if self.kind is ChangeKind.STAGE else ""

    @property
    def drafted_by(self) -> Permission:
        """What its author must be permitted: whoever brings a playbook brings code."""
        if self.kind is ChangeKind.RULE:
            return Permission.RULES_MODIFY
        return Permission.WORKERS_DEPLOY if self.playbook else Permission.WORKERS_MODIFY

    @property
    def approved_by(self) -> Permission:
        """What whoever approves or rejects it must be permitted."""
        return Permission.RULES_APPROVE if self.kind is ChangeKind.RULE else Permission.WORKERS_APPROVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as the house holds it."""

    id: UUID
    proposal: Proposal
    domain: str
    """where those who approve it hold their role; empty means everywhere"""
    digest: str
    before: str
    """the digest of what it would replace, when it was drafted; empty when there was nothing"""
    state: ChangeState
    drafted_at: datetime
    base: str = ""
    """the digest of all that was in force when it was replayed"""
    replay: Mapping[str, Any] | None = None
    """what would have come out differently"""
    stamp: str = ""
    """the digest of text, base and replay: what is approved"""
    replayed_at: datetime | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    reason: str = ""


def read_change(row: Row) -> Change:
    """Read a change from its row."""
    fields: dict[str, Any] = dict(row)
    said = {name: fields.pop(name) for name in ("name", "text", "playbook", "why", "author")}
    proposal = Proposal(kind=ChangeKind(fields.pop("kind")), **said)
    fields |= {"proposal": proposal, "state": ChangeState(fields["state"])}
    return Change(**fields)
