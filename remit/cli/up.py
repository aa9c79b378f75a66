"""`remit up`: everything in one process on 127.0.0.1, until it is told to stop.

    open the house ─▶ take the port ─▶ begin every part ─▶ say that it is up ─▶ … ─▶ stop every part ─▶ close the house

A part that fails stops the others, and the process ends with its error.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any, cast

import typer

from remit.cli.output import command, say
from remit.cli.tracing import tracing
from remit.connections.channels.channel import Channel
from remit.connections.vault import Vault, load_vault_key
from remit.errors import NotAllowed, RemitError
from remit.governance.sign_in_links import make_link
from remit.ledger.key import load_signer
from remit.ledger.sequencer import run_sequencer
from remit.ledger.witnessing import read_witnesses, run_witnessing
from remit.practice.demo import demonstrate
from remit.practice.drill import keep_drills
from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from remit.runtime.notifying import deliver
from remit.runtime.schedule import keep_time
from remit.runtime.watch import watch
from remit.settings import Settings, read_settings
from remit.store.database import translated
from remit.web.app import create_app
from remit.web.asked import load_token
from remit.web.opening import open_house, opened_channels
from remit.web.scim import create_scim
from remit.web.serving import listen, serve
from remit.web.ways import read_ways

_PATIENCE = 30.0  # seconds that every part is given to end

_Part = Coroutine[Any, Any, object]
_log = logging.getLogger(__name__)


@command
async def up(
    *,
    practice: Annotated[bool, typer.Option(help="let the practice company send signals and invoices")] = True,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="the port, instead of `REMIT_PORT`; 0 takes any that is free")
    ] = None,
) -> None:
    """Start everything on 127.0.0.1: database, API, dispatcher, sequencer, schedule. Ctrl-C stops it."""
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = _stopped_by_signals()
    with tracing():
        async with open_house(settings, owns=True) as house, opened_channels(settings, house.database) as channels:
            with listen(settings.host, settings.port if port is None else port) as listening:
                parts = _parts(house, settings, stop, practice=practice)
                parts.append(_lasting("delivery of notices", _deliver(house, settings, channels, stop), stop))
                await _run([*parts, _api(house, settings, listening, stop)], stop)
    say("stopped; everything is as it was left. `remit up` goes on from here")


def _stopped_by_signals() -> asyncio.Event:
    """Give what is set at the first SIGINT or SIGTERM; a second one ends the process at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def first() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, first)
    return stop


def _parts(house: House, settings: Settings, stop: asyncio.Event, *, practice: bool) -> list[_Part]:
    """List what runs beside the API, each until it is told to stop."""
    signer = load_signer(settings.data_directory)
    parts: list[_Part] = [
        _lasting("dispatcher", _dispatch(house, settings, stop), stop),
        _lasting("sequencer", run_sequencer(house.database, signer, stop=stop), stop),
        _lasting("schedule", keep_time(house, stop=stop), stop),
        _lasting("watcher of the drop folder", watch(house, settings.drop, stop=stop), stop),
    ]
    if witnesses := read_witnesses([each for each in settings.witnesses.split(",") if each.strip()]):
        parts.append(_lasting("witnessing", run_witnessing(house.database, witnesses, stop=stop), stop))
    if practice and settings.practice:
        parts.append(demonstrate(house, settings.drop, stop=stop))
    if settings.practice:
        parts.append(_lasting("drills", keep_drills(house, stop=stop), stop))
    return parts


async def _dispatch(house: House, settings: Settings, stop: asyncio.Event) -> None:
    with translated(house.database.url):  # PgQueuer speaks to the database itself, and fails in the driver's words
        await dispatch(house, concurrency=settings.concurrency, stop=stop)


def _deliver(house: House, settings: Settings, channels: Sequence[Channel], stop: asyncio.Event) -> _Part:
    return deliver(house.database, channels, public_url=settings.link_base, time=house.clock, stop=stop)


async def _api(house: House, settings: Settings, listening: socket.socket, stop: asyncio.Event) -> None:
    token = load_token(settings.data_directory)
    vault = Vault(house.database, load_vault_key(settings))
    ways = read_ways(settings, vault)
    app = create_app(house, token=token, person=settings.person, hosts=settings.hosts, ways=ways, stop=stop)
    app.state.signer = load_signer(settings.data_directory)
    app.state.vault = vault
    app.mount("/scim", cast("Any", create_scim(house.database, vault, ways.groups, house.clock)))
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{listening.getsockname()[1]}"
    way_in = await _way_in(house, settings, address)

    def begun() -> None:
        if not stop.is_set():
            _welcome(house, settings, address, way_in)

    await _lasting("API", serve(app, listening, begun=begun, stop=stop), stop)


async def _way_in(house: House, settings: Settings, address: str) -> str:
    """Give the address where whoever started the house comes in: by a link, while they have no sign-in of their own."""
    try:
        return f"{address}/sign-in?code={await make_link(house.database, settings.person, house.clock.now())}"
    except NotAllowed:
        return f"{address}/"


async def _lasting(name: str, part: _Part, stop: asyncio.Event) -> None:
    """Run a part that must not end by itself.

    Raises:
        RemitError: It did.
    """
    await part
    if not stop.is_set():
        raise RemitError(f"the {name} ended by itself. `remit up` goes on from here")


async def _run(parts: Sequence[_Part], stop: asyncio.Event) -> None:
    """Run the parts until told to stop; when one fails, stop the others and fail with its error."""
    tasks = [asyncio.create_task(_stopping(part, stop)) for part in parts]
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=_PATIENCE)
    for task in late:
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    errors = [end for end in ends if isinstance(end, Exception)]
    for error in errors[1:]:
        _log.error("another part failed too: %s", error)
    if errors:
        raise errors[0]


async def _stopping(part: _Part, stop: asyncio.Event) -> None:
    try:
        await part
    except BaseException:
        stop.set()
        raise


def _welcome(house: House, settings: Settings, address: str, way_in: str) -> None:
    say(f"Remit is up: {len(house.roster.on_duty)} workers on duty. Ctrl-C stops it; what is done stays done.")
    say("")
    say(f"  Open {way_in}")
    say("")
    say("  Or in another terminal:")
    say("    .venv/bin/remit runs            what the workers did and do")
    say("    .venv/bin/remit review list     what they ask you")
    say("    .venv/bin/remit review show …   one question, with everything needed to decide")
    say("    .venv/bin/remit stop everything --reason 'just to see'")
    say("    .venv/bin/remit ledger verify   check the record of all of it")
    say(f"  Drop an e-invoice (UBL or CII) into {settings.drop / 'invoices'}")
    say(f"  The API is described at {address}/docs")
