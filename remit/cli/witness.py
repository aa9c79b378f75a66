"""`remit witness`: on another machine, sign the checkpoints of a ledger as long as it goes on from what was signed."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from remit.cli.output import command, say
from remit.clock import Clock
from remit.errors import InputInvalid
from remit.ledger.note import Verifier
from remit.ledger.witness import load_witness
from remit.web.serving import listen, serve
from remit.web.witness import create_witness_app

app = typer.Typer(help="Be a witness to the ledger of a house on another machine.", no_args_is_help=True)

Directory = Annotated[Path, typer.Option(help="where the witness keeps its key and what it signed")]
_DEFAULT = Path(".remit-witness")


@app.command()
@command
async def key(
    directory: Directory = _DEFAULT,
    name: Annotated[str, typer.Option(help="what it signs as, when it is made now")] = "",
) -> None:
    """Print the witness's verifier key, making it the first time."""
    say((await asyncio.to_thread(load_witness, directory, name)).signer.verifier.as_text())


@app.command()
@command
async def trust(
    ledger: Annotated[Path, typer.Argument(help="the `ledger.pub` of a house, brought here by hand")],
    directory: Directory = _DEFAULT,
) -> None:
    """Take up a ledger: from now on its checkpoints are signed."""
    try:
        verifier = Verifier.from_text(await asyncio.to_thread(ledger.read_text))
    except (OSError, UnicodeDecodeError):
        raise InputInvalid(f"`{ledger}` cannot be read. Name the `ledger.pub` of the house") from None
    witness = await asyncio.to_thread(load_witness, directory)
    await asyncio.to_thread(witness.trust, verifier)
    own = witness.signer.verifier.as_text()
    say(f"`{verifier.name}` is known here. In its house set\n  REMIT_WITNESSES='http://HOST:PORT {own}'")


@app.command("serve")
@command
async def serve_(
    directory: Directory = _DEFAULT,
    host: Annotated[str, typer.Option(help="the address it listens on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="the port; 0 takes any that is free")] = 8711,
) -> None:
    """Answer `POST /add-checkpoint` until told to stop with Ctrl-C."""
    witness = await asyncio.to_thread(load_witness, directory)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with listen(host, port) as listening:
        place = f"http://{host}:{listening.getsockname()[1]}"
        told = f"the witness `{witness.signer.name}` answers at {place}. Ctrl-C stops it"
        await serve(create_witness_app(witness, Clock()), listening, begun=lambda: say(told), stop=stop)
