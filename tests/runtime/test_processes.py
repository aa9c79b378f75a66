import asyncio

from remit.governance.halts import HaltReport, lift, stop
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.processes import alive, beat
from remit.store.database import Database
from tests.houses import opened_house, rows_of, score, tell, until

DEAD = """INSERT INTO process (id, host, pid, systems, asking, began_at, beat_at)
VALUES (gen_random_uuid(), 'gone', 1, '{}', '{}', clock_timestamp(), clock_timestamp() - $1::interval)"""


async def _stop(house: House, scope: str = "everything") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", "you", house.clock.now())


async def test_every_living_process_confirms(database: Database) -> None:
    """Two processes that work are told of a halt at once, and both have confirmed before it answers."""
    async with opened_house(database) as (house, _), opened_house(database) as (other, _), alive(house), alive(other):
        await _until_known(house, 2)

        report = await _stop(house)

    assert [each.has_confirmed for each in report.confirmations] == [True, True]
    assert report.answered_in < 600


async def test_a_process_says_what_it_is_asking(opened: tuple[House, Company]) -> None:
    """A process that waits for a system when the halt comes says so in its confirmation."""
    house, company = opened
    await company.fail("crm", "set_health_score", "late", seconds=1)
    async with alive(house):
        await _until_known(house, 1)
        working = asyncio.create_task(execute(house, await tell(house, score())))

        async def is_asking() -> bool:
            return any(connection.asking for connection in house.connections)

        await until(is_asking)
        report = await _stop(house)
        await working

    assert [each.asking for each in report.confirmations] == [{"crm": 1}]
    assert len(report.in_flight) == 1


async def test_a_dead_process_does_not_hold_up_the_answer(opened: tuple[House, Company]) -> None:
    """A process that died a moment ago is told as silent, within the bound; one long dead is not waited for."""
    house, _ = opened
    await rows_of(house, DEAD.replace("$1::interval", "interval '1 second'"))
    await rows_of(house, DEAD.replace("$1::interval", "interval '1 minute'"))

    report = await _stop(house)

    assert [(each.host, each.has_confirmed) for each in report.confirmations] == [("gone", False)]
    assert 600 <= report.answered_in < 1600


async def test_a_process_that_ends_is_forgotten(opened: tuple[House, Company]) -> None:
    """What ended in order is not waited for, and does not come back."""
    house, _ = opened
    async with alive(house):
        await _until_known(house, 1)

    report = await _stop(house)

    assert report.confirmations == ()
    assert await rows_of(house, "SELECT id FROM process") == []


async def test_a_halt_is_confirmed_once(opened: tuple[House, Company]) -> None:
    """However often a process gives a sign of life, it confirms one halt once, and a new one anew."""
    house, _ = opened
    async with alive(house) as process:
        await _until_known(house, 1)
        await _stop(house)
        for _ in range(3):
            await beat(house, process)
        await lift(house.database, "everything", "mended", "ken.ito", house.clock.now())
        await _stop(house)
        await beat(house, process)

    rows = await rows_of(house, "SELECT halt, count(*) AS times FROM confirmation GROUP BY halt")
    assert [row["times"] for row in rows] == [1, 1]


async def test_a_process_goes_on_beating_when_its_line_breaks(opened: tuple[House, Company]) -> None:
    """When the database ends the connection a process listens on, it listens anew, and confirms the next halt."""
    house, _ = opened
    async with alive(house):
        await _until_known(house, 1)
        await rows_of(
            house,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
        )
        report = await _stop(house)
        if not report.confirmations[0].has_confirmed:  # its line broke in the very moment of the halt

            async def has_confirmed() -> bool:
                return bool(await rows_of(house, "SELECT halt FROM confirmation"))

            await until(has_confirmed)

    assert len(await rows_of(house, "SELECT halt FROM confirmation")) == 1


async def _until_known(house: House, count: int) -> None:
    async def are_known() -> bool:
        return len(await rows_of(house, "SELECT id FROM process")) >= count

    await until(are_known)
