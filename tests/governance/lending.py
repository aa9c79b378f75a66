"""Roles lent to answer reviews with, and how many reviews somebody can answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from remit.governance.reviews import ReviewFilter, count_reviews
from remit.governance.stand_ins import Delegation, give_delegation
from remit.runtime.house import House


async def lend(house: House, delegator: str, delegate: str, role: str = "reviewer", **more: Any) -> UUID:
    """Let somebody answer under a role of another person, for two days unless it says until when; give its number."""
    until = more.pop("until", house.clock.now() + timedelta(days=2))
    given = Delegation(delegator=delegator, delegate=delegate, role=role, until=until, **more)
    return await give_delegation(house.database, given, house.clock.now())


async def count_mine(house: House, person: str) -> int:
    """Count what somebody can answer now."""
    return await count_reviews(house.database, ReviewFilter(person=person, moment=house.clock.now()))
