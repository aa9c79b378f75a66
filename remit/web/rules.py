"""`/v1/rules` and `/v1/workers/{worker}/could`: the rules in force, and what they let a worker do."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from remit.charters.charter import Stage
from remit.connections.operation import Operation
from remit.errors import NotFound
from remit.governance.change_check import read_ground
from remit.governance.could import Possible, Seen, Shift, could, never, sees, shift
from remit.governance.house import HouseRules
from remit.governance.rulebook import Rulebook, read_rulebook
from remit.store.database import Database
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(tags=["rules"])


class ListedRule(BaseModel):
    """A house rule as people read it."""

    id: str
    sentence: str
    file: str
    asks: tuple[str, ...] = Field(description="the roles it asks; empty when it forbids")
    people: int = Field(description="how many people altogether; 0 when it forbids")
    text: str


class ListedRules(BaseModel):
    """The house rules in force."""

    number: int = Field(description="of the rulebook: one more with each change approved; 0 while nothing was changed")
    digest: str
    rules: tuple[ListedRule, ...]


class Could(BaseModel):
    """What a worker could do."""

    worker: str
    possible: tuple[Possible, ...] = Field(
        description="for each operation granted: alone, asking whom and when, or never"
    )
    sees: tuple[Seen, ...] = Field(description="for each read its charter lists: whether it is permitted, and why")
    never: tuple[str, ...] = Field(description="the writes nobody granted to it")
    shift: Shift | None = Field(default=None, description="what another stage of one operation would change")


@router.get("/v1/rules", summary="List the house rules in force")
async def list_rules(house: AskedHouse, _: AskedPerson) -> ListedRules:
    """List the house rules in force as sentences, with their digest."""
    return listed(await read_rulebook(house.database, house.roster.shipped))


@router.get("/v1/workers/{worker}/could", summary="Tell what a worker could do")
async def worker_could(
    worker: str,
    house: AskedHouse,
    _: AskedPerson,
    operation: Annotated[str, Query(max_length=200, description="whose stage would be another")] = "",
    stage: Annotated[Stage | None, Query(description="the stage it would have")] = None,
) -> Could:
    """Tell for each operation whether the worker does it alone, whom it asks and when, and what it never does."""
    wanted = (operation, stage) if operation and stage else None
    return await tell(house.database, house.connections.operations, house.roster.shipped, worker, wanted)


async def tell(
    database: Database,
    operations: Mapping[str, Operation],
    shipped: HouseRules,
    worker: str,
    wanted: tuple[str, Stage] | None,
) -> Could:
    """Tell what a worker could do by the rules in force.

    Args:
        database: Where the house is.
        operations: What is connected.
        shipped: The rules the house came with.
        worker: Its name.
        wanted: An operation and the stage it would have, to be compared.

    Raises:
        NotFound: There is no such worker, or it is not granted the operation.
        PolicyInvalid: The rules in force cannot be used.
    """
    ground = await read_ground(database, operations, shipped)
    if worker not in ground.charters:
        raise NotFound(f"there is no worker `{worker[:80]}` in use. `remit workers` shows those there are")
    world = ground.world(worker)
    if wanted and ground.charters[worker].grant(wanted[0]) is None:
        raise NotFound(f"`{worker}` is not granted `{wanted[0][:80]}`. `remit could {worker}` shows what it is")
    return Could(
        worker=worker,
        possible=could(world, worker),
        sees=sees(world, worker),
        never=never(world, worker),
        shift=shift(world, worker, *wanted) if wanted else None,
    )


def listed(book: Rulebook) -> ListedRules:
    """List the rules of a rulebook."""
    rules = tuple(
        ListedRule(
            id=rule.id,
            sentence=rule.sentence,
            file=rule.origin,
            asks=rule.roles or rule.otherwise,
            people=rule.approvals,
            text=rule.text,
        )
        for rule in book.rules.rules
    )
    return ListedRules(number=book.number, digest=book.rules.digest, rules=rules)
