"""An operation: one thing a connected system can be asked, `system.verb_noun`, and what is true of it."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What asking does."""

    READ = "read"
    """nothing changes in the system"""
    WRITE = "write"
    """something changes in the system"""


class Repeat(StrEnum):
    """What happens when the same write is asked twice with the same key."""

    SAME = "same"
    """the system knows the key: the second time it answers what it answered the first time"""
    FINDABLE = "findable"
    """the system would do it again, but can be asked whether it was done with this key"""
    BLIND = "blind"
    """nobody can tell; such a write is never granted without review"""


class Risk(StrEnum):
    """What it costs when this goes wrong."""

    LOW = "low"
    """easily seen and taken back"""
    MEDIUM = "medium"
    """work for somebody"""
    HIGH = "high"
    """money, access, production, people, or the outside sees it"""


class Touch(StrEnum):
    """What a write touches, or a read shows, that the house rules look at whatever the risk."""

    PRODUCTION = "production"
    """systems that customers or colleagues depend on"""
    ACCESS = "access"
    """who gets in, and what they may do there"""
    REMEDIATION = "remediation"
    """a system is changed to end an incident or a threat"""
    RUNBOOK = "runbook"
    """it does what a documented runbook says, and nothing else"""
    PERSONAL = "personal"
    """data about a person"""
    HEALTH = "health"
    """data about somebody's health"""
    HIRING = "hiring"
    """what becomes of an applicant or an employee"""
    LEGAL = "legal"
    """the house is bound by it, or a court may read it"""
    BRAND = "brand"
    """published in the name of the house"""
    RESOLUTION = "resolution"
    """a customer's case ends with it"""
    LOG = "log"
    """writes down what was found, and changes nothing that was there"""
    ROUTE = "route"
    """moves work to whoever looks at it"""
    TICKET = "ticket"
    """opens a ticket or a task for a person"""
    CASE = "case"
    """a customer's case, and what is promised there"""
    BOOKS = "books"
    """what the house owes and is owed: vendors, orders, invoices, payments"""
    PAYROLL = "payroll"
    """what people are paid"""
    SECURITY_LOG = "security_log"
    """what watches for threats has recorded"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing a system can be asked."""

    name: str
    """`system.verb_noun`"""
    kind: Kind
    summary: str
    """what it does, as a sentence a reviewer reads"""
    risk: Risk = Risk.LOW
    repeat: Repeat = Repeat.SAME
    """for a write: what a second asking does"""
    reversed_by: str = ""
    """the operation that takes it back, empty when nothing does"""
    sinks: tuple[str, ...] = ()
    """arguments that say where something goes: recipient, account, address, destination"""
    amount: str = ""
    """the argument that is an amount of money, in minor units, empty when none is"""
    record: str = ""
    """for a write: the argument that names what is changed; empty when each write counts as a thing of its own"""
    required: tuple[str, ...] = ()
    """arguments without which it cannot be asked"""
    outsiders: bool = False
    """for a read: the answer holds content written by outsiders"""
    touches: frozenset[Touch] = frozenset()
    """what the house rules look at: what a write touches, what the answer of a read shows"""
    reads_back: bool = False
    """for a write: afterwards the system is asked what it holds, and must agree"""

    @property
    def system(self) -> str:
        """The system asked."""
        return self.name.partition(".")[0]

    @property
    def is_reversible(self) -> bool:
        """Whether some operation takes it back."""
        return bool(self.reversed_by)
