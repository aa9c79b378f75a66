import asyncio
from pathlib import Path

import pytest

from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.errors import ConnectionHalted, InputInvalid, NotAllowed
from remit.governance.gateway import Gateway
from remit.governance.halts import HaltReport, lift, list_halts, stop
from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.runtime.processes import alive, beat
from remit.runtime.schedule import open_unhalted
from remit.runtime.watch import look
from remit.store.database import Database
from tests.houses import (
    done_of,
    mail,
    opened_house,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    task,
    tell,
    until,
    work,
    work_at_once,
)

READ = {"read": "crm.get_account", "arguments": {"account": "A-101"}}


async def _stop(house: House, scope: str = "everything", who: str = "you") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", who, house.clock.now())


async def _lift(house: House, scope: str = "everything", who: str = "ken.ito") -> int:
    return await lift(house.database, scope, "it is mended", who, house.clock.now())


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("worker:as-tolt", "worker:as-told"),
        ("connection:cmr", "connection:crm"),
        ("workflow:tests of the gatevay", "workflow:tests-of-the-gateway"),
        ("domain:finanse", "domain:finance"),
        ("everythin", "everything"),
    ],
)
async def test_a_mistyped_scope_names_what_is_near(opened: tuple[House, Company], said: str, near: str) -> None:
    """Whoever mistypes what is to be stopped reads the name that was meant, and nothing is stopped."""
    house, _ = opened

    with pytest.raises(InputInvalid, match=f"Did you mean `{near}`"):
        await _stop(house, said)

    assert await list_halts(house.database) == []


async def test_a_process_is_named_in_its_own_words(opened: tuple[House, Company]) -> None:
    """A workflow is stopped by the words of its charter as well as by its short name."""
    house, _ = opened

    report = await _stop(house, "workflow:Tests of the Gateway")

    assert report.scope == "workflow:tests-of-the-gateway"


async def test_a_reason_has_an_end(opened: tuple[House, Company]) -> None:
    """A reason of a megabyte is refused with what to do instead."""
    house, _ = opened

    with pytest.raises(InputInvalid, match="Write the rest into the incident"):
        await stop(house.database, "everything", "x" * 1_000_000, "you", house.clock.now())

    assert await list_halts(house.database) == []


@pytest.mark.parametrize("scope", ["connection:crm", "workflow:tests-of-handoffs", "everything", "domain:finance"])
async def test_a_role_in_one_domain_stops_only_there(opened: tuple[House, Company], scope: str) -> None:
    """A reviewer of customer experience stops a worker there, and neither another domain nor what all share."""
    house, _ = opened
    await save_person(house.database, Person(id="dana", name="Dana", roles=("reviewer@customer_experience",)))

    await _stop(house, "worker:as-told", who="dana")
    with pytest.raises(NotAllowed):
        await _stop(house, scope, who="dana")

    assert [row["scope"] for row in await list_halts(house.database)] == ["worker:as-told"]


async def test_a_halted_connection_is_not_read(opened: tuple[House, Company]) -> None:
    """A run that would read from a halted system waits, without the system being asked, and goes on after the lift."""
    house, company = opened
    await _stop(house, "connection:crm")
    run = await tell(house, READ, task())

    await work(house)
    halted = await state_of(house, run)
    await open_unhalted(house, house.clock.now())
    still = await state_of(house, run)
    asked = next(each for each in house.connections if each.system == "crm").health
    opened_again = await _lift(house, "connection:crm")
    await work(house)

    assert (halted["state"], halted["waits_for"], still["state"]) == ("waiting", "halt", "waiting")
    assert asked.last_success is None
    assert opened_again == 1
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_no_part_of_a_house_asks_a_halted_connection(opened: tuple[House, Company]) -> None:
    """Neither a read nor a look-up reaches a halted system, whoever asks its connection; other systems answer."""
    house, _ = opened
    await _stop(house, "connection:crm")
    crm = house.connections.for_operation("crm.get_account")

    with pytest.raises(ConnectionHalted):
        await crm.read("crm.get_account", {"account": "A-101"})
    with pytest.raises(ConnectionHalted):
        await crm.look_up("crm.set_health_score", score()["arguments"], "some-run:1")

    assert (
        await house.connections.for_operation("tasks.create_task").look_up(
            "tasks.create_task", task()["arguments"], "k:1"
        )
        is None
    )


