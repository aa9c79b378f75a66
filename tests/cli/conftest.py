"""The command line, run as people run it, on a house of the tests."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from remit.cli.main import app
from remit.ledger.key import load_signer
from remit.ledger.sequencer import drain
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.signal import Signal
from tests.houses import SAMPLE_WORKERS, send, work


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a command left."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON."""
        return orjson.loads(self.out)


Remit = Callable[..., Coroutine[Any, Any, Printed]]
"""Runs a command: its words, then settings and input by name."""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a command."""
    return {
        "REMIT_DATABASE_URL": database_url,
        "REMIT_DATA_DIRECTORY": str(tmp_path / "data"),
        "REMIT_WORKERS_DIRECTORY": str(SAMPLE_WORKERS),
        "REMIT_PORT": "1",  # nothing answers there
        "COLUMNS": "80",
    }


@pytest.fixture
def remit(settings: dict[str, str], opened: tuple[House, Company]) -> Remit:
    """A way to run commands on the opened house."""

    async def run(*words: str, given: bytes = b"", **more: str) -> Printed:
        result = await asyncio.to_thread(CliRunner().invoke, app, words, input=given, env=settings | more)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Printed(code=result.exit_code, out=result.stdout, error=result.stderr)

    return run


@pytest.fixture
async def asked(opened: tuple[House, Company], settings: dict[str, str]) -> House:
    """A house where one run is done and one waits for a review, all of it signed."""
    house, _ = opened
    for number, type_ in enumerate(("test.double_write", "test.asks_before")):
        await send(house, Signal(source="test", signal_id=str(number), type=type_, data={"account": "A-101"}))
    await work(house)
    data = Path(settings["REMIT_DATA_DIRECTORY"])
    await drain(house.database, await asyncio.to_thread(load_signer, data))
    return house
