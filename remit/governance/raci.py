"""Who answers for an action type: three seats, each held by a person who is here and has the role, or it is not done.

Besides these three, people are looped in: the consulted when a review opens, the informed by what came of it. Whoever
was told stands in the ledger entry they were told of.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from remit.charters.charter import Charter, Domain, Looped, Seats
from remit.charters.role import Role

SEATS: Final[Mapping[str, Role]] = {
    "accountable": Role.BUSINESS_OWNER,
    "system owner": Role.TECHNICAL_OWNER,
    "risk owner": Role.RISK_OWNER,
}
"""The three seats, and the role each takes: who has moved on and lost it leaves the seat vacant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers for one action type of one worker."""

    worker: str
    domain: Domain
    operation: str
    holders: Mapping[str, str]
    """a person's id, by seat"""
    vacant: tuple[str, ...]
    """the seats nobody holds: while there is one, the action is not performed"""
    consulted: tuple[str, ...]
    informed: Mapping[str, tuple[str, ...]]
    """people by what they are told of"""


def seat_holders(seats: Seats) -> dict[str, str]:
    """Tell who is named for each seat, by the seat's word."""
    return dict(zip(SEATS, (seats.accountable, seats.system_owner, seats.risk_owner), strict=True))


def vacant(seats: Seats, roles: Mapping[str, Collection[str]], domain: Domain) -> tuple[str, ...]:
    """Name the seats held by nobody, by somebody who has left, or by somebody without the role.

    Args:
        seats: Who is named.
        roles: The roles of everybody named who is here, by person.
        domain: The worker's. The role is held there, or where the action belongs when that is said.
    """

    def is_held(person: str, role: Role) -> bool:
        held = roles.get(person, ())
        return role in held or any(f"{role}@{place}" in held for place in seats.domains(domain))

    return tuple(seat for seat, person in seat_holders(seats).items() if not is_held(person, SEATS[seat]))


def told_of(seats: Seats, event: Looped) -> tuple[str, ...]:
    """Tell who is looped in when this comes of an action."""
    if event is Looped.REVIEWED:
        return seats.consulted
    return tuple(sorted({person for each in seats.informed if each.on is event for person in each.people}))


def answering(charters: Iterable[Charter], roles: Mapping[str, Collection[str]]) -> Iterator[Answering]:
    """Tell for every action of every worker who answers for it."""
    for charter in charters:
        for grant in charter.grants:
            seats = charter.seats_for(grant.operation)
            yield Answering(
                worker=charter.name,
                domain=charter.domain,
                operation=grant.operation,
                holders=seat_holders(seats),
                vacant=vacant(seats, roles, charter.domain),
                consulted=seats.consulted,
                informed={each.on.value: each.people for each in seats.informed},
            )
