import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from remit.clock import new_id
from remit.errors import SignalInvalid
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal, read_cloudevent
from remit.store.database import Database, Transaction
from tests.houses import copy_worker, opened_house, rows_of, score, send, told
from tests.runtime.test_signal import event

CHARTER_TRIGGERS = "  - {name: told, event: test.as_told, own: [steps]}\n"


async def _counts(house: House) -> dict[str, int]:
    tables = ("signal", "run", "pgqueuer", "timer")
    counts = {table: (await rows_of(house, f"SELECT count(*) FROM {table}"))[0]["count"] for table in tables}  # noqa: S608  # the test's own words
    counts["entries"] = len(await find_entries(house.database, Search(kind="signal.received"), limit=500))
    return counts


async def test_a_signal_is_one_for_ever(opened: tuple[House, Company]) -> None:
    """The same source and id, fifty times at once and again years later: one signal, its runs, one job, one entry."""
    house, _ = opened
    signals = [replace(told(score()), id=new_id()) for _ in range(50)]

    received = await asyncio.gather(
        *(receive(house.database, house.roster, signal, house.clock.now()) for signal in signals)
    )
    house.clock.advance(days=4000)
    again = await receive(house.database, house.roster, replace(told(), id=new_id()), house.clock.now())

    assert Counter(each.is_new for each in received) == {True: 1, False: 49}
    assert {each.runs for each in [*received, again]} == {received[0].runs}
    assert {each.signal for each in [*received, again]} == {received[0].signal}
    assert await _counts(house) == {"signal": 1, "run": 1, "pgqueuer": 1, "timer": 0, "entries": 1}


async def test_the_same_id_from_two_sources_is_two_signals(opened: tuple[House, Company]) -> None:
    """An id says something only together with its source."""
    house, _ = opened

    first = await send(house, told(score()))
    second = await send(house, replace(told(score()), source="elsewhere", id=new_id()))

    assert first != second
    assert (await _counts(house))["run"] == 2


class _Dies(Exception):
    """The process dies here."""


@pytest.mark.parametrize("statement", ["insert_signal", "insert_runs", "set_timer", "append_entries"])
async def test_dying_in_the_middle_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """Whatever statement is the last one, nothing of the signal stays, and sent again it is new."""
    clock = "  - {name: left-alone, since: test.as_told, by: account, days: 14}\n"
    workers = copy_worker(tmp_path, changes={CHARTER_TRIGGERS: CHARTER_TRIGGERS + clock})
    async with opened_house(database, workers=workers) as (house, _):
        signal = replace(told(score()), data={"steps": [], "account": "A-101"})
        execute = Transaction.execute
        fetch_value = Transaction.fetch_value

        async def die(self: Transaction, name: str, *arguments: object) -> Any:
            given = await (fetch_value if name == "insert_signal" else execute)(self, name, *arguments)
            if name == statement:
                raise _Dies
            return given

        with monkeypatch.context() as patched:
            patched.setattr(Transaction, "fetch_value" if statement == "insert_signal" else "execute", die)
            with pytest.raises(_Dies):
                await receive(database, house.roster, signal, house.clock.now())
        left = await _counts(house)
        again = await receive(database, house.roster, signal, house.clock.now())

        assert left == {"signal": 0, "run": 0, "pgqueuer": 0, "timer": 0, "entries": 0}
        assert again.is_new
        assert await _counts(house) == {"signal": 1, "run": 1, "pgqueuer": 1, "timer": 1, "entries": 1}


async def test_a_signal_nobody_waits_for_is_kept(opened: tuple[House, Company]) -> None:
    """A signal that begins nothing is recorded all the same."""
    house, _ = opened

    runs = await send(house, Signal(source="test", signal_id="1", type="nobody.cares"))

    assert runs == []
    assert await _counts(house) == {"signal": 1, "run": 0, "pgqueuer": 0, "timer": 0, "entries": 1}


async def test_a_worker_begins_at_most_once_for_a_signal(database: Database, tmp_path: Path) -> None:
    """A signal that matches three triggers of a worker opens one run, by the first of them."""
    more = (
        "  - {name: too, event: test.as_told, own: [steps]}\n"
        "  - {name: three, event: test.as_told, own: [steps], where: {n: {over: 1}}}\n"
    )
    workers = copy_worker(tmp_path, changes={CHARTER_TRIGGERS: CHARTER_TRIGGERS + more})
    async with opened_house(database, workers=workers) as (house, _):
        await send(house, replace(told(), data={"steps": [], "n": 2}))

        rows = await rows_of(house, "SELECT trigger FROM run")

        assert [row["trigger"] for row in rows] == ["told"]


@pytest.mark.parametrize(
    ("value", "begins"),
    [(40, False), (40.01, True), (41, True), (39, False), ("41", False), (None, False), (True, False), ([41], False)],
)
async def test_a_threshold_is_a_threshold(database: Database, tmp_path: Path, value: object, begins: bool) -> None:  # noqa: FBT001  # what is expected
    """A worker with a threshold begins above it, not at it, and never on what is no number."""
    where = "  - {name: told, event: test.as_told, own: [steps], where: {usage.drop_percent: {over: 40}}}\n"
    workers = copy_worker(tmp_path, changes={CHARTER_TRIGGERS: where})
    async with opened_house(database, workers=workers) as (house, _):
        runs = await send(house, replace(told(), data={"usage": {"drop_percent": value}}))

        assert bool(runs) == begins


async def test_the_longest_names_are_taken(opened: tuple[House, Company]) -> None:
    """Names of the greatest length, in letters that need four bytes, find their place in every index."""
    house, _ = opened
    letters = "".join(chr(0x1F300 + number % 700) for number in range(500))
    signal = read_cloudevent(
        event(id=letters[:400], source=letters[:250], type="test.as_told", subject=letters, data={"steps": []})
    )

    first = await receive(house.database, house.roster, signal, house.clock.now())
    again = await receive(house.database, house.roster, replace(signal, id=new_id()), house.clock.now())

    assert (first.is_new, again.is_new) == (True, False)
    assert len(first.runs) == 1


@pytest.mark.parametrize("account", ["x" * 501, {"a": 1}, [1], 1.5])
async def test_a_clock_is_about_something_with_a_name(database: Database, tmp_path: Path, account: object) -> None:
    """A clock that goes by a field refuses a signal whose field is no name, and nothing of it stays."""
    clock = "  - {name: left-alone, since: test.as_told, by: account, days: 14}\n"
    workers = copy_worker(tmp_path, changes={CHARTER_TRIGGERS: clock})
    async with opened_house(database, workers=workers) as (house, _):
        with pytest.raises(SignalInvalid, match="no name"):
            await send(house, replace(told(), data={"account": account}))

        assert (await _counts(house))["signal"] == 0


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_a_time_out_of_this_world_holds_no_clock_up(database: Database, tmp_path: Path, time: str) -> None:
    """An event dated in the far future or past is taken, and the next real one starts the clock anew."""
    clock = "  - {name: left-alone, since: test.as_told, by: account, days: 14}\n"
    workers = copy_worker(tmp_path, changes={CHARTER_TRIGGERS: clock})
    async with opened_house(database, workers=workers) as (house, _):
        await send(house, read_cloudevent(event(type="test.as_told", time=time, data={"account": "A"})))
        house.clock.advance(hours=1)
        now = house.clock.now()
        await send(house, replace(told(number=2), data={"account": "A"}, time=now))

        [timer] = await rows_of(house, "SELECT since, due_at FROM timer")
        assert timer["since"] == now
        assert timer["due_at"] - now == timedelta(days=14)
