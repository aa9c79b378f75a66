"""`/v1/raci`: for every action a worker can take, who answers for it."""

from typing import Annotated

from fastapi import APIRouter, Query

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.errors import NotFound
from remit.governance.raci import Answering, answering
from remit.governance.roles import list_people
from remit.store.database import Database
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/raci", tags=["people"])


@router.get("", summary="Tell who answers for each action")
async def raci(
    house: AskedHouse,
    _: AskedPerson,
    worker: Annotated[str, Query(max_length=200, description="a worker's name; every worker when empty")] = "",
) -> list[Answering]:
    """Tell for every action of a worker who holds each seat, which are vacant, and who is looped in."""
    return await list_answering(house.database, worker)


async def list_answering(database: Database, worker: str = "") -> list[Answering]:
    """Tell who answers for each action of one worker, or of all.

    Raises:
        NotFound: There is no such worker.
    """
    records = [record for record in await registry.list_workers(database) if worker in ("", record.name)]
    if worker and not records:
        raise NotFound(f"there is no worker `{worker}`. `remit workers` shows those there are")
    versions = [await registry.version(database, record.version) for record in records if not record.fault]
    charters = [parse_charter(one.charter, file=f"{one.worker}/charter.yaml") for one in versions]
    people = await list_people(database)
    return list(answering(charters, {person.id: person.roles for person in people if person.is_active}))
