"""`/health` and `/metrics`: for those who run the house. They tell counts, never contents, and need no token."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel, Field

from remit.store.database import Database
from remit.web.asked import AskedHouse

router = APIRouter(tags=["health"])


class Ready(BaseModel):
    """That it can work."""

    status: str
    workers: int = Field(description="how many are on duty")
    unsequenced: int = Field(description="ledger entries that have no index yet")


@router.get("/health/live", summary="Is the process there?")
async def live() -> dict[str, str]:
    """Answer as long as the process does."""
    return {"status": "alive"}


@router.get("/health/ready", summary="Can it work?")
async def ready(house: AskedHouse) -> Ready:
    """Answer with 503 when the database cannot be reached."""
    waiting = await house.database.fetch_value("count_unsequenced")
    return Ready(status="ready", workers=len(house.roster.on_duty), unsequenced=waiting)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
async def metrics(house: AskedHouse) -> Response:
    """Count runs, actions, reviews and entries from the rows, so that every process tells the same."""
    registry = CollectorRegistry()
    for fill in (_runs, _actions, _reviews, _entries):
        await fill(house.database, registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _runs(database: Database, registry: CollectorRegistry) -> None:
    runs = Gauge("remit_runs", "Runs by worker and state.", ["worker", "state", "waits_for"], registry=registry)
    for row in await database.fetch("count_runs"):
        runs.labels(row["worker"], row["state"], row["waits_for"]).set(row["runs"])


async def _actions(database: Database, registry: CollectorRegistry) -> None:
    actions = Gauge("remit_actions", "Actions by operation and state.", ["operation", "state"], registry=registry)
    for row in await database.fetch("count_actions"):
        actions.labels(row["operation"], row["state"]).set(row["actions"])


async def _reviews(database: Database, registry: CollectorRegistry) -> None:
    reviews = Gauge("remit_open_reviews", "Open reviews by worker.", ["worker"], registry=registry)
    for row in await database.fetch("count_open_reviews"):
        reviews.labels(row["worker"]).set(row["reviews"])


async def _entries(database: Database, registry: CollectorRegistry) -> None:
    waiting = Gauge("remit_unsequenced_entries", "Ledger entries that have no index yet.", registry=registry)
    waiting.set(await database.fetch_value("count_unsequenced"))
