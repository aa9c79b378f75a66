"""`remit rules`, `remit could`: the house rules in force, and what they let a worker do."""

from collections.abc import Sequence
from typing import Annotated

import typer

from remit.charters.charter import Stage
from remit.cli.output import command, print_json, say
from remit.cli.table import print_table
from remit.errors import InputInvalid
from remit.governance.could import Possible, Seen, Speaks
from remit.governance.decision import Verdict
from remit.governance.house import HouseRules
from remit.governance.rulebook import read_rulebook
from remit.settings import read_settings
from remit.web.opening import open_connections, open_database
from remit.web.rules import listed, tell

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@command
async def rules(*, as_json: AsJson = False) -> None:
    """List the house rules in force as sentences, with their digest."""
    async with open_database(read_settings()) as database:
        found = listed(await read_rulebook(database, HouseRules.load()))
    if as_json:
        return print_json(found.model_dump())
    cells = [
        (rule.file.removesuffix(".cedar"), rule.id, _asks(rule.asks, rule.people), rule.sentence)
        for rule in found.rules
    ]
    print_table(("file", "rule", "asks", "says"), cells, empty="no rule holds")
    return say(f"rulebook {found.number}, digest {found.digest}")


@command
async def could(
    worker: Annotated[str, typer.Argument(help="the worker's name")],
    stage: Annotated[str, typer.Option(metavar="OPERATION=STAGE", help="what this stage would change")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Tell what a worker could do: alone, asking whom and when, or never."""
    wanted = _read_stage(stage) if stage else None
    settings = read_settings()
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        told = await tell(database, connected.connections.operations, HouseRules.load(), worker, wanted)
    if as_json:
        return print_json(told.model_dump())
    if told.shift is None:
        for possible in told.possible:
            _tell_possible(possible)
        for seen in told.sees:
            _tell_seen(seen)
        return say(f"never: {', '.join(told.never)}")
    say(f"{told.shift.operation}: {told.shift.before.stage} → {told.shift.after.stage}")
    _tell_speaks("gone", told.shift.gone)
    _tell_speaks("new", told.shift.new)
    return say(f"then it {_said(told.shift.after)}")


def _read_stage(text: str) -> tuple[str, Stage]:
    operation, _, stage = text.partition("=")
    if not operation or stage not in set(Stage):
        raise InputInvalid(
            f"`{text[:80]}` is no stage of an operation. Write `OPERATION=STAGE`, one of {', '.join(Stage)}"
        )
    return operation, Stage(stage)


def _tell_possible(possible: Possible) -> None:
    say(f"{possible.operation} {_said(possible)} ({possible.stage})")
    _tell_speaks("", [each for each in possible.speaks if not each.is_certain])


def _tell_seen(seen: Seen) -> None:
    if seen.verdict is Verdict.PERMIT:
        return say(f"{seen.operation} is read")
    say(f"{seen.operation} is never read")
    return say(f"  {' '.join(seen.reasons)}")


def _said(possible: Possible) -> str:
    match possible.verdict:
        case Verdict.PERMIT:
            return "runs alone"
        case Verdict.REVIEW:
            return f"asks {', '.join(possible.asks)}"
        case Verdict.FORBID:
            return "never happens"


def _tell_speaks(word: str, spoken: Sequence[Speaks]) -> None:
    for each in spoken:
        what = f"asks {_asks(each.asks, each.people)}" if each.asks else "is forbidden"
        when = f" when {each.when}" if each.when else f": {each.sentence}"
        say(f"  {word} {what}{when}" if word else f"  {what}{when}")


def _asks(roles: Sequence[str], people: int) -> str:
    more = f", {people} people" if people > 1 else ""
    return f"{', '.join(roles)}{more}" if roles else "forbids"
