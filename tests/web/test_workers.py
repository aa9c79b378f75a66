"""A worker whose charter nobody can read any more is shown like the others, with what is wrong."""

from dataclasses import replace

import httpx

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.runtime.house import House
from tests.houses import SAMPLE_WORKERS


async def test_a_worker_nobody_can_read_is_shown_with_its_fault(house: House, asking: httpx.AsyncClient) -> None:
    """The list holds every worker; the one stored by looser rules has its fault and its text, and no sentences."""
    files = registry.read_folder(SAMPLE_WORKERS / "as_told")
    looser = replace(files, charter=f"{files.charter}once_allowed: 1\n")
    async with house.database.transaction() as transaction:
        await registry.register(transaction, looser, parse_charter(files.charter, file="f"), house.clock.now())

    listed = {worker["name"]: worker["fault"] for worker in (await asking.get("/v1/workers")).json()}
    shown = (await asking.get("/v1/workers/as-told")).json()

    assert [name for name, fault in listed.items() if fault] == ["as-told"]
    assert {"as-told", "double-write"} <= listed.keys()
    assert "unknown word `once_allowed`" in shown["record"]["fault"]
    assert (shown["charter"], shown["sentences"]) == (looser.charter, [])
