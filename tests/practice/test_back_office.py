import asyncio
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import OutcomeUnknown, SystemBusy, SystemRefused
from remit.practice.company import Company, open_company
from remit.practice.deed import Deed, Shape
from remit.practice.systems.erp import ERP
from remit.store.database import Database

NOTE = "erp.note_invoice"
INVOICE = "INV-45061"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=8,
)

SHAPES: list[tuple[Shape, list[Any], list[Any]]] = [
    (Shape.TEXT, ["x", " ü "], ["", "  ", 1, ["x"]]),
    (Shape.NUMBER, [-1, 0], [True, 1.0, "1", 10**16]),
    (Shape.AMOUNT, [0, 1], [-1, True, 1.5, "1"]),
    (Shape.DAY, ["2026-02-28"], ["2026-02-29", "20260228", "", 1, "2026-2-3"]),
    (Shape.CURRENCY, ["EUR"], ["eur", "EURO", "", 978]),
    (Shape.MAIL, ["a@b.example"], ["a", "a@b, c@d", "a b@c", "a@b\nBcc: x@y", ""]),
    (Shape.TEXTS, [[], ["a"]], ["a", [1], [""], {}]),
    (Shape.OBJECT, [{}], [[], "x", 1]),
    (Shape.OBJECTS, [[], [{}]], [["x"], {}, "x"]),
]


def deed(name: str) -> Deed:
    """Find an operation of the ERP."""
    return next(deed for deed in ERP if deed.operation.name == name)


async def test_the_change_and_its_log_are_one(company: Company) -> None:
    """A refused write leaves neither a change nor a line in the log."""
    erp = company.connectors["erp"]
    before = await erp.read("erp.get_invoice", {"invoice": INVOICE})

    with pytest.raises(SystemRefused, match="has no invoice `INV-0`"):
        await erp.perform(NOTE, {"invoice": "INV-0", "note": "seen"}, "key")
    with pytest.raises(SystemRefused, match="has to be recorded"):
        await erp.perform("erp.clear_invoice", {"invoice": INVOICE, **_amount(before)}, "key")

    assert await erp.read("erp.get_invoice", {"invoice": INVOICE}) == before
    assert await company.effects() == []


def _amount(invoice: dict[str, Any]) -> dict[str, Any]:
    return {"amount": invoice["gross"], "currency": invoice["currency"]}


async def test_a_key_used_for_something_else_is_refused(company: Company) -> None:
    """A key stands for one request: another operation or other arguments under it are refused and do nothing."""
    erp = company.connectors["erp"]
    await erp.perform(NOTE, {"invoice": INVOICE, "note": "seen"}, "key")

    for operation, arguments in (
        (NOTE, {"invoice": INVOICE, "note": "other"}),
        ("erp.change_vendor", {"vendor": "V-1001", "reason": "moved", "iban": "DE00"}),
    ):
        with pytest.raises(SystemRefused, match="the key was used"):
            await erp.perform(operation, arguments, "key")

    assert len(await company.effects()) == 1
    assert await erp.look_up("erp.change_vendor", {}, "key") is None


async def test_what_the_caller_does_undoes_nothing(company: Company, database: Database) -> None:
    """A write stays done when the transaction it was asked from is rolled back."""

    async def ask_and_fail() -> None:
        async with database.transaction():
            await company.connectors["erp"].perform(NOTE, {"invoice": INVOICE, "note": "seen"}, "key")
            raise KeyError

    with pytest.raises(KeyError):
        await ask_and_fail()

    assert len(await company.effects()) == 1


