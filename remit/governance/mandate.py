"""A mandate: what a worker may do now. A run keeps its playbook; what it may do is always the current charter's."""

from dataclasses import dataclass

from remit.charters.charter import Charter
from remit.governance.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A worker's current charter with the rules made from it."""

    charter: Charter
    digest: str
    """the version of the charter: approvals are bound to it"""
    policy: Policy

    @property
    def scopes(self) -> list[str]:
        """The halts that stop this worker."""
        return ["everything", f"domain:{self.charter.domain.value}", f"worker:{self.charter.name}"]
