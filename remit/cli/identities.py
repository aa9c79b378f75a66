"""`remit identity`: who each worker is, and whether its tokens count."""

from typing import Annotated

import typer

from remit import clock
from remit.cli.output import ago, command, field, print_json, say
from remit.cli.table import print_table
from remit.governance import identity
from remit.governance.identity import Change, WorkerIdentity
from remit.governance.token import TrustDomain
from remit.settings import Settings, read_settings
from remit.web.opening import open_database

app = typer.Typer(help="Tell who workers are, and take an identity away or give it back.", no_args_is_help=True)

Worker = Annotated[str, typer.Argument(help="the worker's name")]
Reason = Annotated[str, typer.Option(help="why, in a few words")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


@app.command("list")
@command
async def list_all(*, as_json: AsJson = False) -> None:
    """List the identities of the workers."""
    settings = read_settings()
    async with open_database(settings) as database:
        found = await identity.list_identities(database, TrustDomain(settings.trust_domain))
    if as_json:
        return print_json(found)
    cells = [(one.worker, _state(one), str(one.generation), one.id, one.corporate.mail) for one in found]
    return print_table(("worker", "state", "generation", "id", "mail"), cells, empty="no workers yet")


@app.command()
@command
async def show(worker: Worker, *, as_json: AsJson = False) -> None:
    """Show who a worker is: its ids, its domain and process, its owners, its systems."""
    settings = read_settings()
    async with open_database(settings) as database:
        [one] = await identity.list_identities(database, TrustDomain(settings.trust_domain), worker)
    if as_json:
        return print_json(one)
    say(f"{one.id}, {_state(one)}")
    fields = ("domain", "process", "business_owner", "technical_owner", "generation", "waiting_runs")
    for name in fields:
        field(name.replace("_", " "), getattr(one, name))
    field("systems", ", ".join(one.systems))
    for name in ("user", "mail", "phone", "seat"):
        field(name, getattr(one.corporate, name) or "none")
    if one.changed_at:
        field("last change", f"{ago(one.changed_at)} by {one.changed_by}: {one.reason}")
    return None


@app.command()
@command
async def rotate(worker: Worker, reason: Reason = "", *, as_json: AsJson = False) -> None:
    """Refuse every token a worker has; its runs get new ones and go on."""
    settings = read_settings()
    async with open_database(settings) as database:
        generation = await identity.rotate(database, _change(settings, worker, reason), clock.now())
    if as_json:
        return print_json({"worker": worker, "generation": generation})
    return say(f"`{worker}` is in generation {generation}: no token minted before counts any more")


@app.command()
@command
async def revoke(worker: Worker, reason: Reason = "", *, as_json: AsJson = False) -> None:
    """Take a worker's identity away: its runs wait before their next write or read."""
    settings = read_settings()
    async with open_database(settings) as database:
        generation = await identity.revoke(database, _change(settings, worker, reason), clock.now())
    if as_json:
        return print_json({"worker": worker, "generation": generation})
    say(f"the identity of `{worker}` is revoked. Its runs wait, and nothing of them is lost")
    return say(f"A second person gives it back: `REMIT_PERSON=… remit identity restore {worker} --reason …`")


@app.command()
@command
async def restore(worker: Worker, reason: Reason = "", *, as_json: AsJson = False) -> None:
    """Give a worker its identity back: what waited goes on. Not by the person who revoked it."""
    settings = read_settings()
    async with open_database(settings) as database:
        runs = await identity.restore(database, _change(settings, worker, reason), clock.now())
    if as_json:
        return print_json({"worker": worker, "runs": runs})
    return say(f"`{worker}` has its identity again, {runs} {'run goes' if runs == 1 else 'runs go'} on")


def _change(settings: Settings, worker: str, reason: str) -> Change:
    return Change(worker=worker, reason=reason, who=settings.person)


def _state(one: WorkerIdentity) -> str:
    return "revoked" if one.is_revoked else "in force"
