"""What a person was told since they last looked: one moment each; whatever was made later is new to them.

A notice whose transaction commits after a newer one was marked as read is not marked as new. It is listed all the same.
"""

from collections.abc import Sequence
from datetime import datetime

from remit.charters.charter import Domain
from remit.errors import NotAllowed
from remit.governance.notices import to_role
from remit.governance.roles import Person, person
from remit.store.database import Database, Row


async def find_seen(database: Database, who: Person) -> Row:
    """Find up to when somebody has looked, as `until`, and how many notices are `new` to them."""
    [row] = await database.fetch("find_notices_seen", who.id, recipients_of(who))
    return row


async def mark_seen(database: Database, who: Person, until: datetime, now: datetime) -> None:
    """Mark what somebody was told up to a moment as read; what is made later stays new."""
    who.check_here()
    await database.execute("save_notices_seen", who.id, min(until, now))


async def find_recipients(database: Database, person_id: str) -> Sequence[str]:
    """Name every recipient that means whoever has an id: of somebody who left or is not known, only the id."""
    try:
        who = await person(database, person_id)
    except NotAllowed:
        return [person_id]
    return recipients_of(who) if who.is_active else [who.id]


def recipients_of(who: Person) -> Sequence[str]:
    """Name every recipient that means a person: themselves, and their roles in each domain they hold them in."""
    names = [who.id]
    for held in who.roles:
        role, at, _ = held.partition("@")
        names += [f"role:{held}"] if at else [f"role:{role}", *(to_role(role, domain) for domain in ("", *Domain))]
    return names
