"""A mandate: what a worker may do now. A run keeps its playbook; what it may do is always the current charter's."""

from dataclasses import dataclass

from remit.charters.charter import Charter
from remit.governance.policy import Policy


class MandateOutdated(Exception):  # not an error: it rolls the transaction back so that it is decided anew
    """Rules or charter have changed since the mandate was made; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """By what a mandate has to be made, as it was read to be in force."""

    rulebook: int
    """the number of the rulebook"""
    version: str | None
    """the current version of the worker; None when it has none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A worker's current charter with the rules made from it."""

    charter: Charter
    digest: str
    """the version of the charter: approvals are bound to it"""
    policy: Policy
    version: str
    """the version of the worker it was made from"""
    rulebook: int
    """the number of the rulebook it was made from"""

    def scopes_of(self, operation: str) -> list[str]:
        """List the halts that stop this worker's action: its own, and that of the system it would ask."""
        return [*self.charter.scopes, f"connection:{operation.partition('.')[0]}"]
