"""A finder of broken requests, written by others, reads the description of the API and asks everything in it."""

import asyncio
import os
import sys
from pathlib import Path

from remit.store.database import Database
from remit.web.app import create_app
from remit.web.serving import listen, serve
from tests.houses import act, notify, opened_house, tell, work

TOKEN = "token-of-the-tests"
SECONDS = 90


async def test_no_request_it_finds_is_answered_with_500(database: Database, tmp_path: Path) -> None:
    """Every operation of the API, asked with what its description lets in and with what it does not: never a 500."""
    async with opened_house(database) as (house, _):
        for number in range(3):
            await tell(
                house, notify(), act("mail.send_message", to="a@b.example", subject="x", text="y"), number=number
            )
        await work(house)
        stop, begun = asyncio.Event(), asyncio.Event()
        with listen("127.0.0.1", 0) as listening:
            app = create_app(house, token=TOKEN, person="you")
            task = asyncio.create_task(serve(app, listening, begun=begun.set, stop=stop))
            await begun.wait()
            finder = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).with_name("st")),
                *("run", f"http://127.0.0.1:{listening.getsockname()[1]}/openapi.json"),
                *("--header", f"Authorization: Bearer {TOKEN}", "--checks", "not_a_server_error"),
                *("--phases", "examples,coverage,fuzzing", "--max-examples", "12", "--max-time", str(SECONDS)),
                *("--seed", "7", "--generation-database", "none", "--no-color", "--output-truncate", "false"),
                *("--suppress-health-check", "all", "--warnings", "off"),
                cwd=tmp_path,
                env=os.environ | {"SCHEMATHESIS_HOOKS": ""},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            async with asyncio.timeout(SECONDS * 2):
                said, _ = await finder.communicate()
            stop.set()
            await task

    told = said.decode()
    assert finder.returncode == 0, told[-6000:]
    assert "No issues found" in told
