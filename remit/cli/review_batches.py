"""`remit review batch`: many reviews of one action type answered at once."""

from typing import Annotated, Literal

import typer

from remit import clock
from remit.cli.output import command, print_json, say, short
from remit.errors import InputInvalid, NotFound
from remit.governance.batches import MOST, BatchAnswer, Preview, answer_batch, preview
from remit.governance.reviews import ReviewFilter, list_reviews
from remit.money import write_money
from remit.settings import read_settings
from remit.web.opening import open_database


@command
async def batch(
    worker: Annotated[str, typer.Argument(help="the worker's name")],
    operation: Annotated[str, typer.Argument(help="the operation, as in `crm.notify_owner`")],
    verdict: Annotated[str, typer.Option(help="`approve` or `reject`")] = "approve",
    reason: Annotated[str, typer.Option(help="why")] = "",
    seal: Annotated[str, typer.Option(help="the seal the preview showed; without it nothing is answered")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Show what answering all your reviews of one operation would be; with its seal, answer them, each for itself."""
    said = _verdict(verdict)
    settings = read_settings()
    find = ReviewFilter(worker=worker, operation=operation, person=settings.person, moment=clock.now())
    async with open_database(settings) as database:
        rows = await list_reviews(database, find=find, limit=MOST)
        if not rows:
            raise NotFound(f"there is no review of `{operation}` of `{worker}` you can answer. See `remit review list`")
        items = {row["id"]: row["digest"] for row in rows}
        seen = await preview(database, items, settings.person)
        if not seal:
            return print_json(seen) if as_json else _show(seen)
        whole = seen.seal if len(seal) >= _SHORTEST and seen.seal.startswith(seal) else seal
        given = BatchAnswer(items=items, seal=whole, person=settings.person, verdict=said, reason=reason)
        results = await answer_batch(database, given, clock.now())
    if as_json:
        return print_json(results)
    for one in results:
        say(f"review {short(one.review)}: {one.state} {one.reason}".rstrip())
    return None


_SHORTEST = 12  # letters of the seal that have to be repeated


def _verdict(text: str) -> Literal["approve", "reject"]:
    if text == "approve":
        return "approve"
    if text == "reject":
        return "reject"
    raise InputInvalid(f"`{text[:40]}` is no verdict. Say `approve` or `reject`")


def _show(seen: Preview) -> None:
    money = ", ".join(write_money(amount, currency) for currency, amount in seen.sums.items())
    say(f"{seen.count} reviews of `{seen.operation}` of `{seen.worker}`, {seen.risk} risk at most")
    if money:
        say(f"{money} altogether")
    say(f"Answer them with `--seal {seen.seal[:_SHORTEST]}`")
