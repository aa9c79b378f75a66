"""`remit up`: everything in one process on 127.0.0.1, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
import uvicorn

from remit.cli.output import command, say
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


@command
async def up(
    *,
    practice: Annotated[bool, typer.Option(help="let the practice company send signals and invoices")] = True,
    port: Annotated[int, typer.Option(help="the port; 0 takes `REMIT_PORT`")] = 0,
) -> None:
    """Start everything on 127.0.0.1: database, API, dispatcher, sequencer, schedule. Ctrl-C stops it."""
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_house(settings, owns=True) as house:
        server = _server(house, settings, port or settings.port)
        parts: list[Coroutine[Any, Any, object]] = [
            dispatch(house, concurrency=settings.concurrency, stop=stop),
            run_sequencer(house.database, load_signer(settings.data_directory), stop=stop),
            keep_time(house, stop=stop),
            watch(house, settings.drop, stop=stop),
            _serve(server, stop),
        ]
        if practice and settings.practice:
            parts.append(demonstrate(house, settings.drop, stop=stop))
        _welcome(house, settings, port or settings.port)
        await _run_until_stopped(parts, stop)
    say("stopped; everything is as it was left. `remit up` goes on from here")


def _server(house: House, settings: Settings, port: int) -> "_Server":
    app = create_app(house, token=load_token(settings.data_directory), person=settings.person)
    config = uvicorn.Config(
        app, host=settings.host, port=port, log_level="warning", timeout_graceful_shutdown=_GRACE, lifespan="off"
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: Ctrl-C stops the parts in their order."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _serve(server: _Server, stop: asyncio.Event) -> None:
    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way to say that the port is taken; it has said so
        stop.set()
    finally:
        ending.cancel()


async def _run_until_stopped(parts: list[Coroutine[Any, Any, object]], stop: asyncio.Event) -> None:
    """Run the parts; when one fails, stop the others and fail with it."""
    tasks = [asyncio.create_task(part) for part in parts]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stop.set()
    await asyncio.wait(tasks)
    for task in done:
        task.result()


def _welcome(house: House, settings: Settings, port: int) -> None:
    url = f"http://{settings.host}:{port}"
    say(f"Remit is up: {len(house.roster.on_duty)} workers on duty. Ctrl-C stops it; what is done stays done.")
    say("")
    say("  In another terminal:")
    say("    .venv/bin/remit runs            what the workers did and do")
    say("    .venv/bin/remit review list     what they ask you")
    say("    .venv/bin/remit review show …   one question, with everything needed to decide")
    say("    .venv/bin/remit stop everything --reason 'just to see'")
    say("    .venv/bin/remit ledger verify   check the record of all of it")
    say(f"  Drop an e-invoice (UBL or CII) into {settings.drop / 'invoices'}")
    say(f"  The API is described at {url}/docs")
