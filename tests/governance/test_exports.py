"""The record leaves the house whole or not at all, by whoever may, and never without an entry."""

import asyncio
from pathlib import Path

import pytest

from remit.errors import Conflict, InputInvalid, LedgerBroken, NotAllowed
from remit.governance.exports import Taking, take_ledger, take_records
from remit.ledger.check_export import check_export
from remit.ledger.key import load_signer
from remit.ledger.note import Signer
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.ledger.record_export import Wanted
from remit.ledger.records import Format
from remit.ledger.sequencer import drain
from remit.ledger.verify_export import verify_export
from remit.practice.company import Company
from remit.runtime.house import House
from tests.houses import rows_of, score, tell, until, work

ALL = Wanted(form=Format.CSV, search=Search())


@pytest.fixture
async def house(opened: tuple[House, Company], signer: Signer) -> House:
    """A house where something happened, all of it signed."""
    house, _ = opened
    await tell(house, score())
    await work(house)
    await drain(house.database, signer)
    return house


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """The key of the house."""
    return load_signer(tmp_path / "keys")


def _taking(house: House, directory: Path, who: str = "jonas.weber") -> Taking:
    return Taking(directory=directory, who=who, now=house.clock.now())


async def _entries(house: House) -> tuple[RecordedEntry, ...]:
    return await find_entries(house.database, Search(kind="ledger.exported"))


def _left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"keys"}


async def test_an_auditor_takes_records_out(house: House, signer: Signer, tmp_path: Path) -> None:
    """The folder verifies, and the entry names person, format, filters and the digest of the manifest."""
    wanted = Wanted(form=Format.CSV, search=Search(about="account:A-101"))

    done = await take_records(house.database, signer, wanted, _taking(house, tmp_path / "new/out"))

    assert check_export(done.directory, signer.verifier.as_text()).is_whole
    [entry] = await _entries(house)
    assert (entry.body["person"], entry.body["format"]) == ("jonas.weber", "csv")
    assert entry.body["search"] == {"about": "account:A-101"}
    assert entry.body["entries"] == done.entries > 0
    found = await find_entries(house.database, Search(concerning=("person:jonas.weber",)))
    assert [each.kind for each in found] == ["ledger.exported"]


async def test_the_whole_ledger_is_taken_out(house: House, signer: Signer, tmp_path: Path) -> None:
    """It verifies where it was meant to be, and stands in the ledger too."""
    done = await take_ledger(house.database, signer, _taking(house, tmp_path / "out"))

    assert verify_export(tmp_path / "out", signer.verifier.as_text()).size == done.size
    assert [entry.body["format"] for entry in await _entries(house)] == ["ledger"]


@pytest.mark.parametrize("who", ["lena.fischer", "ken.ito", "nobody"])
async def test_others_take_nothing_out(house: House, signer: Signer, tmp_path: Path, who: str) -> None:
    """Reviewers, technical owners and strangers get neither records nor the ledger, and leave no folder."""
    for take in (
        take_records(house.database, signer, ALL, _taking(house, tmp_path / "out", who)),
        take_ledger(house.database, signer, _taking(house, tmp_path / "out", who)),
    ):
        with pytest.raises(NotAllowed):
            await take

    assert (_left(tmp_path), await _entries(house)) == (set(), ())


async def test_who_loses_the_role_meanwhile_gets_nothing(house: House, signer: Signer, tmp_path: Path) -> None:
    """The right is asked again in the transaction of the entry: what was made until then is thrown away."""

    async def _begun() -> bool:
        return bool(list(tmp_path.glob(".out.*")))

    async with house.database.transaction() as leaving:
        await leaving.connection.execute("LOCK TABLE checkpoint IN ACCESS EXCLUSIVE MODE")  # what it reads next
        taking = asyncio.create_task(take_records(house.database, signer, ALL, _taking(house, tmp_path / "out")))
        await until(_begun)
        await leaving.connection.execute("UPDATE person SET is_active = false WHERE id = 'jonas.weber'")

    with pytest.raises(NotAllowed):
        await taking

    assert (_left(tmp_path), await _entries(house)) == (set(), ())


async def test_a_folder_in_use_is_left_alone(house: House, signer: Signer, tmp_path: Path) -> None:
    """What lies there stays; an empty folder is taken; a file is no folder."""
    (tmp_path / "used").mkdir()
    (tmp_path / "used/mine").write_text("mine")
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()

    for name in ("used", "file"):
        with pytest.raises(Conflict):
            await take_records(house.database, signer, ALL, _taking(house, tmp_path / name))
    with pytest.raises(InputInvalid):
        await take_records(house.database, signer, ALL, _taking(house, tmp_path / "file/below"))
    await take_records(house.database, signer, ALL, _taking(house, tmp_path / "empty"))

    assert (tmp_path / "used/mine").read_text() == "mine"
    assert _left(tmp_path) == {"used", "file", "empty"}
    assert len(await _entries(house)) == 1


async def test_two_at_once_never_mix(house: House, signer: Signer, tmp_path: Path) -> None:
    """Of two exports to one folder one is there whole, and the other is told so."""
    both = await asyncio.gather(
        *(take_records(house.database, signer, ALL, _taking(house, tmp_path / "out")) for _ in range(2)),
        return_exceptions=True,
    )

    assert sorted(isinstance(each, Exception) for each in both) in ([False, True], [False, False])
    assert check_export(tmp_path / "out", signer.verifier.as_text()).is_whole
    assert _left(tmp_path) == {"out"}


async def test_a_changed_ledger_is_not_exported(house: House, signer: Signer, tmp_path: Path) -> None:
    """Where a tile is gone nothing leaves the house, and nothing says that it did."""
    await rows_of(house, "ALTER TABLE tile DISABLE TRIGGER ALL")
    await rows_of(house, "DELETE FROM tile")

    with pytest.raises(LedgerBroken):
        await take_records(house.database, signer, ALL, _taking(house, tmp_path / "out"))

    assert (_left(tmp_path), await _entries(house)) == (set(), ())
