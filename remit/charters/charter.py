"""A charter: who a worker is, what it may do, and who answers for it.

Amounts are integers in minor units (cents), confidence is 0..1000, so that a rule never compares floats.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from remit.charters.limits import Budget, Limits


class Domain(StrEnum):
    """The six parts of a company that employ workers."""

    REVENUE = "revenue"
    """sales, marketing, growth, pipeline"""
    CUSTOMER_EXPERIENCE = "customer_experience"
    """support, success, onboarding, retention"""
    IT_OPERATIONS = "it_operations"
    """infrastructure, incidents, helpdesk, access"""
    FINANCE = "finance"
    """invoices, payables, receivables, procurement, expenses"""
    SECURITY = "security"
    """alerts, identities, evidence"""
    HUMAN_RESOURCES = "human_resources"
    """recruiting, onboarding, administration"""


class Stage(StrEnum):
    """How far a worker is trusted with one action type."""

    ASSISTIVE = "assistive"
    """a person approves every write"""
    SUPERVISED = "supervised"
    """low-risk writes run alone"""
    CONDITIONAL = "conditional"
    """writes within its conditions run alone"""
    HIGH_TRUST = "high_trust"
    """runs alone; people audit"""


class Looped(StrEnum):
    """What people who do not decide about an action are told of."""

    REVIEWED = "reviewed"
    """a person is asked first"""
    PERFORMED = "performed"
    """it took effect"""
    FAILED = "failed"
    """a system said no"""
    FORBIDDEN = "forbidden"
    """a rule said no"""
    DOUBTED = "doubted"
    """nobody can tell whether it took effect"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Informed:
    """Who hears of an action type, and of what."""

    on: Looped
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who answers for an action type: three people by id, each vacant when empty; and who is looped in."""

    accountable: str
    system_owner: str
    risk_owner: str
    consulted: tuple[str, ...] = ()
    """told when a review of it opens, so that they can say something before it is answered"""
    informed: tuple[Informed, ...] = ()
    """told afterwards"""
    domain: Domain | None = None
    """where the action belongs when that is not the worker's domain: people of both may hold the seats"""

    def domains(self, worker: Domain) -> tuple[Domain, ...]:
        """Where those are who answer for the action of a worker of a domain: there, and where the action belongs."""
        return tuple(sorted({worker, self.domain or worker}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison on the data of a signal, as in `usage.drop_percent over 40`."""

    field: str
    """the path into the data, with dots"""
    equals: Any = None
    is_in: tuple[Any, ...] = ()
    over: float | None = None
    under: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What makes a worker begin. Exactly one of `event`, `cron` and `since` is given.

    An event with a condition that compares a number is a threshold trigger. An elapsed-time trigger begins when
    no further `since` event about the same thing came for `days`.
    """

    name: str
    event: str = ""
    """the type of the signal"""
    where: tuple[Condition, ...] = ()
    """all must hold"""
    cron: str = ""
    """five fields, in UTC"""
    since: str = ""
    """the type of the event that starts the clock anew"""
    by: str = ""
    """the field of the event's data that says what it is about"""
    days: float = 0
    """how long nothing happened"""
    own: tuple[str, ...] = ()
    """the fields of the data that the organisation's own records fill, and no outsider"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A connected system and how far into it the worker may look."""

    system: str
    reads: tuple[str, ...]
    """the reading operations allowed, by full name"""
    scope: str = ""
    """which data, in words"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A writing operation the worker may use, and its limits."""

    operation: str
    stage: Stage = Stage.ASSISTIVE
    """the stage the worker begins at for this action type"""
    limit: int | None = None
    """the most money one action may move, in minor units; more is forbidden"""
    currency: str = ""
    """the currency of the limit"""
    per_day: int | None = None
    """how many a day; more is forbidden"""
    money_per_day: int | None = None
    """the most money it may move in a day, in minor units of `day_currency`; more is forbidden"""
    day_currency: str = ""
    recipients: tuple[str, ...] = ()
    """the only mail domains and hosts it may send to, `*.` for all below one; none given means anywhere"""
    seats: Seats | None = None
    """who answers for this action type, when not the charter's seats"""
    because: str = ""
    """the business reason for this permission"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition:
    """An operation the worker must never use, whatever else is granted. `system.*` names a whole system."""

    operation: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule:
    """When a person is asked first, and who. All conditions given must hold; none given means always."""

    name: str
    operations: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    domains: tuple[Domain, ...] = ()
    amount_over: int | None = None
    """in minor units of `currency`; an amount in another currency counts as over"""
    currency: str = ""
    confidence_under: int | None = None
    """0..1000"""
    roles: tuple[str, ...]
    """each of these roles must approve"""
    approvals: int = 1
    """by how many different people altogether, at least one for each role"""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPath:
    """How work crosses into another domain: the seven fields, the draft rule, and who hears when it fails."""

    name: str
    condition: str
    """the triggering condition, in words"""
    receiving_domain: Domain
    owner: str
    """the responsible owner on the receiving side, a person's id"""
    context: tuple[str, ...]
    """the names of what must be handed over"""
    permitted_action: str
    """what the receiver may do, in words"""
    human_review: str
    """what a person must see first, in words"""
    completion: str
    """what done means, in words"""
    draft_only: bool = True
    """whether a message stays a draft until approved"""
    acknowledge_within: int = 3600
    """seconds until the receiver must have begun"""
    failure_owner: str
    """who is told when it is not taken up or not completed, a person's id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How the company knows a worker; each is empty when it was given none."""

    user: str = ""
    """its account in the directory"""
    mail: str = ""
    phone: str = ""
    seat: str = ""
    """the licence it holds in the channels people talk in"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """Everything the house knows of a worker before it begins."""

    name: str
    """the worker's id, as in `invoice-review`"""
    title: str
    domain: Domain
    purpose: str
    process: str
    """the business process it works in"""
    business_owner: str
    technical_owner: str
    seats: Seats
    triggers: tuple[Trigger, ...]
    systems: tuple[Access, ...]
    grants: tuple[Grant, ...]
    prohibitions: tuple[Prohibition, ...] = ()
    reviews: tuple[ReviewRule, ...] = ()
    escalation_contacts: tuple[str, ...]
    """who is asked when the worker cannot go on, in this order: people by id"""
    escalation_paths: tuple[EscalationPath, ...] = ()
    budget: Budget = field(default_factory=Budget)
    workflow_budget: Budget = field(default_factory=Budget)
    """what all workers of the process may use together"""
    limits: Limits = field(default_factory=Limits)
    identity: Identity = field(default_factory=Identity)
    retention_days: int = 3650
    review_within: int = 86400
    """seconds until an unanswered review expires into reject"""

    def grant(self, operation: str) -> Grant | None:
        """The grant for an operation, if there is one."""
        return next((grant for grant in self.grants if grant.operation == operation), None)

    def seats_for(self, operation: str) -> Seats:
        """Who answers for an action type."""
        grant = self.grant(operation)
        return (grant and grant.seats) or self.seats

    @property
    def scopes(self) -> tuple[str, ...]:
        """The halts that stop the worker whatever it does."""
        return scopes_of(self.name, self.domain, self.process)

    @property
    def process_slug(self) -> str:
        """The business process as a halt names it, in `workflow:<slug>`."""
        return slug_of(self.process)

    @property
    def owners(self) -> tuple[str, str]:
        """The people told when the worker is stopped."""
        return self.business_owner, self.technical_owner

    @property
    def reads(self) -> frozenset[str]:
        """Every reading operation the worker may use."""
        return frozenset(read for access in self.systems for read in access.reads)


def scopes_of(worker: str, domain: Domain, process: str) -> tuple[str, ...]:
    """Name the halts that stop a worker whatever it does, from the widest on."""
    return ("everything", f"domain:{domain.value}", f"workflow:{slug_of(process)}", f"worker:{worker}")


def slug_of(words: str) -> str:
    """Write words as a name: small letters and digits, joined by dashes."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:100]
