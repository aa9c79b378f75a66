"""`remit harm`, `remit costs`: the most a worker could do wrong, and what its work costs."""

from datetime import timedelta
from typing import Annotated

import typer

from remit import clock
from remit.cli.output import command, print_json, say
from remit.cli.table import print_table
from remit.governance import costs as governance
from remit.governance.house import HouseRules
from remit.runtime.roster import Roster
from remit.settings import read_settings
from remit.web.limits import state_harm
from remit.web.opening import open_connections, open_database

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]

_MOST = 500  # writes


@command
async def harm(worker: Annotated[str, typer.Argument(help="a worker's name")], *, as_json: AsJson = False) -> None:
    """Tell the most a worker could do in a day before a person sees it, by its charter, its stages and the rules."""
    settings = read_settings()
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        roster = Roster(database, connected.connections.operations, HouseRules.load())
        await roster.refresh()
        found = await state_harm(database, roster, worker)
    if as_json:
        return print_json(found)
    for one in found.operations:
        say(one.sentence)
    for sentence in found.noticed:
        say(f"  {sentence}")
    return None


@command
async def costs(
    worker: Annotated[str, typer.Argument(help="a worker's name; every worker when not given")] = "",
    *,
    days: Annotated[int, typer.Option(min=1, max=3660, help="runs opened in so many days")] = 30,
    actions: Annotated[bool, typer.Option("--actions", help="the dearest writes instead")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what work cost: judgements and calls, by worker and by how its runs ended."""
    now = clock.now()
    period = governance.Period(since=now - timedelta(days=days), until=now, worker=worker)
    async with open_database(read_settings()) as database:
        outcomes = await governance.costs(database, period)
        writes = await governance.action_costs(database, period, limit=_MOST) if actions else []
    if as_json:
        return print_json(writes if actions else outcomes)
    if actions:
        cells = [(one.worker, one.operation, str(one.run), _price(one.cost)) for one in writes]
        return print_table(("worker", "operation", "run", "cost"), cells, empty="nothing took effect")
    columns = ("worker", "outcome", "runs", "cost", "each", "a write", "tokens", "calls", "writes")
    return print_table(columns, [_cells(one) for one in outcomes], empty="no run was opened")


def _cells(one: governance.OutcomeCost) -> tuple[str, ...]:
    a_write = "" if one.per_action is None else _price(one.per_action)
    prices = (_price(one.cost), _price(one.per_run), a_write)
    return (one.worker, one.outcome, str(one.runs), *prices, str(one.tokens), str(one.calls), str(one.actions))


def _price(millionths: float) -> str:
    return f"{millionths / 1_000_000:,.4f}"
