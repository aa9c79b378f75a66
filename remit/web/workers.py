"""`/v1/workers`: the registry."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.in_words import describe
from remit.charters.worker_record import WorkerRecord
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/workers", tags=["workers"])


class ShownWorker(BaseModel):
    """A worker in the registry, with its charter in words."""

    record: WorkerRecord
    sentences: tuple[str, ...] = Field(description="its charter in plain sentences")
    charter: str = Field(description="the text of its current charter")


@router.get("", summary="List the workers")
async def list_workers(house: AskedHouse, _: AskedPerson) -> list[WorkerRecord]:
    """List every worker with everything the registry says of it, by name."""
    return list(await registry.list_workers(house.database))


@router.get("/{name}", summary="Show a worker", response_model=ShownWorker)
async def show_worker(name: str, house: AskedHouse, _: AskedPerson) -> dict[str, Any]:
    """Show one worker: its record, its charter as sentences and as text."""
    record = await registry.show_worker(house.database, name)
    text = (await registry.version(house.database, record.version)).charter
    sentences = () if record.fault else describe(parse_charter(text, file=f"{name}/charter.yaml"))
    return {"record": asdict(record), "sentences": sentences, "charter": text}
