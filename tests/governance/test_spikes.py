import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from remit.errors import NotAllowed
from remit.governance.halts import lift, list_halts
from remit.governance.spikes import find_spikes, watch_spikes
from remit.ledger.read import Search, find_entries
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import copy_worker, opened_house, rows_of, score, states_of, tell, work

TODAY = date(2026, 3, 31)
CONTACTS = "escalation_contacts: [sara.lind]\n"


def days(*quantities: int) -> dict[date, int]:
    """What was used, day by day up to today."""
    return {TODAY - timedelta(days=len(quantities) - 1 - place): each for place, each in enumerate(quantities)}


@pytest.mark.parametrize(
    ("quantities", "is_spike"),
    [
        ((10, 12, 8, 51), True),
        ((10, 12, 8, 50), False),
        ((10, 12, 51), False),
        ((1, 1, 1, 19), False),
        ((1, 1, 1, 20), True),
        ((0, 0, 10, 10, 10, 51), True),
        ((10, 1000, 8, 12, 70), True),
        ((), False),
    ],
)
def test_a_spike_is_far_above_the_median(quantities: tuple[int, ...], is_spike: bool) -> None:  # noqa: FBT001  # pytest's way
    """Five times the median of three days or more, and not a handful: that is a spike, whatever one day was."""
    assert bool(find_spikes({"actions": days(*quantities)}, TODAY, 5.0)) is is_spike


def test_money_and_tokens_have_their_own_least() -> None:
    """A few cents more are no spike, however few they were before."""
    assert find_spikes({"money:EUR": days(10, 10, 10, 9_999), "tokens": days(1, 1, 1, 99_999)}, TODAY, 5.0) == []
    assert len(find_spikes({"money:EUR": days(10, 10, 10, 10_000)}, TODAY, 5.0)) == 1


async def _past(house: House, worker: str, quantities: Iterable[int]) -> None:
    """Let the worker have written so often on the days before today."""
    await tell(house, score(), number="seed")
    await work(house)
    now = house.clock.now()
    for back, quantity in enumerate(quantities, 1):
        await rows_of(
            house,
            "INSERT INTO action SELECT run, 1000 * $1 + number, worker, operation, arguments, state, decision, result,"
            " reason, reserved, $2, $2 FROM action, generate_series(1, $3) AS number WHERE step = 1 AND worker = $4",
            back,
            now - timedelta(days=back),
            quantity,
            worker,
        )


async def _watch(house: House) -> int:
    charters = [worker.charter for worker in house.roster.on_duty]
    return await watch_spikes(house.database, charters, house.connections.operations, house.clock.now())


async def test_owners_are_told_of_a_spike_once_a_day(database: Database) -> None:
    """However many processes look however often, each owner is told once of each thing, and the ledger once."""
    async with opened_house(database) as (house, _):
        await _past(house, "as-told", [4, 5, 4])
        for number in range(30):
            await tell(house, score(number), number=number)
        await work(house)

        found = await asyncio.gather(*(_watch(house) for _ in range(4)))

        assert sum(found) == 2  # writes, and this operation
        told = await rows_of(house, "SELECT recipient, title FROM notice WHERE kind = 'limit.spiked'")
        assert sorted(row["recipient"] for row in told) == ["ken.ito", "ken.ito", "sara.lind", "sara.lind"]
        assert "31 today, usually 4" in told[0]["title"]
        assert len(await find_entries(house.database, Search(kind="limit.spiked"), limit=10)) == 2
        assert await list_halts(house.database) == []


async def test_a_spike_stops_a_worker_whose_charter_says_so(database: Database, tmp_path: Path) -> None:
    """The house halts it; nothing more is done until a person lifts the halt."""
    workers = copy_worker(tmp_path, changes={CONTACTS: CONTACTS + "limits: {on_spike: stop}\n"})
    async with opened_house(database, workers=workers) as (house, company):
        await _past(house, "as-told", [4, 5, 4])
        for number in range(30):
            await tell(house, score(number), number=number)
        await work(house)
        await _watch(house)
        before = len(await company.effects())
        late = await tell(house, score(), number="late")
        await work(house)

        [halt] = await list_halts(house.database)
        assert (halt["scope"], halt["set_by"]) == ("worker:as-told", "house")
        assert "usually 4" in halt["reason"]
        assert len(await company.effects()) == before

        with pytest.raises(NotAllowed):
            await lift(house.database, "worker:as-told", "it is well", "house", house.clock.now())
        await lift(house.database, "worker:as-told", "it is well", "you", house.clock.now())
        await work(house)
        assert await states_of(house, late) == ["done", "performed"]


async def test_a_worker_that_is_new_or_steady_is_left_alone(database: Database) -> None:
    """Without three days to compare with, or at its usual pace, nobody is told anything."""
    async with opened_house(database) as (house, _):
        for number in range(40):
            await tell(house, score(number), number=number)
        await work(house)

        assert await _watch(house) == 0
        assert await rows_of(house, "SELECT * FROM spike") == []
