"""`remit`: the command line. Every command prints a table for people or, with `--json`, JSON for programs."""

from importlib import metadata
from typing import Annotated

import typer

from remit.cli import (
    bypasses,
    changes,
    charters,
    drills,
    halts,
    identities,
    incidents,
    ledger,
    limits,
    passkeys,
    people,
    questions,
    review_batches,
    reviews,
    rules,
    runs,
    sign_in,
    signals,
    stand_ins,
    subjects,
    vault,
    witness,
)
from remit.cli.doctor import doctor
from remit.cli.notices import notices
from remit.cli.output import say
from remit.cli.raci import raci
from remit.cli.up import up


def _tell_version(wanted: bool) -> None:  # noqa: FBT001  # Typer calls it so
    if wanted:
        say(f"remit {metadata.version('remit')}")
        raise typer.Exit


app = typer.Typer(
    epilog="Exit codes: 0 done, 1 error, 2 wrong usage, 3 not found, 4 not allowed, 5 the state has moved on, "
    "6 input not understood, 7 the database is not available, 8 the ledger does not verify.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _remit(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="print the version", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Employ digital workers: see what they do, answer what they ask, stop them."""


app.command()(up)
app.command()(doctor)
app.add_typer(signals.app, name="signal")
app.command("runs")(runs.list_runs)
app.add_typer(runs.app, name="run")
app.command("handoffs")(runs.list_handoffs)
reviews.app.command("batch")(review_batches.batch)
app.add_typer(reviews.app, name="review")
app.add_typer(questions.app, name="question")
app.add_typer(stand_ins.rotas, name="rota")
app.add_typer(stand_ins.absences, name="absence")
app.add_typer(stand_ins.delegations, name="delegation")
app.add_typer(bypasses.app, name="bypass")
app.command("workers")(charters.list_workers)
app.add_typer(charters.app, name="charter")
app.add_typer(changes.app, name="change")
app.command("rules")(rules.rules)
app.command("could")(rules.could)
app.command("harm")(limits.harm)
app.command("costs")(limits.costs)
app.command("stop")(halts.stop)
app.command("resume")(halts.resume)
app.command("halts")(halts.list_halts)
app.add_typer(halts.app, name="halt")
app.add_typer(incidents.app, name="incident")
app.add_typer(drills.app, name="drill")
app.add_typer(ledger.app, name="ledger")
app.add_typer(witness.app, name="witness")
app.add_typer(vault.app, name="vault")
people.app.command("password")(sign_in.password)
people.app.command("token")(sign_in.token)
people.app.command("tokens")(sign_in.tokens)
people.app.command("revoke-token")(sign_in.revoke)
app.add_typer(people.app, name="person")
app.add_typer(identities.app, name="identity")
app.add_typer(passkeys.app, name="passkey")
app.command("raci")(raci)
app.add_typer(subjects.app, name="subject")
app.command("notices")(notices)


def main() -> None:
    """Run the command line."""
    app()
