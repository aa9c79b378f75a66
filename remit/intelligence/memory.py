"""What a worker learned, where from, and whether it may act on it.

    remember ─→ approved ──────→ withdrawn      what happened: kept as it was seen
    remember ─→ proposed ─approve→ approved ─→ withdrawn      what changes behaviour: the business owner first

Withdrawn is final: the same lesson from the same source does not come back by itself. A worker recalls only its own.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from remit import clock
from remit.canonical import digest_of
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.store.database import Row, Transaction


class Lesson(StrEnum):
    """What can be remembered."""

    EXECUTION = "execution"
    """what was done before"""
    CORRECTION = "correction"
    """what a person changed in a proposal"""
    APPROVED_OUTPUT = "approved_output"
    """what a person approved as it was"""
    REJECTED_RECOMMENDATION = "rejected_recommendation"
    """what a person rejected"""
    RECURRING_EXCEPTION = "recurring_exception"
    """what keeps going wrong"""
    OUTCOME = "outcome"
    """what came of it in the business"""
    PREFERENCE = "preference"
    """how later drafts shall be: changes behaviour"""
    EXAMPLE = "example"
    """a text with its right label, for classifying: changes behaviour"""
    ROUTING = "routing"
    """to whom such a case shall go: changes behaviour"""

    @property
    def changes_behaviour(self) -> bool:
        """Whether the business owner must approve it before the worker recalls it."""
        return self in {Lesson.PREFERENCE, Lesson.EXAMPLE, Lesson.ROUTING}


class State(StrEnum):
    """Whether it may be acted on."""

    PROPOSED = "proposed"
    """waits for the business owner"""
    APPROVED = "approved"
    """may be recalled"""
    WITHDRAWN = "withdrawn"
    """was taken back, for ever"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One thing learned."""

    id: UUID
    worker: str
    kind: Lesson
    about: str
    """what it is about, `kind:id`, as in `vendor:V-4711`"""
    content: dict[str, Any]
    source: str
    """where it comes from, as in `review:<id>` or `run:<id>`"""
    state: State
    remembered_at: datetime
    settled_by: str
    """who approved or withdrew it"""
    reason: str


async def remember(
    transaction: Transaction, worker: str, kind: Lesson, about: str, content: dict[str, Any], source: str
) -> UUID:
    """Keep something learned; the same from the same source is kept once.

    Raises:
        InputInvalid: The worker, what it is about or the source is empty.
    """
    if not (worker and about and source):
        raise InputInvalid("a memory needs a worker, what it is about, and a source. Name all three")
    state = State.PROPOSED if kind.changes_behaviour else State.APPROVED
    digest = digest_of([worker, kind.value, about, content, source])
    arguments = (worker, kind.value, about, content, source, digest, state.value, clock.now())
    return await transaction.fetch_value("add_memory", clock.new_id(), *arguments)


async def recall(
    transaction: Transaction, worker: str, about: str = "", kind: Lesson | None = None, limit: int = 100
) -> tuple[Memory, ...]:
    """Give what a worker may act on, the newest first: everything, or only about one thing or of one kind."""
    rows = await transaction.fetch("recall_memories", worker, about, kind.value if kind else "", limit)
    return tuple(_read(row) for row in rows)


async def list_memories(transaction: Transaction, worker: str, limit: int = 100) -> tuple[Memory, ...]:
    """Give all a worker ever learned in every state, for the people who govern it, the newest first."""
    return tuple(_read(row) for row in await transaction.fetch("list_memories", worker, limit))


async def approve(transaction: Transaction, memory: UUID, *, by: str, business_owner: str) -> Memory:
    """Let the worker act on a proposed memory.

    Args:
        transaction: Where it is written.
        memory: Which.
        by: The person approving.
        business_owner: The person the worker's charter names.

    Raises:
        NotAllowed: The person is not the business owner.
        NotFound: There is no such memory.
        Conflict: It is not proposed any more.
    """
    if not by or by != business_owner:
        raise NotAllowed(f"`{by}` is not the business owner. Ask `{business_owner}` to approve what the worker learned")
    return await _settle(transaction, memory, State.APPROVED, by=by, reason="")


async def withdraw(transaction: Transaction, memory: UUID, *, by: str, reason: str) -> Memory:
    """Take a memory back, whether proposed or approved.

    Raises:
        InputInvalid: There is no person or no reason.
        NotFound: There is no such memory.
        Conflict: It was withdrawn before.
    """
    if not (by and reason):
        raise InputInvalid("a memory is withdrawn by a person, for a reason. Name both")
    return await _settle(transaction, memory, State.WITHDRAWN, by=by, reason=reason)


async def _settle(transaction: Transaction, memory: UUID, state: State, *, by: str, reason: str) -> Memory:
    row = await transaction.fetch_row("settle_memory", memory, state.value, by, reason, clock.now())
    if row:
        return _read(row)
    current = await transaction.fetch_value("find_memory_state", memory)
    if current is None:
        raise NotFound(f"there is no memory `{memory}`. See the worker's memories for those there are")
    raise Conflict(f"the memory is `{current}` already. Read it again")


def _read(row: Row) -> Memory:
    return Memory(
        id=row["id"],
        worker=row["worker"],
        kind=Lesson(row["kind"]),
        about=row["about"],
        content=row["content"],
        source=row["source"],
        state=State(row["state"]),
        remembered_at=row["remembered_at"],
        settled_by=row["settled_by"],
        reason=row["reason"],
    )
