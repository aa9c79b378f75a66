"""`remit ledger`: search, verify and export the record."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from remit import clock
from remit.cli import ledger_filters as filters
from remit.cli.output import ago, command, print_json, say, short
from remit.cli.table import print_table
from remit.errors import InputInvalid, LedgerBroken, NotFound
from remit.governance.completeness import measure_completeness
from remit.governance.exports import Taking, take_ledger, take_records
from remit.governance.gateway import Gateway
from remit.ledger import verify_export as verifier_file
from remit.ledger import verify_records as records_verifier_file
from remit.ledger.check_export import check_export
from remit.ledger.export import Export, verify_export
from remit.ledger.key import load_signer
from remit.ledger.note import Verifier
from remit.ledger.read import Search, find_entries
from remit.ledger.record_export import RecordExport, Wanted
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.ledger.verify import Verification
from remit.ledger.verify import verify as verify_ledger
from remit.settings import read_settings
from remit.web.ledger_filters import read_moment
from remit.web.opening import open_connections, open_database

app = typer.Typer(help="Search, verify and export the record.", no_args_is_help=True)

_VERIFIER = Path(verifier_file.__file__)
_RECORDS_VERIFIER = Path(records_verifier_file.__file__)

AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command()
@command
async def verify(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[EXPORT]", help="an export; without it, the ledger")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="the trusted key, never the one in the export")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check every entry, hash and signature. Exits with 8 when something is not as it was signed."""
    settings = read_settings()
    text = _read_key(key or settings.data_directory / "ledger.pub")
    if directory is not None:
        found = await asyncio.to_thread(verify_export, directory, text)
    else:
        async with open_database(settings) as database:
            found = await verify_ledger(database, Verifier.from_text(text))
    if as_json:
        print_json(
            {
                "is_whole": found.is_whole,
                "size": found.size,
                "root": found.root.hex(),
                "first_broken": found.first_broken,
                "reason": found.reason,
                "unsequenced": found.unsequenced,
            }
        )
    _tell(found, quiet=as_json)


