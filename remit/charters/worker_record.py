"""A worker as the registry shows it: every field a person asks for, drawn from its current charter and its history."""

from dataclasses import dataclass
from datetime import datetime

from remit.charters.charter import (
    Access,
    Charter,
    Domain,
    EscalationPath,
    Grant,
    Identity,
    Prohibition,
    ReviewRule,
    Seats,
    Trigger,
    scopes_of,
)
from remit.charters.in_words import describe_boundaries
from remit.charters.lifecycle import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyHistory:
    """What came of the reviews of a worker's actions: one review counts once, however many answered it."""

    approved: int = 0
    """as proposed"""
    edited: int = 0
    """after a reviewer changed something"""
    rejected: int = 0
    """by a person; a review that expired says nothing of the worker"""
    last_answered_at: datetime | None = None

    @property
    def reviewed(self) -> int:
        """How many were answered."""
        return self.approved + self.edited + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord:
    """One worker."""

    name: str
    title: str
    domain: Domain
    purpose: str
    process: str
    """the business process it supports"""
    business_owner: str
    technical_owner: str
    identity: Identity
    """how the company knows it"""
    seats: Seats
    """who answers for its actions"""
    triggers: tuple[Trigger, ...]
    connected_systems: tuple[str, ...]
    """every system it reads or writes, by name"""
    data_access: tuple[Access, ...]
    """what it may read, with the scope in words"""
    action_permissions: tuple[Grant, ...]
    action_boundaries: tuple[str, ...]
    """the limits of its grants and of a day, in words"""
    prohibitions: tuple[Prohibition, ...]
    review_checkpoints: tuple[ReviewRule, ...]
    escalation_paths: tuple[EscalationPath, ...]
    oversight_contacts: tuple[str, ...]
    """whom it asks when it cannot go on, in this order"""
    status: Status
    accuracy: AccuracyHistory
    modified_at: datetime
    version: str
    """the digest of its current charter and playbook"""
    audit_log: str
    """the command that lists everything the ledger holds of it"""
    fault: str = ""
    """why its charter cannot be read; then what the charter says is empty, and the worker is not on duty"""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The halts that stop it whatever it does."""
        return scopes_of(self.name, self.domain, self.process)


def record_of(
    charter: Charter, *, status: Status, accuracy: AccuracyHistory, modified_at: datetime, version: str, fault: str = ""
) -> WorkerRecord:
    """Draw a record from a charter and what the registry knows besides."""
    written = {grant.operation.partition(".")[0] for grant in charter.grants}
    return WorkerRecord(
        name=charter.name,
        title=charter.title,
        domain=charter.domain,
        purpose=charter.purpose,
        process=charter.process,
        business_owner=charter.business_owner,
        technical_owner=charter.technical_owner,
        identity=charter.identity,
        seats=charter.seats,
        triggers=charter.triggers,
        connected_systems=tuple(sorted(written | {access.system for access in charter.systems})),
        data_access=charter.systems,
        action_permissions=charter.grants,
        action_boundaries=() if fault else describe_boundaries(charter),
        prohibitions=charter.prohibitions,
        review_checkpoints=charter.reviews,
        escalation_paths=charter.escalation_paths,
        oversight_contacts=charter.escalation_contacts,
        status=status,
        accuracy=accuracy,
        modified_at=modified_at,
        version=version,
        audit_log=f"remit ledger search --worker {charter.name}",
        fault=fault,
    )


def unreadable(name: str, domain: Domain) -> Charter:
    """Make up for a charter that cannot be read: it says nothing, and grants nothing."""
    return Charter(
        name=name,
        title=name,
        domain=domain,
        purpose="",
        process="",
        business_owner="",
        technical_owner="",
        seats=Seats(accountable="", system_owner="", risk_owner=""),
        triggers=(),
        systems=(),
        grants=(),
        escalation_contacts=(),
    )
