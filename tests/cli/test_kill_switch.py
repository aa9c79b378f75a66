import asyncio

from remit.runtime.dispatcher import dispatch
from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import rows_of, until

SECOND = {"REMIT_PERSON": "ken.ito"}


async def test_what_a_halt_touches_is_printed(remit: Remit, asked: House) -> None:
    """A halt is reported by its scope or its number; one that is not there is not found."""
    stopped = await remit("stop", "everything", "--reason", "just to see", "--json")

    by_scope = await remit("halt", "report", "everything")
    by_number = await remit("halt", "report", stopped.json["id"][-12:], "--json")
    none = await remit("halt", "report", "worker:nobody")

    assert "everything, stopped by you" in by_scope.out
    assert "touches as-told" in by_scope.out
    assert by_number.json["halt"]["id"] == stopped.json["id"]
    assert none.code == 3


async def test_stop_tells_what_to_do_next(remit: Remit, asked: House) -> None:
    """Whoever stops reads what waits, where the report and the review are, and who lets it go on."""
    stopped = await remit("stop", "connection:crm", "--reason", "it answers nonsense")

    assert "connection:crm is stopped" in stopped.out
    assert "remit halt report" in stopped.out
    assert "remit incident show" in stopped.out
    assert "remit resume connection:crm" in stopped.out


async def test_an_incident_is_reviewed_by_commands(remit: Remit, asked: House) -> None:
    """An incident is listed, written section by section, shown, and closed once its halt is lifted."""
    stopped = await remit("stop", "double-write", "--reason", "just to see", "--json")
    number = stopped.json["incident"][-12:]

    early = await remit("incident", "close", number, **SECOND)
    for section in ("impact", "detection", "cause", "guardrails", "learned"):
        await remit("incident", "write", number, "--section", section, "--words", "seen", **SECOND)
    last = await remit(
        "incident", "write", number, "--section", "fix", "--words", "a limit", "--owner", "ken.ito", "--json", **SECOND
    )
    await remit("resume", "double-write", "--reason", "mended", **SECOND)
    closed = await remit("incident", "close", number, **SECOND)

    assert (early.code, last.json, closed.code) == (5, {"state": "reviewed"}, 0)
    assert "double-write" in (await remit("incident", "list", "--state", "closed")).out
    assert (await remit("incident", "list", "--state", "open")).out == "there is no incident\n"
    assert "> a limit (owner: ken.ito)" in (await remit("incident", "show", number)).out


async def test_a_drill_is_planned_held_and_listed(remit: Remit, asked: House) -> None:
    """A drill held beside a house at work is printed with its answer, and listed with the next one."""
    planned = await remit("drill", "schedule", "0 9 1 * *", **SECOND)
    stopped = asyncio.Event()
    working = asyncio.create_task(dispatch(asked, concurrency=4, stop=stopped))

    async def is_at_work() -> bool:
        return bool(await rows_of(asked, "SELECT id FROM process"))

    await until(is_at_work)
    held = await remit("drill", "run", **SECOND)
    stopped.set()
    await working

    assert "09:00 UTC" in planned.out
    assert "began after the answer: 0" in held.out
    assert "the drill passed" in held.out
    assert "passed" in (await remit("drill", "list")).out


async def test_not_everybody_drills(remit: Remit, asked: House) -> None:
    """A person without the permission neither plans nor holds a drill."""
    planned = await remit("drill", "schedule", "0 9 1 * *", REMIT_PERSON="jonas.weber")
    held = await remit("drill", "run", REMIT_PERSON="jonas.weber")

    assert (planned.code, held.code) == (4, 4)
