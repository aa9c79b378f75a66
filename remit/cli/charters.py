"""`remit workers` and `remit charter`: who works here, and whether a charter can be used."""

from pathlib import Path
from typing import Annotated

import typer

from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.charters.in_words import describe
from remit.cli.output import ago, command, print_json, say
from remit.cli.table import print_table
from remit.errors import CharterInvalid
from remit.settings import read_settings
from remit.web.charter_check import Checked, check_charters
from remit.web.opening import open_database

app = typer.Typer(help="Read and check charters.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@command
async def list_workers(*, as_json: AsJson = False) -> None:
    """List the workers of the registry."""
    async with open_database(read_settings()) as database:
        records = await registry.list_workers(database)
    if as_json:
        return print_json(records)
    columns = ("worker", "status", "domain", "changed", "business owner", "reviewed")
    cells = [
        (
            record.name,
            record.status.value,
            record.domain.value,
            ago(record.modified_at),
            record.business_owner,
            f"{record.accuracy.approved} of {record.accuracy.reviewed}" if record.accuracy.reviewed else "none",
        )
        for record in records
    ]
    empty = "no workers yet. `remit up` brings those of the workers' folder in"
    return print_table(columns, cells, empty=empty, notes=[record.fault or record.purpose for record in records])


@app.command()
@command
async def show(name: Annotated[str, typer.Argument(help="the worker's name")], *, as_json: AsJson = False) -> None:
    """Say a worker's current charter in plain sentences."""
    async with open_database(read_settings()) as database:
        record = await registry.show_worker(database, name)
        version = await registry.version(database, record.version)
    sentences = describe(parse_charter(version.charter, file=f"{name}/charter.yaml"))
    if as_json:
        return print_json({"record": record, "sentences": sentences, "charter": version.charter})
    say(f"{record.name}, {record.status}, version {record.version[:12]}")
    for sentence in sentences:
        say(f"  {sentence}")
    return None


@app.command()
@command
async def check(
    paths: Annotated[list[Path], typer.Argument(help="charter files, or folders that hold some")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check charters: words, operations, people, overlapping triggers, rules. Exits with 6 when one cannot be used."""
    checked = await check_charters(read_settings(), paths)
    if as_json:
        print_json({"charters": checked.charters, "problems": checked.problems})
    else:
        _tell(checked)
    if checked.problems:
        raise CharterInvalid(_sum_up(checked))


def _tell(checked: Checked) -> None:
    for problem in checked.problems:
        say(problem)
    if not checked.problems:
        say(f"{_charters(checked)}: nothing is wrong")


def _sum_up(checked: Checked) -> str:
    many = len(checked.problems)
    return (
        f"{many} {'problem' if many == 1 else 'problems'} in {_charters(checked)}. Mend what is listed, and check again"
    )


def _charters(checked: Checked) -> str:
    return f"{len(checked.charters)} {'charter' if len(checked.charters) == 1 else 'charters'}"
