"""What each role may do. Everything a person does is asked here, at the place where it takes effect.

A role is held everywhere, or in one domain only, as `reviewer@finance` says. What a worker may do stands in its
charter; this is about people.
"""

import ast
import inspect
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

from remit.charters.role import Role


class Permission(StrEnum):
    """What a person may do, `resource:action`."""

    WORKERS_CREATE = "workers:create"
    """propose a new worker"""
    WORKERS_MODIFY = "workers:modify"
    """propose a change of a charter or a stage"""
    WORKERS_DEPLOY = "workers:deploy"
    """put an approved version to work, pause it, retire it"""
    WORKERS_APPROVE = "workers:approve"
    """approve what somebody else proposed for a worker"""
    RULES_MODIFY = "rules:modify"
    """propose a change of a house rule"""
    RULES_APPROVE = "rules:approve"
    """approve a house rule somebody else proposed"""
    REVIEWS_ANSWER = "reviews:answer"
    """approve or reject an action, under a role the review asks"""
    REVIEWS_BYPASS = "reviews:bypass"
    """ask for a time-boxed bypass of a review rule, or grant one another asked for"""
    HALTS_SET = "halts:set"
    """stop"""
    HALTS_LIFT = "halts:lift"
    """let go on what somebody else stopped"""
    DRILLS_RUN = "drills:run"
    """schedule and run drills of the kill switch"""
    INCIDENTS_MODIFY = "incidents:modify"
    """write the review of an incident"""
    CONNECTIONS_MODIFY = "connections:modify"
    """connect systems and keep their credentials"""
    IDENTITIES_MODIFY = "identities:modify"
    """rotate and revoke the identities of workers"""
    PEOPLE_MODIFY = "people:modify"
    """say who is here and which roles each holds"""
    LEDGER_READ = "ledger:read"
    """read the record"""
    LEDGER_EXPORT = "ledger:export"
    """take the record out of the house"""
    SUBJECTS_ERASE = "subjects:erase"
    """make unreadable what is kept about a person"""
    HOLDS_MODIFY = "holds:modify"
    """keep records from being erased, and lift that"""


_READS: Final = frozenset({Permission.LEDGER_READ})
_STOPS: Final = frozenset({Permission.HALTS_SET, Permission.HALTS_LIFT})
_ANSWERS: Final = _READS | {Permission.REVIEWS_ANSWER, Permission.HALTS_SET}

PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: _READS | _STOPS | {Permission.PEOPLE_MODIFY},
    Role.BUSINESS_OWNER: _READS
    | _STOPS
    | {
        Permission.WORKERS_CREATE,
        Permission.WORKERS_MODIFY,
        Permission.WORKERS_APPROVE,
        Permission.REVIEWS_ANSWER,
        Permission.INCIDENTS_MODIFY,
    },
    Role.TECHNICAL_OWNER: _READS
    | _STOPS
    | {
        Permission.WORKERS_CREATE,
        Permission.WORKERS_MODIFY,
        Permission.WORKERS_DEPLOY,
        Permission.CONNECTIONS_MODIFY,
        Permission.IDENTITIES_MODIFY,
        Permission.DRILLS_RUN,
        Permission.INCIDENTS_MODIFY,
    },
    Role.RISK_OWNER: _READS
    | _STOPS
    | {
        Permission.RULES_MODIFY,
        Permission.RULES_APPROVE,
        Permission.WORKERS_APPROVE,
        Permission.REVIEWS_BYPASS,
        Permission.LEDGER_EXPORT,
        Permission.SUBJECTS_ERASE,
        Permission.INCIDENTS_MODIFY,
    },
    Role.DOMAIN_LEAD: _READS | _STOPS | {Permission.WORKERS_CREATE, Permission.REVIEWS_BYPASS},
    Role.ON_CALL: _READS | {Permission.HALTS_SET, Permission.INCIDENTS_MODIFY},
    Role.REVIEWER: _ANSWERS,
    Role.FINANCE_REVIEWER: _ANSWERS,
    Role.ACCOUNT_OWNER: _ANSWERS,
    Role.SUPPORT_REVIEWER: _ANSWERS,
    Role.IT_REVIEWER: _ANSWERS,
    Role.SECURITY_REVIEWER: _ANSWERS,
    Role.HR_REVIEWER: _ANSWERS,
    Role.AUDITOR: _READS | {Permission.LEDGER_EXPORT, Permission.HOLDS_MODIFY},
}
"""What each role may do; the table in docs/operations.md is made from it."""

SEPARATED: Final = (
    (Permission.REVIEWS_ANSWER, Permission.CONNECTIONS_MODIFY, "who approves a draft does not open systems"),
    (Permission.REVIEWS_ANSWER, Permission.RULES_MODIFY, "who decides exceptions does not write the rules they pass"),
    (Permission.REVIEWS_ANSWER, Permission.WORKERS_DEPLOY, "who runs the systems does not approve exceptions"),
    (Permission.PEOPLE_MODIFY, Permission.REVIEWS_ANSWER, "who hands out roles does not use them to approve"),
    (Permission.WORKERS_APPROVE, Permission.WORKERS_DEPLOY, "who says that a worker is fit does not put it to work"),
    (Permission.SUBJECTS_ERASE, Permission.HOLDS_MODIFY, "who erases does not decide what must be kept"),
    (Permission.RULES_APPROVE, Permission.WORKERS_DEPLOY, "who sets the limits of risk does not work within them"),
)
"""Two things no one role may do, and why. A person who holds two roles is kept apart by the rule of the second person:
whoever proposed, asked for or set something never approves, grants or lifts it."""


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Tell which roles may do something."""
    return tuple(role for role, held in PERMISSIONS.items() if permission in held)


@cache
def meanings() -> dict[Permission, str]:
    """Tell what each permission lets a person do, as it is written beside it: so it is written once."""
    [words] = ast.parse(inspect.getsource(Permission)).body
    lines = words.body if isinstance(words, ast.ClassDef) else []
    return {
        Permission[name.id]: text.value
        for given, said in pairwise(lines)
        if isinstance(given, ast.Assign) and isinstance(name := given.targets[0], ast.Name)
        if isinstance(said, ast.Expr) and isinstance(text := said.value, ast.Constant) and isinstance(text.value, str)
    }