def _read_key(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        raise NotFound(f"there is no key `{file}`. Name the trusted one with `--key`") from None
    except (OSError, UnicodeDecodeError):
        raise InputInvalid(f"`{file}` is no key. Name the trusted one with `--key`") from None


def _tell(found: Verification, *, quiet: bool) -> None:
    if not found.is_whole:
        where = "" if found.first_broken is None else f" at entry {found.first_broken}"
        raise LedgerBroken(
            f"the ledger is broken{where}: {found.reason}. Keep it as it is and compare it with an export"
        )
    if not quiet:
        say(f"whole: {found.size} entries, root {found.root.hex()}")
        say("every entry is what was written, none is missing between them, and the key signed the checkpoint")
        say("without a witness's signature this finds outsiders and accidents, not whoever holds the key")
        if found.unsequenced:
            say(f"{found.unsequenced} entries wait for their index; the next checkpoint covers them")


@app.command("export")
@command
async def export_(  # noqa: PLR0913, PLR0917  # each is a filter
    directory: Annotated[Path, typer.Argument(help="a folder that is empty or not there yet")],
    form: Annotated[
        str,
        typer.Option("--format", help="`ledger`: all of it; or `runs`, `ocsf`, `csv`, `parquet`: what is asked for"),
    ] = "ledger",
    run: filters.Run = "",
    worker: filters.Worker = "",
    workflow: filters.Workflow = "",
    about: filters.About = None,
    account: filters.Account = "",
    ticket: filters.Ticket = "",
    invoice: filters.Invoice = "",
    alert: filters.Alert = "",
    person: filters.Someone = "",
    trace: filters.Trace = "",
    kind: filters.Kind = "",
    since: filters.Since = "",
    until: filters.Until = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Write the whole ledger, or records of what is asked for, to a folder that anyone can verify offline."""
    named = {"workflow": workflow, "account": account, "ticket": ticket, "invoice": invoice, "alert": alert}
    asked = filters.Filters(
        run=run,
        worker=worker,
        about=about,
        named=named | {"person": person},
        trace=trace,
        kind=kind,
        since=since,
        until=until,
    )
    if form not in {"ledger", *Format}:
        raise InputInvalid(f"`{form}` is no format. There are `ledger`, `{'`, `'.join(Format)}`")
    settings = read_settings()
    signer = load_signer(settings.data_directory)
    async with open_database(settings) as database:
        await drain(database, signer)
        taking = Taking(directory=directory, who=settings.person, now=clock.now())
        search = await asked.as_search(database)
        if form != "ledger":
            wanted = Wanted(form=Format(form), search=search)
            return _tell_records(await take_records(database, signer, wanted, taking), as_json=as_json)
        if search != Search():
            raise InputInvalid("the whole ledger takes no filters. Add `--format runs`, `ocsf`, `csv` or `parquet`")
        return _tell_ledger(await take_ledger(database, signer, taking), as_json=as_json)


def _tell_records(done: RecordExport, *, as_json: bool) -> None:
    if as_json:
        return print_json({"directory": str(done.directory), "records": done.records, "entries": done.entries})
    say(f"{done.records} records of {done.entries} entries in {done.directory}")
    say("check it with `remit ledger check-export`, or anywhere with this one file and the package `cryptography`:")
    return say(f"  python {_RECORDS_VERIFIER} {done.directory} --key ledger.pub")


def _tell_ledger(done: Export, *, as_json: bool) -> None:
    if as_json:
        return print_json({"directory": str(done.directory), "size": done.size, "root": done.root.hex()})
    say(f"{done.size} entries in {done.directory}")
    say("check it anywhere, with this one file and the package `cryptography`, and a key you kept yourself:")
    return say(f"  python {_VERIFIER} {done.directory} --key ledger.pub")


@app.command("check-export")
@command
async def check_export_(
    directory: Annotated[Path, typer.Argument(metavar="EXPORT", help="the folder of exported records")],
    key: Annotated[Path | None, typer.Option(help="the trusted key, never the one in the export")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check exported records: each byte, each proof, and that they say what their entries say. Exits with 8 if not."""
    text = _read_key(key or read_settings().data_directory / "ledger.pub")
    found = await asyncio.to_thread(check_export, directory, text)
    if as_json:
        print_json(found)
    if not found.is_whole:
        raise LedgerBroken(f"the export is broken: {found.reason}. Ask for another one")
    if not as_json:
        say(f"whole: {found.records} records of {found.entries} entries, in a ledger of {found.size}")
        say(f"searched by {found.search}; that nothing was left out is shown by an export of the whole ledger only")


@app.command()
@command
async def search(  # noqa: PLR0913, PLR0917  # each is a filter
    run: filters.Run = "",
    worker: filters.Worker = "",
    workflow: filters.Workflow = "",
    about: filters.About = None,
    account: filters.Account = "",
    ticket: filters.Ticket = "",
    invoice: filters.Invoice = "",
    alert: filters.Alert = "",
    person: filters.Someone = "",
    trace: filters.Trace = "",
    kind: filters.Kind = "",
    since: filters.Since = "",
    until: filters.Until = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Find entries, newest first; all that is given must hold."""
    named = {"workflow": workflow, "account": account, "ticket": ticket, "invoice": invoice, "alert": alert}
    asked = filters.Filters(
        run=run,
        worker=worker,
        about=about,
        named=named | {"person": person},
        trace=trace,
        kind=kind,
        since=since,
        until=until,
    )
    async with open_database(read_settings()) as database:
        entries = await find_entries(database, await asked.as_search(database), limit=limit)
    if as_json:
        return print_json(entries)
    cells = [
        ("waits" if e.index is None else str(e.index), ago(e.at), e.kind, e.worker, short(e.run or ""), e.about)
        for e in entries
    ]
    return print_table(("index", "at", "kind", "worker", "run", "about"), cells, empty="no such entries")


@app.command()
@command
async def completeness(
    since: filters.Since = "",
    until: filters.Until = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Compare what the connected systems say they did with what stands in the ledger; the last 24 hours if not said."""
    settings = read_settings()
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        # It has whatever is asked of a system pass the halts, as in the house that runs.
        Gateway(database, connected.connections, connected.clock)
        now = connected.clock.now()
        end = read_moment(until) or now
        found = await measure_completeness(
            database,
            connected.connections,
            since=read_moment(since) or end - timedelta(days=1),
            until=end,
            who=settings.person,
            now=now,
        )
    if as_json:
        return print_json(found.as_json())
    say(f"{found.share:.2%} complete: {found.recorded} of {found.effects} effects stand in the ledger")
    say(f"compared: {', '.join(found.systems) or 'nothing'}; list nothing: {', '.join(found.unlisted) or 'none'}")
    rows = [("missing", effect.operation, effect.key) for effect in found.missing]
    for name in ("doubled", "unseen", "unknown"):
        rows += [(name, "", key) for key in getattr(found, name)]
    return print_table(("what", "operation", "key"), rows, empty="nothing is missing, doubled, unseen or unknown")
