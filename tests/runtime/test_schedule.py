import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from remit.charters import registry
from remit.charters.lifecycle import Status
from remit.practice.company import Company
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.runtime.schedule import keep_time, run_out_timers, send_cron_signals, wake_runs
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.houses import copy_worker, opened_house, rows_of, score, send, state_of, states_of, tell, until, work

TRIGGER = "  - {name: told, event: test.as_told, own: [steps]}\n"
HOURLY = "  - {name: hourly, cron: '0 * * * *'}\n"
EACH_QUARTER = "  - {name: quarterly, cron: '*/15 * * * *'}\n"
LEFT_ALONE = "  - {name: left-alone, since: account.touched, by: account, days: 14}\n"


def _set(house: House, hour: int, minute: int, *, day: int = 10) -> datetime:
    """Set the clock of the house to a time in a month to come."""
    to = datetime(2040, 5, day, hour, minute, 30, tzinfo=UTC)
    house.clock.ahead += to - house.clock.now()
    return house.clock.now()


async def _moments(house: House) -> list[str]:
    rows = await rows_of(house, "SELECT signal_id FROM signal ORDER BY signal_id")
    return [
        row["signal_id"].rpartition("/")[2].partition("@")[2] or row["signal_id"].rpartition("/")[2] for row in rows
    ]


async def _begun(house: House) -> int:
    return len(await rows_of(house, "SELECT id FROM run"))


# ── cron ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_moment_comes_once_however_many_processes_watch(database: Database, tmp_path: Path) -> None:
    """A cron moment opens one run, though several processes see it pass, several times."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: HOURLY})) as (house, _):
        since = _set(house, 9, 59)
        _set(house, 10, 0)

        await asyncio.gather(*(send_cron_signals(house, since) for _ in range(8)))
        await send_cron_signals(house, since)

        assert await _moments(house) == ["2040-05-10T10:00:00+00:00"]
        assert await _begun(house) == 1


async def test_missed_moments_of_the_last_hour_are_made_up(database: Database, tmp_path: Path) -> None:
    """After a restart each moment missed in the last hour comes once, and none from before that."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: EACH_QUARTER})) as (house, _):
        since = _set(house, 6, 0)
        now = _set(house, 10, 5)

        await send_cron_signals(house, since)
        await send_cron_signals(house, now - timedelta(hours=1))

        assert await _moments(house) == [
            f"2040-05-10T{moment}:00+00:00" for moment in ("09:15", "09:30", "09:45", "10:00")
        ]


async def test_a_restarted_process_makes_up_what_was_missed(database: Database, tmp_path: Path) -> None:
    """Keeping time begins with what was missed, and what another process sent before is not sent again."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: EACH_QUARTER})) as (house, _):
        _set(house, 10, 5)
        stop = asyncio.Event()
        keeping = [asyncio.create_task(keep_time(house, stop=stop)) for _ in range(2)]
        await until(lambda: rows_of(house, "SELECT 1 FROM signal HAVING count(*) >= 4"))

        stop.set()
        await asyncio.gather(*keeping)

        assert len(await _moments(house)) == 4
        assert await _begun(house) == 4


async def test_no_moment_from_before_a_worker_was_there(database: Database, tmp_path: Path) -> None:
    """A worker registered at 9:40 is not begun for 9:15 and 9:30."""
    async with opened_house(database) as (house, _):
        _set(house, 9, 40)
        workers = copy_worker(tmp_path, changes={TRIGGER: EACH_QUARTER})
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()
        now = _set(house, 10, 5)

        await send_cron_signals(house, now - timedelta(hours=1))

        assert await _moments(house) == ["2040-05-10T09:45:00+00:00", "2040-05-10T10:00:00+00:00"]


async def test_no_moment_from_while_a_worker_was_paused(database: Database, tmp_path: Path) -> None:
    """What was due while a worker was paused is not made up for when it is live again; a paused one begins nothing."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: EACH_QUARTER})) as (house, _):
        await _to(house, Status.PAUSED, _set(house, 9, 10))
        await send_cron_signals(house, _set(house, 9, 50) - timedelta(hours=1))
        paused = await _moments(house)
        await _to(house, Status.LIVE, house.clock.now())
        now = _set(house, 10, 5)

        await send_cron_signals(house, now - timedelta(hours=1))

        assert paused == []
        assert await _moments(house) == ["2040-05-10T10:00:00+00:00"]


async def _to(house: House, status: Status, now: datetime) -> None:
    async with house.database.transaction() as transaction:
        await registry.set_status(transaction, "as-told", status, now)
    await house.roster.refresh()


# ── what was left alone ────────────────────────────────────────────────────────────────────────────────────────────


async def _touch(house: House, account: str = "A", *, days_ago: float = 0) -> None:
    now = house.clock.now() - timedelta(days=days_ago)
    signal = Signal(
        source="t", signal_id=f"{account}{now}", type="account.touched", data={"account": account}, time=now
    )
    await send(house, signal)


async def _due(house: House) -> int:
    """Let run out what is due, in three processes at once; give how many runs there are."""
    await asyncio.gather(*(run_out_timers(house, house.clock.now()) for _ in range(3)))
    return await _begun(house)


