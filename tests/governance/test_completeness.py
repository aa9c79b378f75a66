"""How complete the record is, is a number: an effect past the house, and one that is gone, both show."""

from datetime import datetime, timedelta

import pytest

from remit.errors import InputInvalid, NotAllowed
from remit.governance.completeness import Completeness, measure_completeness
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import answer_review, mail, rows_of, score, task, tell, work


async def _measure(house: House, *, since: datetime | None = None, who: str = "you") -> Completeness:
    now = house.clock.now()
    return await measure_completeness(
        house.database,
        house.connections,
        since=since or now - timedelta(days=1),
        until=now + timedelta(seconds=1),
        who=who,
        now=now,
    )


async def _do_three(house: House) -> None:
    for number in range(3):
        await tell(house, score(), task(), number=number)
    await work(house)


async def test_a_record_without_gaps_is_whole(opened: tuple[House, Company]) -> None:
    """Everything the systems did stands in the ledger, and the measurement too."""
    house, company = opened
    await _do_three(house)

    found = await _measure(house)

    assert (found.effects, found.recorded, found.share) == (6, 6, 1.0)
    assert len(await company.effects()) == 6
    assert (found.missing, found.doubled, found.unseen, found.unknown) == ((), (), (), ())
    assert found.systems == ("crm", "desk", "erp", "mail", "product", "tasks")
    [entry] = await find_entries(house.database, Search(kind="completeness.measured"))
    assert (entry.body["effects"], entry.body["recorded"], entry.body["missing"]) == (6, 6, 0)


async def test_nothing_done_is_whole(opened: tuple[House, Company]) -> None:
    """A house that did nothing misses nothing."""
    found = await _measure(opened[0])

    assert (found.effects, found.share) == (0, 1.0)


async def test_an_effect_behind_the_back_of_the_house_is_missing(opened: tuple[House, Company]) -> None:
    """Whatever a system did without an entry is named, with its system's words for it."""
    house, company = opened
    await _do_three(house)
    await company.offices["crm"].do(
        "crm.set_health_score", {"account": "A-101", "score": 1, "reason": "by hand"}, "by-hand"
    )

    found = await _measure(house)

    assert [(effect.operation, effect.key) for effect in found.missing] == [("crm.set_health_score", "by-hand")]
    assert (found.effects, found.recorded) == (7, 6)
    assert found.share == pytest.approx(6 / 7)


async def test_an_effect_that_is_gone_is_unseen(opened: tuple[House, Company]) -> None:
    """What the ledger says was done and its system does not know is named."""
    house, company = opened
    await _do_three(house)
    lost = (await company.effects("tasks"))[0].key
    await rows_of(house, "DELETE FROM practice.effect WHERE key = $1", lost)

    found = await _measure(house)

    assert (found.unseen, found.effects, found.recorded) == ((lost,), 5, 5)


async def test_what_a_system_did_twice_is_doubled(opened: tuple[House, Company]) -> None:
    """A second effect under one key is no second effect that is recorded, and is named."""
    house, company = opened
    await _do_three(house)
    twice = (await company.effects("tasks"))[0].key
    await company.offices["tasks"].do("tasks.create_task", {"title": "again"}, twice)

    found = await _measure(house)

    assert (found.doubled, found.effects, found.recorded, found.missing) == ((twice,), 6, 6, ())


async def test_what_nobody_knows_is_unknown_and_not_missing(opened: tuple[House, Company]) -> None:
    """An effect whose answer was lost is known to be in doubt until a person looked."""
    house, company = opened
    await company.fail("mail", "send_message", "error_after")
    run = await tell(house, mail())
    await work(house)
    await answer_review(house, run)
    await work(house)
    [effect] = await company.effects("mail")

    found = await _measure(house)

    assert (found.unknown, found.missing, found.recorded) == ((effect.key,), (), 0)


async def test_what_lies_outside_the_time_does_not_count(opened: tuple[House, Company]) -> None:
    """An effect just before the beginning counts neither as done nor as unseen."""
    house, _ = opened
    await _do_three(house)
    house.clock.advance(minutes=5)

    found = await _measure(house, since=house.clock.now() - timedelta(minutes=1))

    assert (found.effects, found.unseen, found.missing) == (0, (), ())


async def test_only_who_may_read_measures(opened: tuple[House, Company]) -> None:
    """A stranger measures nothing, and an end before the beginning is refused."""
    house, _ = opened

    with pytest.raises(NotAllowed):
        await _measure(house, who="stranger")
    with pytest.raises(InputInvalid):
        await _measure(house, since=house.clock.now() + timedelta(days=1))
    assert await find_entries(house.database, Search(kind="completeness.measured")) == ()
