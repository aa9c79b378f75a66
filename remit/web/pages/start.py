"""`/start`: the way from the practice company to the first connection, person and worker of one's own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

import remit.workers
from remit.charters import registry
from remit.governance.roles import list_people
from remit.practice import drill
from remit.practice.company import SYSTEMS
from remit.practice.people import PEOPLE
from remit.runtime.house import House
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

_DROP: Final = "drop"  # the folder every house watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a newcomer does."""

    title: str
    says: str
    is_done: bool | None
    """None when nothing notes whether it was done"""
    path: str = ""
    link: str = ""
    command: str = ""


@router.get("/start")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show the first steps, as far as the house knows that they are done."""
    steps = [*await _practised(house, visitor.person.id), *await _own(house)]
    shown: dict[str, object] = {
        "steps": steps,
        "next": next((step for step in steps if step.is_done is False), None),
        "done": sum(step.is_done is True for step in steps),
        "known": sum(step.is_done is not None for step in steps),
    }
    return page(request, visitor, "start.html", shown)


async def _practised(house: House, who: str) -> list[Step]:
    row = await house.database.fetch_row("find_first_steps", who) or {}
    return [*_watched(row), *_controlled(row)]


def _watched(row: Row) -> list[Step]:
    return [
        Step(
            title="A signal came",
            says="Workers wait for signals, not for prompts. The practice company sends some by itself.",
            is_done=row["signal"],
            path="/runs",
            link="See what came",
            command="remit up",
        ),
        Step(
            title="A run ended",
            says="A worker read, judged and acted within its charter, and came to an end.",
            is_done=row["run"],
            path="/runs",
            link="Look at the runs",
            command="remit runs",
        ),
        Step(
            title="You decided a review",
            says="What a worker may not do alone waits for a person, with everything needed to decide.",
            is_done=row["answered"],
            path="/reviews",
            link="Decide one",
            command="remit review list",
        ),
    ]


def _controlled(row: Row) -> list[Step]:
    stopped = (
        "You stopped something; a second person still has to let it go on."
        if row["stopped"] and not row["resumed"]
        else ""
    )
    return [
        Step(
            title="You stopped something, and a second person let it go on",
            says=stopped or "Stopping takes one person; resuming takes another. Try it on one worker.",
            is_done=row["resumed"],
            path="/stop",
            link="Open the kill switch",
            command="remit stop SCOPE --reason 'just to see'",
        ),
        Step(
            title="Verify the ledger",
            says="What happened stands in a record that shows when it was changed. Nothing notes who checks.",
            is_done=None,
            path="/ledger",
            link="Open the audit",
            command="remit ledger verify",
        ),
    ]


async def _own(house: House) -> list[Step]:
    systems = {each.system for each in house.connections} - {*SYSTEMS, _DROP}
    people = {one.id for one in await list_people(house.database)} - {one.id for one in PEOPLE}
    workers = {one.name for one in await registry.list_workers(house.database)} - {*_packaged(), drill.WORKER}
    return [
        Step(
            title="The first connection of your own",
            says="Describe a system in connections.yaml, put its secret into the vault, and start again.",
            is_done=bool(systems),
            path="/connections",
            link="Connections and vault",
            command="remit vault put NAME",
        ),
        Step(
            title="The first person of your own",
            says="Add a colleague with a role, so that somebody besides you decides and resumes.",
            is_done=bool(people),
            path="/people#add",
            link="Add a person",
            command="remit person save PERSON --role reviewer",
        ),
        Step(
            title="The first worker of your own",
            says="A worker is a folder: a charter, a playbook and cases. To begin one, copy a neighbour.",
            is_done=bool(workers),
            path="/workers",
            link="Look at the neighbours",
            command="remit charter check FOLDER",
        ),
    ]


@cache
def _packaged() -> frozenset[str]:
    """Name the workers that come with the house."""
    charters = Path(*remit.workers.__path__).rglob("charter.yaml")
    return frozenset(path.parent.name.replace("_", "-") for path in charters)
