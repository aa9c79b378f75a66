"""What is held about a person is taken away everywhere at once, and the ledger still verifies; what is held stays."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.erasure import enforce_retention, erase
from remit.governance.holds import hold, list_holds, release
from remit.governance.roles import Person, save_person
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.export import export
from remit.ledger.key import load_signer
from remit.ledger.proof import prove_inclusion
from remit.ledger.read import Search, find_entries, read_entry
from remit.ledger.sealing import ERASED, seal, unseal
from remit.ledger.sequencer import drain
from remit.ledger.verify import verify
from remit.ledger.verify_export import verify_export
from remit.runtime.house import House
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal
from remit.store.database import Database
from tests.houses import act, mail, opened_house, rows_of, score, states_of, work

PLANTED = "Wilhelmina-Quast"
ANN = "candidate:C-17"


@pytest.fixture
async def house(database: Database) -> AsyncGenerator[House]:
    """A house with two who keep records: `ben` erases, `cyd` and `dan` hold."""
    async with opened_house(database) as (opened, _):
        for name, role in (("ben", "risk-owner"), ("cyd", "auditor"), ("dan", "auditor")):
            await save_person(database, Person(id=name, name=name, roles=(role,)))
        yield opened


async def about(house: House, subject: str, *steps: dict[str, Any], number: int = 1) -> Any:
    """Let a worker do something about somebody, whose name stands in everything it is told; give the run."""
    data = {"steps": [*steps], "name": PLANTED}
    signal = Signal(source="test", signal_id=f"{subject}{number}", type="test.as_told", subject=subject, data=data)
    [run] = (await receive(house.database, house.roster, signal, house.clock.now())).runs
    await work(house)
    return run


def told() -> dict[str, Any]:
    """Say that a score is set with the person's name in its reason."""
    return act("crm.set_health_score", account="A-101", score=40, reason=f"{PLANTED} said so")


