"""The people of the practice company. Whoever is at the keyboard is `you`, and holds every role."""

from typing import Final

from remit.governance.roles import Person

_REVIEWS: Final = (
    "finance-reviewer",
    "support-reviewer",
    "account-owner",
    "it-reviewer",
    "security-reviewer",
    "hr-reviewer",
)
"""The roles a review asks for by name, besides `reviewer`."""


_OWNERS: Final = ("business-owner", "technical-owner", "risk-owner", "domain-lead", "on-call")
"""The roles that answer for more than reviews."""


def _person(identity: str, name: str, *roles: str) -> Person:
    return Person(id=identity, name=name, mail=f"{identity}@lindenhof.example", roles=roles)


PEOPLE: Final = (
    _person("maria.rossi", "Maria Rossi", "domain-lead@finance", "business-owner", "finance-reviewer", "reviewer"),
    _person("lena.fischer", "Lena Fischer", "finance-reviewer", "reviewer"),
    _person(
        "sara.lind", "Sara Lind", "domain-lead@customer_experience", "business-owner", "support-reviewer", "reviewer"
    ),
    _person("nina.kowalski", "Nina Kowalski", "support-reviewer", "reviewer"),
    _person("omar.haddad", "Omar Haddad", "domain-lead@revenue", "business-owner", "account-owner", "reviewer"),
    _person("tom.becker", "Tom Becker", "account-owner", "reviewer"),
    _person("ines.duarte", "Ines Duarte", "account-owner", "reviewer"),
    _person("paul.novak", "Paul Novak", "account-owner"),
    _person("ken.ito", "Ken Ito", "technical-owner", "on-call@it_operations", "it-reviewer", "reviewer"),
    _person("grace.osei", "Grace Osei", "domain-lead@it_operations", "business-owner", "it-reviewer", "reviewer"),
    _person("ruth.adler", "Ruth Adler", "risk-owner", "reviewer"),
    _person("viktor.holm", "Viktor Holm", "domain-lead@security", "business-owner", "security-reviewer", "reviewer"),
    _person("amina.diallo", "Amina Diallo", "domain-lead@human_resources", "business-owner", "hr-reviewer", "reviewer"),
    _person("jonas.weber", "Jonas Weber", "auditor"),
    _person("you", "You", "administrator", *_OWNERS, "reviewer", *_REVIEWS),
)
"""Everybody, in the order of the domains they work in."""

SALES: Final = ("tom.becker", "ines.duarte", "paul.novak", "omar.haddad")
"""Who owns accounts."""

SUCCESS: Final = ("sara.lind", "nina.kowalski", "tom.becker")
"""Who looks after customers once they have bought."""
