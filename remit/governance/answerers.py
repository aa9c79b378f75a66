"""Who may answer a review: somebody who is here, holds a role it asks or is lent one, and had no part in what it asks.

Who had a part in it stands in the view `excluded`: whoever sent the signal, and whoever wrote the charter, the stage or
the house rule under which it is asked. One person answers once, and one role of one person is used once, by themselves
or by whoever they let answer for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from remit.charters.role import Role
from remit.errors import Conflict, NotAllowed, NotFound
from remit.governance.authority import Permission, roles_with
from remit.governance.roles import person
from remit.governance.scopes import frozen
from remit.store.database import Row, Transaction

_WHY: Final[Mapping[str, str]] = {
    "signal": "your own signal began this run",
    "charter": "you wrote the charter this worker works under",
    "stage": "you proposed how far this worker is trusted with it",
    "rule": "you wrote the house rule that asks",
}

_APPROVING: Final = frozenset({*roles_with(Permission.REVIEWS_ANSWER), Role.RISK_OWNER, Role.DOMAIN_LEAD})
"""The roles that may say whether something happens. Who runs the house or its systems is none of them; they only say
whether a doubtful write did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Under which of the roles asked a person answers."""

    role: str
    delegation: UUID | None = None
    """when the role is lent"""
    delegator: str = ""
    """by whom"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a review still lacks to be approved as it stands."""

    roles: tuple[str, ...]
    """the roles of which nobody has approved it"""
    people: int
    """how many more people at least"""


async def hold_review(transaction: Transaction, number: UUID, now: datetime) -> Row:
    """Hold a review that can be answered now, so that two people answer one after the other.

    Raises:
        NotFound: There is no such review.
        Conflict: It is decided, expired, or frozen by a halt; the error carries how it stands.
    """
    await transaction.execute("lock_halts_shared")  # before any row: a lift takes the two in this order
    review = await transaction.fetch_row("lock_review", number)
    if review is None:
        raise NotFound(f"there is no review `{number}`. `remit review list` shows those there are")
    if reason := await frozen(transaction, review):
        raise Conflict(reason)
    if review["state"] != "open":
        raise await moved_on(transaction, review, f"this review is {review['state']} already")
    if review["expires_at"] <= now:
        raise Conflict("this review has expired: that counts as reject. Nothing was changed")
    return review


async def moved_on(
    transaction: Transaction, review: Row, what: str, *, advice: str = "Nothing was changed"
) -> Conflict:
    """Make the error for who comes late: it says who decided what and when, and carries it for a screen."""
    answers = await transaction.fetch("list_answers", review["id"])
    said = [f"{row['person']} said {row['verdict']} at {row['answered_at']:%Y-%m-%d %H:%M} UTC" for row in answers]
    fields = ("person", "verdict", "role", "code", "reason", "edited")
    current = {
        "state": review["state"],
        "digest": review["digest"],
        "answers": [
            {name: row[name] for name in fields} | {"answered_at": row["answered_at"].isoformat()} for row in answers
        ],
    }
    who = f" ({'; '.join(said)})" if said else ""
    return Conflict(f"{what}{who}. {advice}", current=current)


async def excluded_people(transaction: Transaction, review: UUID) -> dict[str, str]:
    """Tell who may not answer a review, and why."""
    return {row["person"]: _WHY[row["why"]] for row in await transaction.fetch("list_excluded", review)}


async def standing_of(transaction: Transaction, review: Row, who: str, now: datetime) -> Standing:
    """Tell under which of the roles asked a person answers: one still missing, if there is one.

    Raises:
        NotAllowed: This person has left, had a part in it, or is none of what it asks.
        Conflict: This person has answered it already, or another did under their role.
    """
    if not (await person(transaction, who)).is_active:
        raise NotAllowed(f"`{who}` has left and cannot answer reviews")
    if why := (await excluded_people(transaction, review["id"])).get(who):
        raise NotAllowed(f"{why}, so somebody else has to answer it")
    answers = current_answers(review, await transaction.fetch("list_answers", review["id"]))
    if who in {row["person"] for row in answers}:
        raise Conflict("you have answered this review already. It waits for somebody else")
    offers = [_standing(row) for row in await transaction.fetch("list_answerers", review["id"], now, who)]
    if not offers:
        if stand_in := next((row["person"] for row in answers if row["delegator"] == who), ""):
            raise Conflict(f"`{stand_in}` has answered this review under your role. It waits for somebody else")
        raise NotAllowed(f"this review asks {' and '.join(review['roles'])}; `{who}` is none of these")
    if review["kind"] == "action":
        offers = [offer for offer in offers if Role(offer.role) in _APPROVING]
        if not offers:
            raise NotAllowed(f"`{who}` runs systems, and may not approve exceptions: ask {_askable()}")
    taken = {row["role"] for row in answers if row["counts"]}
    return min(offers, key=lambda offer: (offer.role in taken, bool(offer.delegator)))


def _askable() -> str:
    return ", ".join(sorted(_APPROVING))


def current_answers(review: Row, answers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep what was said to the proposal as it stands: what was said to a text since edited is void."""
    return [row for row in answers if row["digest"] == review["digest"]]


def missing_of(review: Row, answers: Sequence[Mapping[str, Any]]) -> Missing:
    """Tell what a review still lacks."""
    valid = [row for row in current_answers(review, answers) if row["counts"] and row["verdict"] == "approve"]
    covered = {row["role"] for row in valid}
    roles = tuple(role for role in review["roles"] if role not in covered)
    return Missing(roles=roles, people=max(review["approvals"] - len(valid), len(roles)))


def _standing(row: Row) -> Standing:
    return Standing(role=row["role"], delegation=row["delegation"], delegator=row["delegator"])
