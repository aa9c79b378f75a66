"""Who is told of a halt: the owners of what it stops, the lead of each domain it touches, and who is on call."""

from datetime import datetime
from uuid import UUID

from remit.charters.role import Role
from remit.governance.notices import Notice, notify, to_role
from remit.store.database import Transaction

_HEARING = (Role.DOMAIN_LEAD, Role.ON_CALL)


async def tell_of_halt(transaction: Transaction, incident: UUID, what: tuple[str, str, str], now: datetime) -> None:
    """Tell of a halt, in the transaction that sets it.

    Args:
        transaction: The transaction.
        incident: The incident it opened.
        what: The scope, the reason and who set it.
        now: The time.
    """
    scope, reason, who = what
    title, link = f"{scope} was stopped by {who}", f"/incidents/{incident}"
    await _tell(transaction, scope, ("halt.set", str(incident), title, reason, link), now)


async def tell_of_lift(transaction: Transaction, halt: UUID, what: tuple[str, str, str], now: datetime) -> None:
    """Tell of a lift, in its transaction."""
    scope, reason, who = what
    await _tell(
        transaction, scope, ("halt.lifted", str(halt), f"{who} let {scope} go on", reason, f"/stop/{halt}"), now
    )


async def _tell(transaction: Transaction, scope: str, said: tuple[str, str, str, str, str], now: datetime) -> None:
    kind, number, title, body, link = said
    workers = await transaction.fetch("list_halted_workers", scope)
    people = {owner for worker in workers for owner in worker["owners"]}
    domains = {worker["domain"] for worker in workers}
    domains |= {scope.removeprefix("domain:")} if scope.startswith("domain:") else set()
    recipients = people | {to_role(role, domain) for role in _HEARING for domain in domains}
    notices = [
        Notice(key=f"{kind}/{number}/{to}", kind=kind, recipient=to, title=title, body=body, link=link)
        for to in sorted(recipients)
    ]
    await notify(transaction, *notices, now=now)
