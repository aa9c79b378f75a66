"""Notices: what people are told, written in the transaction of the fact they tell of and delivered afterwards.

A notice decides nothing: its link leads to a page where a signed-in person does.
"""

from dataclasses import dataclass
from datetime import datetime

from remit import clock
from remit.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing one person, or everybody with one role in one domain, is told."""

    key: str
    """what makes it the same thing when it is noticed again: it is told once"""
    kind: str
    """`noun.past_participle`, as in `review.opened`"""
    recipient: str
    """a person's id, or a role with its domain, as `to_role` writes it"""
    title: str
    """one sentence"""
    body: str = ""
    """what to know before one looks: plain text"""
    link: str = ""
    """the path of the page that shows it, as in `/reviews/…`"""


def to_role(role: str, domain: str) -> str:
    """Address everybody who holds a role in a domain."""
    return f"role:{role}@{domain}"


async def notify(transaction: Transaction, *notices: Notice, now: datetime) -> None:
    """Write notices; they are delivered exactly if the transaction commits."""
    if not notices:
        return
    await transaction.execute(
        "insert_notices",
        [clock.new_id() for _ in notices],
        [notice.key for notice in notices],
        [notice.kind for notice in notices],
        [notice.recipient for notice in notices],
        [notice.title for notice in notices],
        [notice.body for notice in notices],
        [notice.link for notice in notices],
        [now for _ in notices],
    )
