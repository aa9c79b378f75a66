"""`remit up`: everything in one process on 127.0.0.1, until it is told to stop.

    open the house ─▶ take the port ─▶ begin every part ─▶ say that it is up ─▶ … ─▶ stop every part ─▶ close the house

A part that fails stops the others, and the process ends with its error.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
import uvicorn

from remit.cli.output import command, say
from remit.cli.tracing import tracing
from remit.errors import RemitError, SettingsInvalid
from remit.ledger.key import load_signer
from remit.ledger.sequencer import run_sequencer
from remit.practice.demo import demonstrate
from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from remit.runtime.schedule import keep_time
from remit.runtime.watch import watch
from remit.settings import Settings, read_settings
from remit.web.app import create_app
from remit.web.asked import load_token
from remit.web.opening import open_house

_GRACE = 5  # seconds that requests under way are given at the end
_PATIENCE = 30.0  # seconds that everything else is given

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
        async with open_house(settings, owns=True) as house:
            with _listen(settings.host, settings.port if port is None else port) as listening:
                parts = _parts(house, settings, stop, practice=practice)
                server = _server(house, settings)
                await _run(house, settings, [*parts, _serve(server, listening, settings, stop)], stop)
    say("stopped; everything is as it was left. `remit up` goes on from here")


def _stopped_by_signals() -> asyncio.Event:
    """Set at the first SIGINT or SIGTERM; a second one ends the process as it would any other."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def first() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, first)
    return stop
