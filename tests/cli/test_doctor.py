from pathlib import Path

import pytest

from remit.governance.roles import Person, save_person
from remit.runtime.house import House
from tests.cli.conftest import Printed, Remit

NOT_OF_THE_HOUSE = ("double-write", "as-told", "takes-over")  # sample workers whose charters are not looked at here


def wrong(printed: Printed) -> dict[str, str]:
    """Tell what is not well, by name."""
    bad = [finding for finding in printed.json["findings"] if not finding["is_well"]]
    assert all(finding["advice"] for finding in bad)
    return {each["name"]: each["found"] for each in bad if each["name"] not in NOT_OF_THE_HOUSE}


@pytest.fixture
def data(settings: dict[str, str]) -> Path:
    """The data directory."""
    return Path(settings["REMIT_DATA_DIRECTORY"])


async def test_a_house_that_is_well_is_told_so(remit: Remit, asked: House) -> None:
    """Every part has its line, and nothing is wrong."""
    printed = await remit("doctor", "--json")

    names = {finding["name"] for finding in printed.json["findings"]}
    assert wrong(printed) == {}
    assert names >= {"data directory", "disk", "ledger.key", "database", "ledger", "queue", "halts", "connections"}


async def test_each_line_begins_with_how_it_is(remit: Remit, asked: House) -> None:
    """People read `ok` or `!!` first; what to do stands below."""
    await remit("stop", "everything", "--reason", "just to see")

    printed = await remit("doctor")

    lines = [line for line in printed.out.splitlines() if not line.startswith("    ")]
    assert {line[:4] for line in lines} == {"ok  ", "!!  "}
    assert "!!  halts: everything is stopped" in lines
    assert printed.code == 1


async def test_a_key_others_can_read_is_found(remit: Remit, asked: House, data: Path) -> None:
    """A key file with a wider mode than 0600 is named with the command that mends it."""
    (data / "ledger.key").chmod(0o644)

    printed = await remit("doctor")

    assert printed.code == 1
    assert f"chmod 600 {data / 'ledger.key'}" in printed.out


async def test_a_lost_signing_key_is_found(remit: Remit, asked: House, data: Path) -> None:
    """The key that was there and is gone has to come from a backup."""
    (data / "ledger.key").unlink()

    assert wrong(await remit("doctor", "--json")) == {"ledger.key": "it is gone, though it was there"}


async def test_a_ledger_of_another_key_is_broken(remit: Remit, asked: House, data: Path) -> None:
    """A ledger whose checkpoints the trusted key did not sign is told to be broken."""
    public = data / "ledger.pub"
    public.write_text(public.read_text()[:-3] + "AA=\n")

    assert "ledger" in wrong(await remit("doctor", "--json"))


async def test_a_vacant_seat_is_found(remit: Remit, asked: House) -> None:
    """When somebody who holds a seat has left, the worker's line says which one and who."""
    await save_person(asked.database, Person(id="ken.ito", name="Ken Ito", is_active=False))

    found = wrong(await remit("doctor", "--json"))

    assert found["asks-before"] == "the seat of the system owner is vacant: `ken.ito` is not here as technical-owner"


async def test_a_forgotten_run_is_found(remit: Remit, asked: House) -> None:
    """A run that nobody works on and that no job stands for is told, with what takes it up again."""
    async with asked.database.transaction() as transaction:
        await transaction.connection.execute("UPDATE run SET state = 'open', changed_at = now() - interval '1 hour'")
        await transaction.connection.execute("DELETE FROM pgqueuer")

    assert "2 are forgotten" in wrong(await remit("doctor", "--json"))["queue"]


async def test_a_mistake_in_connections_is_found(remit: Remit, asked: House, data: Path) -> None:
    """A declared connection that cannot be opened is named with its line."""
    (data / "connections.yaml").write_text("- system: erp2\n  kind: nonsense\n")

    found = wrong(await remit("doctor", "--json"))

    assert f"{data / 'connections.yaml'}:2" in found["connected systems"]


async def test_without_its_database_the_rest_is_still_looked_at(remit: Remit) -> None:
    """A database that does not answer is one finding among the others."""
    printed = await remit("doctor", "--json", REMIT_DATABASE_URL="postgresql://127.0.0.1:1/x")

    assert printed.code == 1
    assert list(wrong(printed)) == ["database"]
