from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from remit.errors import InputInvalid
from remit.governance.costs import Period, action_costs, costs
from remit.intelligence.judge import Judgement
from remit.intelligence.local import LocalJudge
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import score, tell, work

CLASSIFY = {"classify": "thank you"}


class Priced(LocalJudge):
    """A judge whose every answer costs the same."""

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Answer, for a price."""
        return replace(await super().classify(text, labels), cost=1001, tokens=70)


def period(house: House) -> Period:
    """The hours around now."""
    now = house.clock.now()
    return Period(since=now - timedelta(hours=1), until=now + timedelta(hours=1))


async def test_outcomes_tell_what_they_cost(opened: tuple[House, Company]) -> None:
    """Judgements and calls are added up by worker and by how its runs ended, also of those that came to nothing."""
    house = replace(opened[0], judge=Priced())
    await tell(house, CLASSIFY, CLASSIFY, score(1), score(2), number=1)
    await tell(house, CLASSIFY, score(3), number=2)
    await tell(house, CLASSIFY, {"unknown": 1}, number=3)
    await work(house)

    done, failed = await costs(house.database, period(house))

    assert (done.worker, done.outcome, done.runs, done.cost, done.tokens) == ("as-told", "done", 2, 3003, 210)
    assert (done.calls, done.actions) == (6, 3)
    assert (done.per_run, done.per_action) == (1501.5, 1001)
    assert (failed.outcome, failed.runs, failed.cost, failed.per_action) == ("exception", 1, 1001, None)


async def test_the_shares_of_actions_add_up(opened: tuple[House, Company]) -> None:
    """Each write has its share of what its run cost, to the millionth."""
    house = replace(opened[0], judge=Priced())
    await tell(house, CLASSIFY, score(1), score(2), number=1)
    await tell(house, score(3), number=2)
    await work(house)

    found = await action_costs(house.database, period(house), limit=10)

    assert [one.cost for one in found] == [501, 500, 0]
    assert {one.operation for one in found} == {"crm.set_health_score"}


async def test_no_more_runs_are_looked_at_than_asked(opened: tuple[House, Company]) -> None:
    """A page that must be fast looks at the newest runs alone; whoever does not say so gets all."""
    house = opened[0]
    first = await tell(house, score(1), number=1)
    last = await tell(house, score(2), number=2)
    await work(house)

    found = await action_costs(house.database, period(house), limit=10)
    newest = await action_costs(house.database, period(house), limit=10, newest=1)

    assert {one.run for one in found} == {first, last}
    assert [one.run for one in newest] == [last]


async def test_only_the_period_and_the_worker_asked_for_count(opened: tuple[House, Company]) -> None:
    """Another worker, or another time, is another answer; a period that ends before it begins is a mistake."""
    house = opened[0]
    await tell(house, score(1))
    await work(house)
    now = house.clock.now()

    assert await costs(house.database, replace(period(house), worker="nobody")) == []
    assert await costs(house.database, Period(since=now + timedelta(hours=1), until=now + timedelta(hours=2))) == []
    with pytest.raises(InputInvalid, match="ends before it begins"):
        await costs(house.database, Period(since=now, until=now))
