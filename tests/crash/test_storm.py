from remit.runtime.runs import RunFilter, list_runs
from remit.store.database import Database
from tests.crash.judging import faults_found
from tests.crash.storm import Weather, blow
from tests.houses import opened_house


async def test_nothing_is_lost_or_doubled_in_a_storm(database: Database, database_url: str) -> None:
    """Two processes killed at random, and every review answered three times: each effect and each entry once."""
    async with opened_house(database) as (house, _):
        after = await blow(house, database_url, Weather(runs=300, reviews=60, kills=12))

        left = [row for row in await list_runs(database, RunFilter(limit=500)) if row["state"] != "done"]
        assert after.kills > 3
        assert [(row["state"], row["reason"]) for row in left] == []
        assert await faults_found(database, after.doubles, effects_each=2) == []
        assert await faults_found(database, after.asked, effects_each=1) == []
