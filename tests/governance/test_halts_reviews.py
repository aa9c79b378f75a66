import asyncio
from datetime import datetime, timedelta

import pytest

from remit.errors import Conflict
from remit.governance.approvals import expire_reviews
from remit.governance.halts import HaltReport, lift, stop
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import answer_review, done_of, mail, notify, review_of, state_of, states_of, tell, work

SCOPES = [
    "everything",
    "domain:customer_experience",
    "workflow:tests-of-the-gateway",
    "worker:as-told",
    "connection:crm",
]


async def _stop(house: House, scope: str = "everything") -> HaltReport:
    return await stop(house.database, scope, "something is wrong", "you", house.clock.now())


async def _lift(house: House, scope: str = "everything") -> int:
    return await lift(house.database, scope, "it is mended", "ken.ito", house.clock.now())


@pytest.mark.parametrize("verdict", ["approve", "reject"])
@pytest.mark.parametrize("scope", SCOPES)
async def test_a_review_is_frozen_under_a_halt(opened: tuple[House, Company], scope: str, verdict: str) -> None:
    """Nobody answers a review while its scope is halted; after the lift it is answered, and takes effect once."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)

    report = await _stop(house, scope)
    with pytest.raises(Conflict, match="is halted"):
        await answer_review(house, run, verdict)
    await work(house)
    before = await done_of(company)
    await _lift(house, scope)
    await answer_review(house, run, verdict)
    await work(house)

    assert (report.waiting_reviews, before) == (1, [])
    assert await done_of(company) == (["crm.notify_owner 1"] if verdict == "approve" else [])


async def test_a_review_elsewhere_is_answered(opened: tuple[House, Company]) -> None:
    """A halt of a connection freezes what would ask it, and no other review of the same worker."""
    house, company = opened
    sent, told = await tell(house, mail(), number=1), await tell(house, notify(), number=2)
    await work(house)

    await _stop(house, "connection:crm")
    await answer_review(house, sent)
    with pytest.raises(Conflict):
        await answer_review(house, told)
    await work(house)

    assert await done_of(company) == ["mail.send_message 1"]


async def test_the_time_of_a_frozen_review_stands_still(opened: tuple[House, Company]) -> None:
    """Two days of a halt take nothing of the day in which a review is answered; afterwards it goes on."""
    house, _ = opened
    run = await tell(house, notify())
    await work(house)
    house.clock.advance(hours=23)

    await _stop(house)
    house.clock.advance(hours=48)
    frozen = await expire_reviews(house.database, house.clock.now())
    await _lift(house)
    thawed = await expire_reviews(house.database, house.clock.now())
    house.clock.advance(hours=2)
    late = await expire_reviews(house.database, house.clock.now())
    await work(house)

    assert (frozen, thawed, late) == (0, 0, 1)
    assert await states_of(house, run) == ["stopped", "rejected"]


@pytest.mark.parametrize("first_lifted", ["everything", "worker:as-told"])
async def test_two_halts_freeze_once(opened: tuple[House, Company], first_lifted: str) -> None:
    """Of two halts that overlap, each hour counts once, whichever is lifted first."""
    house, _ = opened
    run = await tell(house, notify())
    await work(house)
    due = await _due(house, run)

    await _stop(house)
    house.clock.advance(hours=1)
    await _stop(house, "worker:as-told")
    house.clock.advance(hours=1)
    [second] = {"everything", "worker:as-told"} - {first_lifted}
    await _lift(house, first_lifted)
    still = await _due(house, run)
    house.clock.advance(hours=1)
    await _lift(house, second)

    assert still == due
    assert abs(await _due(house, run) - due - timedelta(hours=3)) < timedelta(seconds=30)


async def test_an_answer_that_races_a_halt_comes_before_it_or_not_at_all(opened: tuple[House, Company]) -> None:
    """Whoever answers in the moment of a halt is either counted as answered by it, or refused."""
    house, company = opened
    runs = [await tell(house, notify(), number=number) for number in range(12)]
    await work(house)

    said = await asyncio.gather(
        *(answer_review(house, run) for run in runs[:6]),
        _stop(house),
        *(answer_review(house, run) for run in runs[6:]),
        return_exceptions=True,
    )
    [report] = [each for each in said if isinstance(each, HaltReport)]

    refused = [each for each in said if isinstance(each, Conflict)]
    assert report.waiting_reviews == len(refused)
    assert len(refused) + said.count("approved") == 12
    assert [(await state_of(house, run))["state"] for run in runs].count("done") == 0
    assert await done_of(company) == []


async def _due(house: House, run: object) -> datetime:
    return (await review_of(house, run))["expires_at"]  # pyright: ignore[reportArgumentType]  # a run's number
