"""Tells the lead of a domain that a seat is vacant: once a day for each action type that is not performed for it."""

from datetime import datetime

from remit.charters.role import Role
from remit.connections.action import Action
from remit.governance.mandate import Mandate
from remit.governance.notices import Notice, notify, to_role
from remit.governance.raci import seat_holders
from remit.store.database import Transaction


async def tell_vacant(
    transaction: Transaction, action: Action, mandate: Mandate, seats: tuple[str, ...], now: datetime
) -> None:
    """Tell the domain lead which seats of an action type are vacant, in the transaction that forbids the action."""
    charter, named = mandate.charter, seat_holders(mandate.charter.seats_for(action.operation))
    said = "; ".join(f"{seat}: `{named[seat]}`" for seat in seats)
    notice = Notice(
        key=f"seat.vacated:{charter.name}:{action.operation}:{','.join(seats)}:{now.date()}",
        kind="seat.vacated",
        recipient=to_role(Role.DOMAIN_LEAD, charter.domain),
        title=f"{charter.title} does not `{action.operation}`: nobody holds a seat that answers for it",
        body=f"Named, but not here in that role: {said}. Until somebody is, the action is not performed.",
        link=f"/workers/{charter.name}",
    )
    await notify(transaction, notice, now=now)
