"""Feedback: what people edited and rejected of what a worker proposed, kept to be learned from and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit import clock
from remit.canonical import canonical
from remit.store.database import Database, Row, Transaction


class RejectCode(StrEnum):
    """Why something was rejected, in a word that can be counted."""

    WRONG_FACTS = "wrong-facts"
    """it rests on something that is not so"""
    WRONG_RECIPIENT = "wrong-recipient"
    """it would go to the wrong place or person"""
    WRONG_AMOUNT = "wrong-amount"
    """the amount is not right"""
    WRONG_MOMENT = "wrong-moment"
    """not now"""
    WRONG_WORDS = "wrong-words"
    """what it says, or how, cannot be said so"""
    NOT_NEEDED = "not-needed"
    """it was done already, or nobody wants it"""
    AGAINST_RULES = "against-rules"
    """it breaks a rule the house does not know yet"""
    OTHER = "other"
    """none of these: the reason says it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What one person said that differs from what the worker proposed."""

    kind: str
    """`edit` or `reject`"""
    person: str
    code: str
    """of a reject: a word of `RejectCode`"""
    reason: str
    changes: Mapping[str, Any]
    """of an edit: each argument with what it was before and after"""


def changes_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Tell which arguments differ, each as it was before and as it is after; one that is not there is missing."""
    names = [name for name in before | after if _part(before, name) != _part(after, name)]
    both = (("before", before), ("after", after))
    return {name: {when: text[name] for when, text in both if name in text} for name in sorted(names)}


def _part(arguments: Mapping[str, Any], name: str) -> bytes:
    return canonical(arguments[name]) if name in arguments else b""


async def keep_correction(transaction: Transaction, review: Row, said: Correction, now: datetime) -> None:
    """Keep a correction."""
    await transaction.execute(
        "insert_feedback",
        clock.new_id(),
        review["id"],
        review["run"],
        review["worker"],
        review["operation"],
        review["packet"].get("about") or "",
        said.kind,
        said.person,
        said.code,
        said.reason,
        dict(said.changes),
        now,
    )


async def list_feedback(
    database: Database, *, worker: str = "", operation: str = "", after: UUID | None = None, limit: int = 100
) -> Sequence[Row]:
    """List corrections, newest first."""
    return await database.fetch("list_feedback", worker, operation, after, limit)


async def count_overrides(database: Database, since: datetime, *, worker: str = "") -> Sequence[Row]:
    """Count, for each worker and operation, what people decided since a moment, and what of it they overrode."""
    return await database.fetch("count_overrides", since, worker)
