"""`/v1/workers/{worker}/harm` and `/v1/costs`: the most a worker could do wrong, and what its work costs."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from remit.charters.charter import Stage
from remit.governance.costs import ActionCost, OutcomeCost, Period, action_costs, costs
from remit.governance.harm import Harm, harm_of
from remit.runtime.roster import Roster
from remit.store.database import Database
from remit.web.asked import AskedHouse, AskedPerson, Limit, Moment, Word

router = APIRouter(tags=["limits"])

_USUALLY = timedelta(days=30)


class ShownCosts(BaseModel):
    """What work cost in a period."""

    outcomes: list[OutcomeCost] = Field(description="by worker, and by how its runs ended")
    actions: list[ActionCost] = Field(description="the dearest writes, each with its share of its run")


@router.get("/v1/workers/{worker}/harm", summary="Tell the most a worker could do wrong unseen")
async def show_harm(worker: str, house: AskedHouse, _: AskedPerson) -> Harm:
    """Tell, by its charter, its stages and the rules, the most it could do in a day before a person sees it."""
    return await state_harm(house.database, house.roster, worker)


@router.get("/v1/costs", summary="Tell what work cost")
async def show_costs(  # each is one thing a caller may narrow it by
    house: AskedHouse,
    _: AskedPerson,
    worker: Word = "",
    since: Annotated[Moment | None, Query(description="runs opened then and later; 30 days when not given")] = None,
    until: Annotated[Moment | None, Query(description="runs opened before")] = None,
    limit: Limit = 20,
) -> ShownCosts:
    """Tell what judgements and calls cost by outcome, and the dearest writes."""
    end = until or house.clock.now()
    period = Period(since=since or end - _USUALLY, until=end, worker=worker)
    return ShownCosts(
        outcomes=await costs(house.database, period),
        actions=await action_costs(house.database, period, limit=limit),
    )


async def state_harm(database: Database, roster: Roster, worker: str) -> Harm:
    """State the most a worker could do wrong.

    Raises:
        NotFound: There is no such worker.
    """
    mandate = await roster.mandate(worker)
    rows = await database.fetch("list_worker_stages", worker)
    return harm_of(mandate, {row["operation"]: Stage(row["stage"]) for row in rows})