CALLER = """
import asyncio, sys
from remit.practice.company import open_company
from remit.store.database import Database

async def main():
    company = await open_company(await Database.open(sys.argv[1], size=1), size=2)
    for number in range(100_000):
        await company.connectors["erp"].perform("erp.note_invoice", {"invoice": "INV-45061", "note": "x"}, str(number))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_killed_caller_leaves_whole_effects(company: Company, database_url: str) -> None:
    """However a caller dies, each effect it had is both in the record and in the log, and each it heard of is there."""
    command = [sys.executable, "-c", CALLER, database_url]
    caller = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert caller.stdout

    heard = [await caller.stdout.readline() for _ in range(20)]
    caller.kill()
    await caller.wait()
    heard += [line async for line in caller.stdout if line.endswith(b"\n")]

    # Looking up the next key waits for a request that is still being worked on.
    await company.connectors["erp"].look_up(NOTE, {}, str(len(heard)))
    done = [effect.key for effect in await company.effects()]
    invoice = await company.connectors["erp"].read("erp.get_invoice", {"invoice": INVOICE})
    assert len(invoice["notes"]) == len(done)
    assert done[: len(heard)] == [line.decode().strip() for line in heard]
    assert len(done) - len(heard) in {0, 1}


async def test_writes_at_once_are_all_kept(company: Company) -> None:
    """Twenty writes to one record at the same time under twenty keys are twenty changes."""
    erp = company.connectors["erp"]

    asked = [erp.perform(NOTE, {"invoice": INVOICE, "note": str(number)}, str(number)) for number in range(20)]
    answers = await asyncio.gather(*asked)

    assert sorted(answer["notes"] for answer in answers) == list(range(1, 21))


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "\ud800"])
async def test_a_hostile_key_is_refused(company: Company, key: str) -> None:
    """A key that is empty, endless or unwritable is refused, when writing and when looking up."""
    erp = company.connectors["erp"]

    with pytest.raises(SystemRefused, match="a key is a text"):
        await erp.perform(NOTE, {"invoice": INVOICE, "note": "seen"}, key)
    with pytest.raises(SystemRefused, match="a key is a text"):
        await erp.look_up(NOTE, {}, key)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", b"bytes", 2**70, {"a": {1, 2}}, ["x", {"y\x00": 1}]])
async def test_what_cannot_be_kept_is_refused(company: Company, text: object) -> None:
    """A value that JSON or PostgreSQL cannot hold is refused as such, in a read and in a write."""
    erp = company.connectors["erp"]

    with pytest.raises(SystemRefused):
        await erp.perform(NOTE, {"invoice": INVOICE, "note": text}, "key")
    with pytest.raises(SystemRefused):
        await erp.read("erp.get_invoice", {"invoice": text})

    assert await company.effects() == []


@given(arguments=st.dictionaries(st.sampled_from([*deed("erp.record_invoice").takes, "x"]), JSON))
def test_arguments_are_taken_or_refused(arguments: dict[str, Any]) -> None:
    """Whatever is given, the check ends in a refusal or in arguments of the shapes promised."""
    wanted = deed("erp.record_invoice")

    try:
        given_ones = wanted.check(arguments)
    except SystemRefused:
        return

    assert set(wanted.operation.required) <= given_ones.keys() <= wanted.takes.keys()
    assert None not in given_ones.values()


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    SHAPES,
)
def test_a_shape_holds(shape: Shape, right: list[object], wrong: list[object]) -> None:
    """An argument is taken when it is what it has to be, and refused with that said when not."""
    wanted = Deed(operation=deed("erp.find_vendor").operation, takes={"it": shape}, does=deed("erp.find_vendor").does)

    for value in right:
        assert wanted.check({"it": value}) == {"it": value}
    for value in wrong:
        with pytest.raises(SystemRefused):
            wanted.check({"it": value})


async def test_a_company_that_is_gone_is_busy_or_unknown(database: Database) -> None:
    """When the database behind the systems does not answer, nobody takes that for an answer or a refusal."""
    company = await open_company(database)
    await company.close()
    erp = company.connectors["erp"]

    with pytest.raises(SystemBusy):
        await erp.read("erp.get_invoice", {"invoice": INVOICE})
    with pytest.raises(SystemBusy):
        await erp.look_up(NOTE, {}, "key")
    with pytest.raises(OutcomeUnknown):
        await erp.perform(NOTE, {"invoice": INVOICE, "note": "seen"}, "key")