async def found(house: House, text: str = PLANTED) -> list[str]:
    """Look for a text in every column of every table of the house; give the tables that hold it readably."""
    tables = await rows_of(
        house, "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    holding: list[str] = []
    for table in tables:
        rows = await rows_of(house, f'SELECT t::text AS text FROM "{table["name"]}" AS t')  # noqa: S608  # its own names
        if any(text in row["text"] or text.encode().hex() in row["text"] for row in rows):
            holding.append(table["name"])
    return sorted(holding)


async def test_nothing_of_a_person_is_left_to_read(house: House, tmp_path: Path) -> None:
    """After an erasure no table holds the name; every entry is there, proven, and the whole ledger verifies."""
    run = await about(house, ANN, told())
    entries = await find_entries(house.database, Search(run=run))
    assert PLANTED in str([entry.body for entry in entries])
    assert {"signal", "step", "action"} <= set(await found(house))
    assert "entry" not in await found(house)  # sealed from the first moment

    done = await erase(house.database, ANN, "asked for by letter", "ben", house.clock.now())

    assert (done.runs, done.sealed) == (1, True)
    assert await found(house) == []
    after = await find_entries(house.database, Search(run=run))
    assert [entry.id for entry in after] == [entry.id for entry in entries]
    assert all(entry.body == ERASED for entry in after)
    signer = load_signer(tmp_path)
    await drain(house.database, signer)
    assert (await verify(house.database, signer.verifier)).is_whole
    await export(house.database, signer, tmp_path / "out")
    assert verify_export(tmp_path / "out", signer.verifier.as_text()).is_whole
    assert (await prove_inclusion(house.database, after[0].id)).index >= 0


async def test_the_erasure_itself_stands_in_the_ledger(house: House) -> None:
    """Who erased, why and how much is readable; what was erased is not in it."""
    await about(house, ANN, told())

    await erase(house.database, ANN, "asked for", "ben", house.clock.now())

    [entry] = await find_entries(house.database, Search(kind="subject.erased"))
    assert (entry.body["person"], entry.body["runs"], entry.body["reason"]) == ("ben", 1, "asked for")


async def test_others_stay_readable(house: House) -> None:
    """Erasing one person touches no other."""
    await about(house, ANN, told())
    other = await about(house, "candidate:C-18", told())

    await erase(house.database, ANN, "asked for", "ben", house.clock.now())

    assert PLANTED in str([entry.body for entry in await find_entries(house.database, Search(run=other))])


async def test_work_about_somebody_is_finished_first(house: House) -> None:
    """While a run about the person waits for a review nothing is erased, and the run is named."""
    run = await about(house, ANN, mail(PLANTED))
    assert "waiting" in await states_of(house, run)

    with pytest.raises(Conflict, match=str(run)):
        await erase(house.database, ANN, "asked for", "ben", house.clock.now())

    assert PLANTED in str([entry.body for entry in await find_entries(house.database, Search(run=run))])


@pytest.mark.parametrize("scope", [ANN, "everything", "worker:as-told"])
async def test_what_is_held_is_not_erased(house: House, scope: str) -> None:
    """A hold on the person, the worker or everything keeps the record; lifted by a second person it does not."""
    await about(house, ANN, told())
    now = house.clock.now()
    await hold(house.database, scope, "case 7", "cyd", now)

    with pytest.raises(Conflict, match="a hold keeps"):
        await erase(house.database, ANN, "asked for", "ben", now)
    with pytest.raises(NotAllowed, match="second person"):
        await release(house.database, scope, "over", "cyd", now)
    await release(house.database, scope, "over", "dan", now)

    assert (await erase(house.database, ANN, "asked for", "ben", now)).runs == 1
    assert await list_holds(house.database) == []


@pytest.mark.parametrize("who", ["cyd", "maria.rossi", "ken.ito", "nobody"])
async def test_not_everybody_may_erase(house: House, who: str) -> None:
    """Who holds may not erase, nor may who works with the record."""
    await about(house, ANN, told())

    with pytest.raises(NotAllowed):
        await erase(house.database, ANN, "asked for", who, house.clock.now())


async def test_who_erases_may_not_hold(house: House) -> None:
    """Whoever erases does not decide what must be kept."""
    with pytest.raises(NotAllowed):
        await hold(house.database, ANN, "case 7", "ben", house.clock.now())


@pytest.mark.parametrize(
    "subject", ["", "candidate:", "account:A-101", "everything", "person:you", "candidate", "x" * 600]
)
async def test_only_a_person_is_erased(house: House, subject: str) -> None:
    """What is no person's subject is refused with the kinds there are; nothing changes."""
    with pytest.raises(InputInvalid):
        await erase(house.database, subject, "asked for", "ben", house.clock.now())


async def test_an_unknown_person_and_an_empty_reason_are_told(house: House) -> None:
    """Somebody nothing is known about, and an erasure without a reason, change nothing."""
    with pytest.raises(NotFound):
        await erase(house.database, "candidate:nobody", "asked for", "ben", house.clock.now())
    with pytest.raises(InputInvalid):
        await erase(house.database, ANN, "  ", "ben", house.clock.now())


async def test_two_erasures_at_once_are_one(house: House) -> None:
    """Of two people who erase the same at once, the second finds the runs redacted; no error, no double count."""
    await about(house, ANN, told())

    ends = await asyncio.gather(
        *(erase(house.database, ANN, "asked for", "ben", house.clock.now()) for _ in range(2)), return_exceptions=True
    )

    assert sorted(end.runs for end in ends if not isinstance(end, BaseException)) == [0, 1]


async def test_what_comes_later_is_sealed_anew(house: House) -> None:
    """After an erasure the person may come again: the new is readable, the old stays gone."""
    first = await about(house, ANN, told())
    await erase(house.database, ANN, "asked for", "ben", house.clock.now())

    second = await about(house, ANN, told(), number=2)

    assert PLANTED in str([entry.body for entry in await find_entries(house.database, Search(run=second))])
    assert all(entry.body == ERASED for entry in await find_entries(house.database, Search(run=first)))


async def test_time_takes_away_what_a_charter_keeps_no_longer(house: House) -> None:
    """After the charter's days an ended run holds nothing, and a person's entries close; a younger one stays."""
    old = await about(house, ANN, told())
    await about(house, "account:A-101", score())
    charters = [worker.charter for worker in house.roster.on_duty]
    days = timedelta(days=charters[0].retention_days)
    now = house.clock.now()

    assert await enforce_retention(house.database, charters, now + days - timedelta(hours=1)) == 0
    assert await enforce_retention(house.database, charters, now + days + timedelta(hours=1)) == 2
    assert await enforce_retention(house.database, charters, now + days + timedelta(hours=1)) == 0

    assert await found(house) == ["entry"]  # what was said about an account is no person's, and stays in the ledger
    assert all(entry.body == ERASED for entry in await find_entries(house.database, Search(run=old)))


async def test_a_hold_is_stronger_than_time(house: House) -> None:
    """What is held outlives its days."""
    await about(house, ANN, told())
    await hold(house.database, ANN, "case 7", "cyd", house.clock.now())
    charters = [worker.charter for worker in house.roster.on_duty]

    assert await enforce_retention(house.database, charters, house.clock.now() + timedelta(days=99999)) == 0
    assert "signal" in await found(house)


async def test_two_entries_at_once_share_one_key(database: Database) -> None:
    """However many write about a new person at the same moment, all of it can be read."""

    async def write(number: int) -> Entry:
        entry = Entry(kind=EntryKind.ACTION_PERFORMED, body={"n": number}, about=ANN)
        async with database.transaction() as transaction:
            await append(transaction, entry)
        return entry

    entries = await asyncio.gather(*(write(number) for number in range(20)))

    assert [(await read_entry(database, entry.id)).body["n"] for entry in entries] == list(range(20))


def test_a_sealed_body_opens_only_in_its_place() -> None:
    """Under another key, in another entry, or with a byte changed it is nothing."""
    key, body = bytes(32), {"name": PLANTED}
    sealed = seal(body, key, "one")

    assert unseal(sealed, key, "one") == body
    assert unseal(sealed, key, "two") == ERASED
    assert unseal(sealed, b"\x01" * 32, "one") == ERASED
    assert unseal(sealed, None, "one") == ERASED
    assert unseal({"sealed": "AAAA"}, key, "one") == ERASED
    assert unseal({"sealed": "x", "other": 1}, key, "one") == {"sealed": "x", "other": 1}
    assert PLANTED not in str(sealed)
