"""Groups of an identity provider, and the roles each gives: `finance-leads=domain-lead@finance, auditors=auditor`."""

from collections.abc import Iterable, Mapping

from remit.errors import InputInvalid, SettingsInvalid
from remit.governance.roles import check_roles

Groups = Mapping[str, tuple[str, ...]]
"""Roles by the name of a group."""


def read_groups(text: str) -> Groups:
    """Read which roles a group gives; a group that stands twice gives both.

    Raises:
        SettingsInvalid: It is not written so, or names a role there is not.
    """
    read: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        group, equals, role = (each.strip() for each in part.rpartition("="))
        if not equals or not group:
            raise SettingsInvalid(f"`REMIT_GROUPS` has `{part[:100]}`. Write `group=role`, with commas in between")
        try:
            check_roles([role])
        except InputInvalid as error:
            raise SettingsInvalid(f"`REMIT_GROUPS` gives `{group[:100]}` an {error}") from None
        read[group] = (*read.get(group, ()), role)
    return read


def roles_of(groups: Iterable[str], mapping: Groups) -> tuple[str, ...]:
    """Give the roles that membership of these groups brings, sorted; a group nobody named brings none."""
    return tuple(sorted({role for group in groups for role in mapping.get(group, ())}))
