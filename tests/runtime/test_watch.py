"""A file that is dropped becomes a signal with the house's time, whatever the file says of itself."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.practice.company import Company
from remit.runtime import watch
from remit.runtime.house import House
from tests.houses import rows_of


@pytest.mark.parametrize("says", [datetime(1999, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
async def test_a_signal_has_the_time_it_was_noticed(
    opened: tuple[House, Company], tmp_path: Path, says: datetime
) -> None:
    """Whoever drops a file can date it back or ahead; the signal's time is the house's clock, the date only a datum."""
    house, _ = opened
    house.clock.advance(days=400)
    file = tmp_path / "invoices" / "1.xml"
    file.parent.mkdir()
    file.write_text("x")
    os.utime(file, (says.timestamp(), says.timestamp()))
    watcher = Watcher(file.parent)
    before = house.clock.now()

    for _ in range(2):
        await watch.look(house, watcher)

    [signal] = await rows_of(house, "SELECT occurred_at, data FROM signal WHERE type = 'file.arrived'")
    assert before <= signal["occurred_at"] <= house.clock.now()
    assert signal["data"]["modified_at"] == says.isoformat()
