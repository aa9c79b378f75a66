import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from remit.practice.company import Company
from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import answer_review, done_of, notify, opened_house, rows_of, score, state_of, states_of, tell, until


async def _until(house: House, state: str, count: int) -> None:
    async def are_there() -> bool:
        return len(await rows_of(house, "SELECT id FROM run WHERE state = $1", state)) >= count

    await until(are_there)


async def test_two_dispatchers_work_off_everything_once(database: Database) -> None:
    """Two hundred signals, two dispatchers: every run ends, each effect is there once, and no job is left."""
    async with AsyncExitStack() as stack:
        house, company = await stack.enter_async_context(opened_house(database))
        other, _ = await stack.enter_async_context(opened_house(database))
        stop = asyncio.Event()
        dispatching = [asyncio.create_task(dispatch(each, concurrency=8, stop=stop)) for each in (house, other)]
        for number in range(200):
            await tell(house, score(), number=number)

        await _until(house, "done", 200)
        stop.set()
        await asyncio.gather(*dispatching)

        keys = Counter(effect.key for effect in await company.effects())
        assert (len(keys), set(keys.values())) == (200, {1})
        assert await rows_of(house, "SELECT 1 FROM pgqueuer") == []
        settled = await rows_of(house, "SELECT run FROM entry WHERE kind = 'run.settled'")
        assert len(settled) == len({row["run"] for row in settled}) == 200


async def test_what_was_begun_is_finished_at_the_end(opened: tuple[House, Company]) -> None:
    """Told to stop, a dispatcher finishes the runs it has begun, and leaves the others where they are."""
    house, company = opened
    await company.fail("crm", "set_health_score", "late", times=2, seconds=0.5)
    for number in range(2):
        await tell(house, score(), number=number)
    stop = asyncio.Event()
    dispatching = asyncio.create_task(dispatch(house, concurrency=2, stop=stop))
    await _until(house, "running", 2)
    waits = await tell(house, score(), number="later")

    stop.set()
    await dispatching

    states = Counter(row["state"] for row in await rows_of(house, "SELECT state FROM run"))
    assert states == {"done": 2, "open": 1}
    assert (await state_of(house, waits))["state"] == "open"
    assert len(await company.effects()) == 2


async def test_an_answer_sets_a_run_going_again(opened: tuple[House, Company]) -> None:
    """A run that waits holds no place; answered, it is taken up by itself."""
    house, company = opened
    stop = asyncio.Event()
    dispatching = asyncio.create_task(dispatch(house, concurrency=2, stop=stop))
    runs = [await tell(house, notify(), number=number) for number in range(10)]
    await _until(house, "waiting", 10)

    for run in runs:
        await answer_review(house, run)
    await _until(house, "done", 10)
    stop.set()
    await dispatching

    assert [await states_of(house, run) for run in runs] == [["done", "performed"]] * 10
    assert await done_of(company) == ["crm.notify_owner 1"] * 10


async def test_a_job_for_no_run_is_dropped(opened: tuple[House, Company]) -> None:
    """A job whose run does not exist, or whose payload is no run, keeps nobody from the others."""
    house, _ = opened
    for payload in (b"\x00" * 16, b"", b"no run at all"):
        await rows_of(
            house,
            "INSERT INTO pgqueuer (priority, status, entrypoint, payload) VALUES (0, 'queued', 'run', $1)",
            payload,
        )
    stop = asyncio.Event()
    await tell(house, score())

    dispatching = asyncio.create_task(dispatch(house, concurrency=2, stop=stop))
    await _until(house, "done", 1)
    await until(lambda: rows_of(house, "SELECT 1 WHERE NOT EXISTS (SELECT FROM pgqueuer)"))
    stop.set()
    await dispatching

    assert await rows_of(house, "SELECT 1 FROM pgqueuer") == []
