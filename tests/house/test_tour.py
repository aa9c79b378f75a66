"""The tour of the README, taken step by step: what it shows is what there is to see."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from remit.cli.main import app
from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.ledger.key import load_signer
from remit.ledger.sequencer import drain
from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.runtime.house import House
from remit.runtime.watch import look
from remit.settings import Settings
from remit.web.opening import open_house
from tests.house.repository import ROOT
from tests.houses import work

README = (ROOT / "README.md").read_text(encoding="utf-8")
LEFT_OUT = "…"

CHANGING = re.compile(
    r"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{12}\b|\bINV-\d+"
    r"|(?:in )?\b\d+ (?:s|min|h|d)\b(?: ago)?|\b\d+(?= entries)|^\d+(?= )"
)
"""What is different each time: numbers of runs and reviews, hashes, how long ago it was, how many entries there are."""


def steps() -> list[tuple[str, list[str]]]:
    """Read the tour: each command with the lines it is shown to print."""
    text = "".join(re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [(part.splitlines()[0], part.splitlines()[1:]) for part in parts]


def plain(line: str) -> str:
    """Write a line with one mark for everything that changes, and one blank between words."""
    return " ".join(CHANGING.sub("*", line).split())


@dataclass
class Visitor:
    """Somebody who types what the tour says, with the numbers that are really there."""

    house: House
    watcher: Watcher
    folder: Path
    known: dict[str, str] = field(default_factory=dict[str, str])
    """the numbers of the README, and what they are here"""

    async def take(self, command: str, shown: list[str]) -> list[str]:
        """Take one step, and say what of it is not as shown."""
        for told, here in self.known.items():
            command = command.replace(told, here)
        printed = await asyncio.to_thread(self.run, command)
        differences = self.compare(printed.splitlines(), shown)
        await self.rest()
        return differences

    def run(self, command: str) -> str:
        """Run a command as people do, in the folder where `.remit` is."""
        words = shlex.split(command)
        if words[0].endswith("python"):
            done = subprocess.run(
                [sys.executable, *words[1:]], cwd=self.folder, capture_output=True, text=True, check=True
            )
            return done.stdout
        settings = dict(word.split("=", 1) for word in words[: words.index("remit")])
        result = CliRunner().invoke(app, words[words.index("remit") + 1 :], env=settings)
        return result.output

    def compare(self, printed: list[str], shown: list[str]) -> list[str]:
        """Find the lines shown that were not printed, and, where nothing was left out, the other way round."""
        printed = [line for line in printed if line.strip()]
        wanted = [line for line in shown if line.strip() and line != LEFT_OUT]
        missing = [line for line in wanted if not self.find(line, printed)]
        if LEFT_OUT in shown:
            return missing
        return missing + [line for line in printed if plain(line) not in {plain(each) for each in wanted}]

    def find(self, line: str, printed: list[str]) -> bool:
        """Find a line among those printed, and learn what its numbers are here."""
        looked_for = plain(line.removesuffix(LEFT_OUT))
        for candidate in printed:
            there = plain(candidate)
            if there == looked_for or (line.endswith(LEFT_OUT) and there.startswith(looked_for)):
                self.learn(CHANGING.findall(line), CHANGING.findall(candidate))
                return True
        return False

    def learn(self, told: list[str], here: list[str]) -> None:
        """Remember what numbers of the README are here, by their ends too."""
        for number, real in zip(told, here, strict=False):
            if re.fullmatch(r"[0-9a-f]{12}|INV-\d+", number):
                self.known[number] = real

    async def rest(self) -> None:
        """Let the house do meanwhile what `remit up` does."""
        await look(self.house, self.watcher)
        await look(self.house, self.watcher)
        await work(self.house)
        await drain(self.house.database, await asyncio.to_thread(load_signer, self.folder / ".remit"))


@pytest.fixture
async def visitor(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Visitor]:
    """A visitor of a house where three invoices were dropped."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REMIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REMIT_DATABASE_URL", database_url)
    (tmp_path / "remit" / "ledger").mkdir(parents=True)
    shutil.copy(ROOT / "remit" / "ledger" / "verify_export.py", tmp_path / "remit" / "ledger")
    async with open_house(Settings(database_url=database_url), owns=True) as house:
        today = await founding_day(house.database)
        assert today is not None
        folder = tmp_path / ".remit" / "drop" / "invoices"
        for name, content in documents(today).items():
            if name[:2] in {"01", "03", "05"}:
                (folder / name).write_bytes(content)
        guest = Visitor(house, Watcher(folder), tmp_path)
        await guest.rest()
        yield guest


async def test_the_tour_shows_what_there_is_to_see(visitor: Visitor) -> None:
    """Each command of the README works as it stands there, and prints what it is said to print."""
    tour = steps()

    differences = {command: await visitor.take(command, shown) for command, shown in tour}

    assert len(tour) > 10
    assert {command: lines for command, lines in differences.items() if lines} == {}


def test_the_first_screen_says_how_to_begin() -> None:
    """Within the first lines stand the two commands, and both are targets of the Makefile."""
    screen = "\n".join(README.splitlines()[:24])
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    commands = re.findall(r"^make ([a-z]+)", screen, re.MULTILINE)

    assert commands == ["up", "test"]
    assert set(commands) <= set(targets)


def test_a_line_that_differs_is_found() -> None:
    """Other words, another amount or a missing line are noticed; another number, time or width is not."""
    printed = ["400e50016981  invoice-review   done  2 s ago  7 entries", "INV-1 over 5,414.50 EUR"]
    told = ["abcdefabcdef  invoice-review  done  1 min ago  9 entries", "INV-2 over 5,414.50 EUR"]
    guest = Visitor.__new__(Visitor)
    guest.known = {}

    assert guest.compare(printed, told) == []
    assert guest.known == {"abcdefabcdef": "400e50016981", "INV-2": "INV-1"}
    assert guest.compare(printed, [told[0]]) == [printed[1]]
    assert guest.compare(printed, [told[0], LEFT_OUT]) == []
    assert guest.compare(printed, [told[0], "INV-2 over 5,414.51 EUR", LEFT_OUT]) == ["INV-2 over 5,414.51 EUR"]