async def test_a_halted_folder_is_not_watched(opened: tuple[House, Company], tmp_path: Path) -> None:
    """A file that comes in while the drop folder is halted is taken in after the lift."""
    house, _ = opened
    folder = tmp_path / "invoices"
    folder.mkdir()
    (folder / "one.xml").write_text("<x/>")
    async with alive(house) as process:
        await beat(house, process)
        await rows_of(house, "UPDATE process SET systems = systems || '{drop}'")
        await _stop(house, "connection:drop")
    watcher = Watcher(folder)

    for _ in range(3):
        with pytest.raises(ConnectionHalted):
            await look(house, watcher)
    before = await rows_of(house, "SELECT id FROM signal")
    await _lift(house, "connection:drop")
    for _ in range(3):
        await look(house, watcher)

    assert before == []
    assert len(await rows_of(house, "SELECT id FROM signal")) == 1


async def test_a_write_that_was_lost_is_not_looked_up_at_a_halted_connection(database: Database) -> None:
    """What became of a write nobody answered is not asked of a halted system; after the lift it takes effect once."""
    async with opened_house(database, time_limit=0.3) as (house, company):
        await company.fail("tasks", "create_task", "timeout", seconds=3)
        run = await tell(house, task())
        working = asyncio.create_task(execute(house, run))

        async def is_in_flight() -> bool:
            return bool(await rows_of(house, "SELECT run FROM action WHERE state = 'performing'"))

        await until(is_in_flight)
        await _stop(house, "connection:tasks")
        await working
        await settle(house)
        halted, before = await state_of(house, run), len(await company.effects())
        await _lift(house, "connection:tasks")
        await settle(house)

        assert (halted["state"], halted["waits_for"]) == ("waiting", "halt")
        assert before <= 1
        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["tasks.create_task 1"]


@pytest.mark.parametrize(
    "scope", ["everything", "domain:customer_experience", "workflow:tests-of-the-gateway", "connection:crm"]
)
async def test_a_halt_holds_in_every_process(database: Database, scope: str) -> None:
    """Two houses on one database write under load; after the answer neither begins a write in the scope."""
    async with opened_house(database) as (house, company), opened_house(database) as (other, _):
        for number in range(40):
            await tell(house, score(), number=number)
        working = [asyncio.create_task(work_at_once(each)) for each in (house, other)]

        async def is_under_way() -> bool:
            return len(await company.effects()) >= 3

        await until(is_under_way)
        report = await _stop(other, scope)
        answered = house.clock.now()
        await asyncio.gather(*working)

        late = [effect.key for effect in await company.effects() if effect.asked_at > answered]
        assert [key for key in late if key not in report.in_flight] == []
        await _lift(house, scope)
        await settle(house)
        assert await done_of(company) == ["crm.set_health_score 1"] * 40


async def test_another_gateway_guards_its_connections_by_itself(opened: tuple[House, Company]) -> None:
    """Whoever makes a gateway over connections has them guarded, without having to think of it."""
    house, _ = opened
    Gateway(house.database, house.connections, house.clock)

    assert [each.system for each in house.connections if each.guard is None] == []


async def test_a_run_held_by_a_worker_and_a_connection_waits_for_both(opened: tuple[House, Company]) -> None:
    """A run that met the halt of a connection goes on only when its worker is let go on as well."""
    house, company = opened
    await _stop(house, "connection:crm")
    run = await tell(house, score())
    other = await tell(house, mail(), number=2)
    await work(house)
    await _stop(house, "worker:as-told")

    assert await _lift(house, "connection:crm") == 0
    assert await _lift(house, "worker:as-told") == 1
    await work(house)

    assert await states_of(house, run) == ["done", "performed"]
    assert (await state_of(house, other))["waits_for"] == "review"
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_halt_of_something_that_is_gone_can_be_lifted(opened: tuple[House, Company]) -> None:
    """A connection that was halted and then taken away is no halt for ever."""
    house, _ = opened
    await _stop(house, "connection:crm")
    await rows_of(house, "UPDATE worker SET systems = '{}'")

    await _lift(house, "connection:crm")

    assert await list_halts(house.database) == []
