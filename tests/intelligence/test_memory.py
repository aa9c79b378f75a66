"""What workers learned, and who may let them act on it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from remit.clock import new_id
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.intelligence.memory import Lesson, Memory, State, approve, list_memories, recall, remember, withdraw
from remit.store.database import Database

WORKER = "invoice-review"


async def _remember(database: Database, kind: Lesson, content: dict[str, Any] | None = None, **other: str) -> UUID:
    about, source = other.get("about", "vendor:V-1"), other.get("source", "review:1")
    async with database.transaction() as transaction:
        return await remember(transaction, other.get("worker", WORKER), kind, about, content or {"n": 1}, source)


async def _recall(database: Database, *arguments: Any) -> tuple[Memory, ...]:
    async with database.transaction() as transaction:
        return await recall(transaction, *arguments)


async def test_what_happened_is_recalled_with_its_source(database: Database) -> None:
    """An outcome is recalled at once, with where it came from."""
    await _remember(database, Lesson.OUTCOME, {"paid": True}, source="run:7")

    (memory,) = await _recall(database, WORKER, "vendor:V-1")

    assert (memory.content, memory.source, memory.state) == ({"paid": True}, "run:7", State.APPROVED)


@pytest.mark.parametrize("kind", [kind for kind in Lesson if kind.changes_behaviour])
async def test_what_changes_behaviour_waits_for_the_owner(database: Database, kind: Lesson) -> None:
    """A preference, an example or a route is not recalled before the business owner approves it."""
    memory = await _remember(database, kind)
    before = await _recall(database, WORKER)

    async with database.transaction() as transaction:
        await approve(transaction, memory, by="ann", business_owner="ann")

    assert before == ()
    (recalled,) = await _recall(database, WORKER)
    assert (recalled.id, recalled.settled_by) == (memory, "ann")


@pytest.mark.parametrize(("by", "owner"), [("bo", "ann"), ("", ""), ("", "ann")])
async def test_only_the_business_owner_approves(database: Database, by: str, owner: str) -> None:
    """Nobody else approves what a worker learned, and nobody approves where there is no owner."""
    memory = await _remember(database, Lesson.PREFERENCE)

    with pytest.raises(NotAllowed):
        async with database.transaction() as transaction:
            await approve(transaction, memory, by=by, business_owner=owner)

    assert await _recall(database, WORKER) == ()


async def test_a_withdrawn_memory_stays_withdrawn(database: Database) -> None:
    """What was taken back is not recalled, not approved again, and not learned again from the same source."""
    memory = await _remember(database, Lesson.OUTCOME)
    async with database.transaction() as transaction:
        await withdraw(transaction, memory, by="ann", reason="it was a mistake")

    again = await _remember(database, Lesson.OUTCOME)

    assert again == memory
    assert await _recall(database, WORKER) == ()
    async with database.transaction() as transaction:
        with pytest.raises(Conflict, match="`withdrawn` already"):
            await approve(transaction, memory, by="ann", business_owner="ann")
    async with database.transaction() as transaction:
        (listed,) = await list_memories(transaction, WORKER)
    assert (listed.state, listed.reason) == (State.WITHDRAWN, "it was a mistake")


async def test_a_step_repeated_remembers_once(database: Database) -> None:
    """The same lesson remembered by eight at once is one memory."""
    ids = await asyncio.gather(*(_remember(database, Lesson.CORRECTION) for _ in range(8)))

    assert len(set(ids)) == 1
    assert len(await _recall(database, WORKER)) == 1


async def test_of_two_who_settle_one_wins(database: Database) -> None:
    """Two who withdraw at once do not both succeed."""
    memory = await _remember(database, Lesson.OUTCOME)

    async def take_back(person: str) -> Memory:
        async with database.transaction() as transaction:
            return await withdraw(transaction, memory, by=person, reason="wrong")

    results = await asyncio.gather(*(take_back(f"p{n}") for n in range(5)), return_exceptions=True)

    assert sum(isinstance(result, Memory) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 4


async def test_a_worker_recalls_only_its_own(database: Database) -> None:
    """What one worker learned is not recalled by another; one thing and one kind can be asked for."""
    await _remember(database, Lesson.OUTCOME, worker="expense-review")
    await _remember(database, Lesson.OUTCOME, about="vendor:V-2")
    await _remember(database, Lesson.CORRECTION)

    assert len(await _recall(database, WORKER)) == 2
    assert [one.kind for one in await _recall(database, WORKER, "vendor:V-1")] == [Lesson.CORRECTION]
    assert [one.about for one in await _recall(database, WORKER, "", Lesson.OUTCOME)] == ["vendor:V-2"]
    assert len(await _recall(database, WORKER, "", None, 1)) == 1


async def test_a_transaction_that_fails_remembers_nothing(database: Database) -> None:
    """A lesson belongs to the transaction in which it was learned."""

    async def die_halfway() -> None:
        async with database.transaction() as transaction:
            await remember(transaction, WORKER, Lesson.OUTCOME, "vendor:V-1", {}, "run:1")
            raise KeyError

    with pytest.raises(KeyError):
        await die_halfway()

    assert await _recall(database, WORKER) == ()


async def test_a_memory_without_source_or_reason_is_refused(database: Database) -> None:
    """Nothing is remembered from nowhere, withdrawn for nothing, or settled when it does not exist."""
    async with database.transaction() as transaction:
        with pytest.raises(InputInvalid):
            await remember(transaction, WORKER, Lesson.OUTCOME, "vendor:V-1", {}, "")
        with pytest.raises(InputInvalid):
            await withdraw(transaction, new_id(), by="ann", reason="")
        with pytest.raises(NotFound):
            await withdraw(transaction, new_id(), by="ann", reason="wrong")