async def test_what_is_left_alone_for_so_long_begins_once(database: Database, tmp_path: Path) -> None:
    """Fourteen days after the last touch a run begins, about what was left alone, on the trace of that touch."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        await _touch(house)
        house.clock.advance(days=13.9)
        before = await _due(house)

        house.clock.advance(days=0.2)
        after = [await _due(house) for _ in range(2)]

        assert (before, after) == (0, [1, 1])
        [signal] = await rows_of(house, "SELECT subject, data, trace_id FROM signal WHERE source = 'remit://clock'")
        [touch] = await rows_of(house, "SELECT trace_id FROM signal WHERE source = 't'")
        assert (signal["subject"], signal["data"]["about"], signal["trace_id"]) == ("A", "A", touch["trace_id"])


async def test_a_newer_touch_starts_the_clock_anew(database: Database, tmp_path: Path) -> None:
    """Each new event about the same thing puts the moment off; another thing has its own clock."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        await _touch(house, "A")
        await _touch(house, "B")
        house.clock.advance(days=10)
        await _touch(house, "A")
        house.clock.advance(days=5)

        begun = await _due(house)
        house.clock.advance(days=10)

        assert (begun, await _due(house)) == (1, 2)


async def test_an_older_touch_that_comes_late_changes_nothing(database: Database, tmp_path: Path) -> None:
    """An event that is older than the newest known neither brings the moment forward nor begins it again."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        await _touch(house)
        await _touch(house, days_ago=20)
        early = await _due(house)
        house.clock.advance(days=15)
        begun = await _due(house)

        await _touch(house, days_ago=16)

        assert (early, begun, await _due(house)) == (0, 1, 1)


async def test_a_touch_after_the_moment_begins_a_new_time(database: Database, tmp_path: Path) -> None:
    """Touched again and left alone again, a thing begins a second run."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        await _touch(house)
        house.clock.advance(days=15)
        first = await _due(house)
        await _touch(house)
        house.clock.advance(days=15)

        assert (first, await _due(house)) == (1, 2)


async def test_many_things_run_out_together(database: Database, tmp_path: Path) -> None:
    """Two hundred and fifty things left alone on one day begin two hundred and fifty runs, each once."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        for number in range(250):
            await _touch(house, f"A-{number}")
        house.clock.advance(days=15)

        begun = [await _due(house) for _ in range(3)]

        assert begun[-1] == 250


async def test_a_clock_signal_from_outside_begins_only_whom_it_names(database: Database, tmp_path: Path) -> None:
    """A signal that looks like the clock's begins nobody but the worker and trigger it names."""
    async with opened_house(database, workers=copy_worker(tmp_path, changes={TRIGGER: LEFT_ALONE})) as (house, _):
        for number, name in enumerate(["as-told/hourly", "other/left-alone", "", None, 7, {"a": 1}]):
            await send(house, Signal(source="x", signal_id=str(number), type="clock.elapsed", data={"for": name}))

        assert await _begun(house) == 0


# ── waking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_run_wakes_when_its_time_has_come(opened: tuple[House, Company]) -> None:
    """A run that waits is opened at its time, not before, and enqueued once by several processes."""
    house, _ = opened
    run = await tell(house, {"wait": {"hours": 1}}, score())
    await work(house)
    await rows_of(house, "DELETE FROM pgqueuer")

    house.clock.advance(minutes=59)
    await wake_runs(house, house.clock.now())
    early = (await state_of(house, run))["state"]
    house.clock.advance(minutes=2)
    await asyncio.gather(*(wake_runs(house, house.clock.now()) for _ in range(5)))

    assert early == "waiting"
    assert (await state_of(house, run))["state"] == "open"
    assert len(await rows_of(house, "SELECT id FROM pgqueuer")) == 1


async def test_keeping_time_takes_over_what_others_registered(database: Database, tmp_path: Path) -> None:
    """A process that keeps time learns of a version another one registered."""
    async with opened_house(database) as (house, _):
        workers = copy_worker(tmp_path, changes={"it is prohibited": "it is prohibited still"})
        await employ_all(database, workers, house.clock.now())
        before = {worker.name: worker.version for worker in house.roster.on_duty}
        stop = asyncio.Event()
        keeping = asyncio.create_task(keep_time(house, stop=stop))

        async def is_learned() -> bool:
            return {worker.name: worker.version for worker in house.roster.on_duty} != before

        await until(is_learned)
        stop.set()
        await keeping

        run = await tell(house, score())
        await work(house)

        assert await states_of(house, run) == ["done", "performed"]
        assert (await state_of(house, run))["version"] != before["as-told"]


async def test_a_duty_that_fails_keeps_no_other_from_being_done(database: Database, tmp_path: Path) -> None:
    """While one duty fails at every look the others are done; it is done as soon as it can be."""
    workers = copy_worker(tmp_path, changes={TRIGGER: HOURLY + LEFT_ALONE})
    async with opened_house(database, workers=workers) as (house, _):
        await _touch(house)
        _set(house, 10, 0)
        await rows_of(house, "ALTER TABLE timer RENAME TO timer_gone")
        stop = asyncio.Event()
        keeping = asyncio.create_task(keep_time(house, stop=stop))
        await until(lambda: _begun(house))
        await rows_of(house, "ALTER TABLE timer_gone RENAME TO timer")
        await until(lambda: rows_of(house, "SELECT 1 FROM run HAVING count(*) >= 2"))

        stop.set()
        await keeping

        triggers = await rows_of(house, "SELECT trigger FROM run ORDER BY opened_at")
        assert [row["trigger"] for row in triggers] == ["hourly", "left-alone"]
