"""The kill switch under load, on two processes."""

import asyncio
from datetime import timedelta

from remit.clock import now
from remit.governance.halts import lift, stop
from remit.practice.effects import effects
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.crash import children
from tests.crash.storm import PROCESSES
from tests.houses import opened_house, send


async def test_no_effect_begins_after_a_halt_has_answered(database: Database, database_url: str) -> None:
    """Under load on two processes, nothing is asked of a system after the answer, but what the answer lists."""
    async with opened_house(database) as (house, company):
        for number in range(400):
            await send(
                house,
                Signal(source="load", signal_id=str(number), type="test.double_write", data={"account": "A-101"}),
            )
        processes = [children.start_child(children.keep_working, database_url) for _ in range(PROCESSES)]
        try:
            while len(await company.effects()) < 50:  # noqa: ASYNC110  # other processes do it
                await asyncio.sleep(0.02)

            report = await stop(database, "everything", "a drill", "you", now())
            answered = now()
            await asyncio.sleep(1.5)  # time in which a guilty process would go on

            late = [each for each in await effects(database) if each.asked_at > answered]
            assert [each.key for each in late if each.key not in report.in_flight] == []
            begun = len(await effects(database))
            assert 50 <= begun < 800
            assert report.open_runs > 0

            await lift(database, "everything", "the drill is over", "ken.ito", now())
            until = now() + timedelta(seconds=60)
            while len(await effects(database)) < 800 and now() < until:  # noqa: ASYNC110  # other processes do it
                await asyncio.sleep(0.1)
            assert len(await effects(database)) == 800
        finally:
            for process in processes:
                process.kill()
                process.join()
