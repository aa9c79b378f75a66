"""Who answers for an action type: three seats, each held by an active person, or the action is not performed."""

from collections.abc import Collection

from remit.charters.charter import Seats


def seat_holders(seats: Seats) -> dict[str, str]:
    """Tell who holds each seat, by the seat's word."""
    return {
        "accountable": seats.accountable,
        "system owner": seats.system_owner,
        "risk owner": seats.risk_owner,
    }


def vacant(seats: Seats, active: Collection[str]) -> tuple[str, ...]:
    """Name the seats held by nobody, or by somebody who has left."""
    return tuple(seat for seat, person in seat_holders(seats).items() if person not in active)
