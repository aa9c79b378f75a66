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
    """Tell the lead which seats of an action type are vacant, in the transaction that forbids the action.

    When the action belongs to another domain than the worker's, the leads of both are told.
    """
    charter, seated = mandate.charter, mandate.charter.seats_for(action.operation)
    said = "; ".join(f"{seat}: `{seat_holders(seated)[seat]}`" for seat in seats)
    for domain in seated.domains(charter.domain):
        notice = Notice(
            key=f"seat.vacated:{charter.name}:{action.operation}:{','.join(seats)}:{domain}:{now.date()}",
            kind="seat.vacated",
            recipient=to_role(Role.DOMAIN_LEAD, domain),
            title=f"{charter.title} does not `{action.operation}`: nobody holds a seat that answers for it",
            body=f"Named, but not here in that role: {said}. Until somebody is, the action is not performed.",
            link=f"/workers/{charter.name}",
        )
        await notify(transaction, notice, now=now)
