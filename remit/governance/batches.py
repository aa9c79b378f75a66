"""Batches: many reviews of one action type answered at once, each through the very same guards as alone.

First a preview says how many, how much money and how high the risk; its seal has to come with the answer, so that
nobody answers a batch they have not seen. Each review is then answered in a transaction of its own and has a result of
its own: one that is refused holds up none of the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from remit.canonical import digest_of
from remit.connections.operation import Risk
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound, RemitError
from remit.governance.approvals import Answer, answer
from remit.governance.feedback import RejectCode
from remit.governance.roles import person
from remit.store.database import Database, Row

MOST: Final = 200

_RISKS: Final = tuple(Risk)  # from low to high


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be answered."""

    worker: str
    operation: str
    count: int
    sums: Mapping[str, int]
    """money by currency, in minor units"""
    risk: str
    """the highest"""
    changed: tuple[UUID, ...]
    """those that are not what was seen, or not open any more: answering them is a conflict"""
    seal: str
    """has to come with the answer"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """What a person says to a batch."""

    items: Mapping[UUID, str]
    """each review with the digest the person saw"""
    seal: str
    """of the preview"""
    person: str
    verdict: Literal["approve", "reject"]
    reason: str = ""
    code: RejectCode = RejectCode.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one review of a batch."""

    review: UUID
    state: str
    """the state of the review after it, or `conflict`, `not-allowed`, `failed`"""
    reason: str = ""
    """why it was not answered"""


async def preview(database: Database, items: Mapping[UUID, str], who: str) -> Preview:
    """Say what answering these reviews would be.

    Raises:
        InputInvalid: They are none, too many, or not all of one worker's same operation.
        NotFound: There is no such review.
        NotAllowed: The person is not here.
    """
    (await person(database, who)).check_here()
    rows = await _rows(database, items)
    sums = Counter[str]()
    for row in rows:
        amount, currency = row["amount"], str(row["arguments"].get("currency", ""))
        if isinstance(amount, int) and not isinstance(amount, bool):
            sums[currency] += amount
    changed = tuple(row["id"] for row in rows if row["state"] != "open" or row["digest"] != items[row["id"]])
    return Preview(
        worker=rows[0]["worker"],
        operation=rows[0]["operation"],
        count=len(rows),
        sums=dict(sums),
        risk=max((Risk(row["risk"]) for row in rows), key=_RISKS.index).value,
        changed=changed,
        seal=_seal(items, sums),
    )


async def _rows(database: Database, items: Mapping[UUID, str]) -> Sequence[Row]:
    if not 1 <= len(items) <= MOST:
        raise InputInvalid(f"a batch holds 1 to {MOST} reviews, this one {len(items)}. Take a part of it")
    rows = await database.fetch("list_batch", list(items))
    if gone := items.keys() - {row["id"] for row in rows}:
        raise NotFound(f"there is no review `{min(gone)}`. Nothing was answered")
    kinds = sorted({(row["worker"], row["operation"], row["kind"]) for row in rows})
    if len(kinds) > 1:
        names = ", ".join(f"`{operation}` of `{worker}`" for worker, operation, _ in kinds[:3])
        raise InputInvalid(f"a batch is of one action type, this one of {names}. Answer each type for itself")
    return rows


def _seal(items: Mapping[UUID, str], sums: Mapping[str, int]) -> str:
    return digest_of({"items": {str(review): digest for review, digest in items.items()}, "sums": dict(sums)})


async def answer_batch(database: Database, given: BatchAnswer, now: datetime) -> list[Result]:
    """Answer every review of a batch, each for itself; give what became of each, in the order given.

    Raises:
        InputInvalid: The reviews do not make a batch, one has no digest, or a reject has no reason.
        NotFound: There is no such review.
        Conflict: This is not what the preview showed.
        NotAllowed: The person is not here.
    """
    if given.verdict == "reject" and not given.reason.strip():
        raise InputInvalid("a reject needs a reason, so that the worker and its owner can learn from it")
    if not all(given.items.values()):
        raise InputInvalid("each review of a batch needs the digest that was seen. Take it from the list")
    seen = await preview(database, given.items, given.person)
    if seen.seal != given.seal:
        raise Conflict("this is not the batch that was shown. Look at its preview again, then decide")
    return [await _answer_one(database, given, review, now) for review in given.items]


async def _answer_one(database: Database, given: BatchAnswer, review: UUID, now: datetime) -> Result:
    one: dict[str, Any] = {"verdict": given.verdict, "reason": given.reason, "code": given.code}
    said = Answer(review=review, person=given.person, digest=given.items[review], **one)
    try:
        return Result(review=review, state=await answer(database, said, now))
    except Conflict as error:
        return Result(review=review, state="conflict", reason=str(error))
    except NotAllowed as error:
        return Result(review=review, state="not-allowed", reason=str(error))
    except RemitError as error:  # the others are answered all the same
        return Result(review=review, state="failed", reason=str(error))
