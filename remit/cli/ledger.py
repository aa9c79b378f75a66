"""`remit ledger`: search, verify and export the record."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from remit.cli.output import ago, command, print_json, say, short
from remit.cli.table import print_table
from remit.errors import InputInvalid, LedgerBroken, NotFound
from remit.ledger import verify_export as verifier_file
from remit.ledger.export import export as export_ledger
from remit.ledger.export import verify_export
from remit.ledger.key import load_signer
from remit.ledger.note import Verifier
from remit.ledger.read import Search, find_entries
from remit.ledger.sequencer import drain
from remit.ledger.verify import Verification
from remit.ledger.verify import verify as verify_ledger
from remit.runtime.runs import find_run
from remit.settings import read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Search, verify and export the record.", no_args_is_help=True)

_VERIFIER = Path(verifier_file.__file__)

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
async def export_(
    directory: Annotated[Path, typer.Argument(help="a folder that is empty or not there yet")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write the whole ledger to a folder that anyone can verify offline with one file of Python."""
    settings = read_settings()
    signer = load_signer(settings.data_directory)
    async with open_database(settings) as database:
        await drain(database, signer)
        try:
            done = await export_ledger(database, signer, directory)
        except OSError as error:
            raise InputInvalid(f"`{directory}` cannot be written: {error.strerror}. Choose another folder") from None
    if as_json:
        return print_json({"directory": str(done.directory), "size": done.size, "root": done.root.hex()})
    say(f"{done.size} entries in {done.directory}")
    say("check it anywhere, with this one file and the package `cryptography`, and a key you kept yourself:")
    return say(f"  python {_VERIFIER} {done.directory} --key ledger.pub")


@app.command()
@command
async def search(  # noqa: PLR0913  # each is a filter
    run: Annotated[str, typer.Option(help="entries of this run")] = "",
    worker: Annotated[str, typer.Option(help="entries of this worker")] = "",
    about: Annotated[str, typer.Option(help="entries about this, `kind:id`")] = "",
    trace: Annotated[str, typer.Option(help="entries of this trace")] = "",
    kind: Annotated[str, typer.Option(help="entries of this kind, as in `action.performed`")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many at most")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Find entries, newest first."""
    async with open_database(read_settings()) as database:
        number = await find_run(database, run) if run else None
        wanted = Search(run=number, worker=worker, about=about, trace_id=trace, kind=kind)
        entries = await find_entries(database, wanted, limit=limit)
    if as_json:
        return print_json(entries)
    cells = [
        ("waits" if e.index is None else str(e.index), ago(e.at), e.kind, e.worker, short(e.run or ""), e.about)
        for e in entries
    ]
    return print_table(("index", "at", "kind", "worker", "run", "about"), cells, empty="no such entries")
