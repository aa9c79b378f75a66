"""`remit raci`: for every action a worker can take, who answers for it."""

from collections.abc import Mapping
from typing import Annotated

import typer

from remit.cli.output import command, print_json
from remit.cli.table import print_table
from remit.governance.raci import SEATS, Answering
from remit.settings import read_settings
from remit.web.opening import open_database
from remit.web.seats import list_answering


@command
async def raci(
    worker: Annotated[str, typer.Argument(help="a worker's name; every worker when not given")] = "",
    *,
    vacant: Annotated[
        bool, typer.Option("--vacant", help="only what is not performed, because a seat is vacant")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Tell who is accountable, who owns the system and who the risk, for every action of every worker."""
    async with open_database(read_settings()) as database:
        found = [one for one in await list_answering(database, worker) if one.vacant or not vacant]
    if as_json:
        return print_json(found)
    columns = ("worker", "action", *SEATS, "consulted", "informed")
    return print_table(columns, [_cells(one) for one in found], empty="every seat is held" if vacant else "no actions")


def _cells(one: Answering) -> tuple[str, ...]:
    holders = (f"VACANT ({who or 'nobody named'})" if seat in one.vacant else who for seat, who in one.holders.items())
    return (one.worker, one.operation, *holders, ", ".join(one.consulted), _informed(one.informed))


def _informed(informed: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{event}: {', '.join(people)}" for event, people in informed.items())
