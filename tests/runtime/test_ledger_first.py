"""If the ledger cannot be written, nothing is done."""

from contextlib import suppress
from uuid import UUID

import asyncpg
import pytest

from remit.errors import RemitError, StoreUnavailable
from remit.governance.halts import lift, list_halts, stop
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.schedule import find_forgotten
from tests.houses import (
    answer_review,
    done_of,
    kinds_of,
    notify,
    rows_of,
    score,
    send,
    settle,
    state_of,
    states_of,
    tell,
    told,
    work,
)

BREAKS = [
    ("ALTER TABLE unsequenced RENAME TO gone", "ALTER TABLE gone RENAME TO unsequenced"),
    (
        "CREATE TRIGGER full_disk BEFORE INSERT ON entry EXECUTE FUNCTION refuse_change()",
        "DROP TRIGGER full_disk ON entry",
    ),
]
FAIL_ONCE = """CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.kind = 'action.performed' AND nextval('tried') = 1 THEN RAISE deadlock_detected; END IF;
    RETURN NEW;
END $$"""
BROKEN = (asyncpg.PostgresError, RemitError)


async def _work_in_vain(house: House) -> None:
    with suppress(*BROKEN):
        await work(house)


@pytest.mark.parametrize(("breaks", "mends"), BREAKS)
async def test_nothing_is_done_that_cannot_be_recorded(opened: tuple[House, Company], breaks: str, mends: str) -> None:
    """While no entry can be written no effect happens; afterwards the run goes on and loses nothing."""
    house, company = opened
    run = await tell(house, score())
    await rows_of(house, breaks)

    await _work_in_vain(house)
    before, row = await done_of(company), await state_of(house, run)
    await rows_of(house, mends)
    house.clock.advance(minutes=1)
    await rows_of(house, "DELETE FROM pgqueuer")
    await find_forgotten(house, house.clock.now())
    await _execute_queued(house)

    assert (before, row["actions"], row["state"]) == ([], [], "running")
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]
    assert await kinds_of(house, run) == ["signal.received", "action.decided", "action.performed", "run.settled"]


async def _execute_queued(house: House) -> None:
    for row in await rows_of(house, "SELECT payload FROM pgqueuer"):
        await execute(house, UUID(bytes=row["payload"]))


@pytest.mark.parametrize(("breaks", "mends"), BREAKS)
async def test_what_was_done_is_recorded_once_the_ledger_can_be_written_again(
    opened: tuple[House, Company], breaks: str, mends: str
) -> None:
    """When the ledger breaks between a write and its record, the write is found later, not done again."""
    house, company = opened
    run = await tell(house, score())
    perform = company.connectors["crm"].perform

    async def performed_and_broken(operation: str, arguments: dict[str, object], key: str) -> dict[str, object]:
        result = await perform(operation, arguments, key)
        await rows_of(house, breaks)
        return result

    company.connectors["crm"].perform = performed_and_broken  # type: ignore[method-assign]
    await _work_in_vain(house)
    broken = await states_of(house, run)
    await rows_of(house, mends)
    company.connectors["crm"].perform = perform  # type: ignore[method-assign]
    house.clock.advance(minutes=1)
    await rows_of(house, "DELETE FROM pgqueuer")
    await find_forgotten(house, house.clock.now())
    await _execute_queued(house)

    assert broken == ["running", "performing"]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]
    assert (await kinds_of(house, run)).count("action.performed") == 1


@pytest.mark.parametrize(("breaks", "mends"), BREAKS)
async def test_no_answer_no_halt_and_no_signal_without_its_entry(
    opened: tuple[House, Company], breaks: str, mends: str
) -> None:
    """A signal, an answer, a halt and a lift that cannot be recorded are not taken; nothing of them stays."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)
    await rows_of(house, breaks)
    attempts = [
        answer_review(house, run),
        send(house, told(score(), number=2)),
        stop(house.database, "everything", "a drill", "you", house.clock.now()),
    ]

    for attempt in attempts:
        with pytest.raises(BROKEN):
            await attempt
    await rows_of(house, mends)

    assert (await state_of(house, run))["state"] == "waiting"
    assert len(await rows_of(house, "SELECT id FROM run")) == 1
    assert await list_halts(house.database) == []
    assert await answer_review(house, run) == "approved"
    await settle(house)
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_a_record_that_fails_once_is_written_the_second_time(opened: tuple[House, Company]) -> None:
    """A passing failure of the database right after a write does not end the run: it goes on, and finds the write."""
    house, company = opened
    run = await tell(house, score(), score())
    for statement in (
        "CREATE SEQUENCE tried",
        FAIL_ONCE,
        "CREATE TRIGGER fails_once BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION fail_once()",
    ):
        await rows_of(house, statement)

    with pytest.raises(StoreUnavailable):
        await execute(house, run)
    broken = await states_of(house, run)
    await execute(house, run)

    assert broken == ["running", "performing"]
    assert await states_of(house, run) == ["done", "performed", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"] * 2
    assert (await kinds_of(house, run)).count("action.performed") == 2


async def test_a_halt_that_cannot_be_recorded_as_lifted_stays(opened: tuple[House, Company]) -> None:
    """A lift without its entry lifts nothing."""
    house, _ = opened
    await stop(house.database, "everything", "a drill", "you", house.clock.now())
    await rows_of(house, BREAKS[0][0])

    with pytest.raises(BROKEN):
        await lift(house.database, "everything", "over", "ken.ito", house.clock.now())

    assert len(await list_halts(house.database)) == 1
