import shutil
from pathlib import Path

from tests.cli.conftest import Remit
from tests.houses import SAMPLE_WORKERS

SAMPLE = SAMPLE_WORKERS / "asks_before"


def copied(tmp_path: Path, old: str = "", new: str = "") -> Path:
    """Copy a sample worker, with something replaced in its charter."""
    folder = shutil.copytree(SAMPLE, tmp_path / "workers" / SAMPLE.name)
    charter = folder / "charter.yaml"
    charter.write_text(charter.read_text().replace(old, new))
    return folder


async def test_a_charter_that_fits_the_house_passes(remit: Remit) -> None:
    """A folder is searched for charters, and one without problems is told so."""
    printed = await remit("charter", "check", str(SAMPLE))

    assert (printed.code, printed.out) == (0, "1 charter: nothing is wrong\n")


async def test_a_mistyped_word_is_named_with_its_line(remit: Remit, tmp_path: Path) -> None:
    """A charter that cannot be read is told by file and line, and the command exits with 6."""
    folder = copied(tmp_path, "domain: ", "domian: ")

    printed = await remit("charter", "check", str(folder / "charter.yaml"))

    assert printed.code == 6
    assert f"{folder / 'charter.yaml'}:3: " in printed.out


async def test_an_operation_or_person_nobody_knows_is_named(remit: Remit, tmp_path: Path) -> None:
    """What the charter names and the house does not have is a problem, with the nearest word there is."""
    operation = copied(tmp_path / "1", "crm.get_account", "crm.get_acount")
    person = copied(tmp_path / "2", "sara.lind", "sara.lund")

    first = await remit("charter", "check", str(operation))
    second = await remit("charter", "check", str(person), "--json")

    assert "Did you mean `crm.get_account`?" in first.out
    assert (second.code, "Did you mean `sara.lind`?" in second.json["problems"][0]) == (6, True)


async def test_two_workers_with_one_trigger_are_reported(remit: Remit, tmp_path: Path) -> None:
    """A second worker that begins on the same signal is a problem of both."""
    folder = copied(tmp_path, "name: asks-before", "name: other-asks").rename(tmp_path / "other_asks")

    printed = await remit("charter", "check", str(SAMPLE), str(folder))

    assert printed.code == 6
    assert "asks-before" in printed.out
    assert "other-asks" in printed.out


async def test_a_folder_of_another_name_or_without_a_playbook_is_a_problem(remit: Remit, tmp_path: Path) -> None:
    """A worker is known by its folder, and needs a playbook that can be loaded."""
    renamed = copied(tmp_path / "1").rename(tmp_path / "renamed")
    (bare := copied(tmp_path / "2") / "playbook.py").unlink()

    first = await remit("charter", "check", str(renamed))
    second = await remit("charter", "check", str(bare.parent))

    assert "its folder `renamed`" in first.out
    assert "there is no playbook" in second.out


async def test_a_charter_is_said_in_sentences(remit: Remit) -> None:
    """`charter show` says purpose, owners, trigger and grants."""
    printed = await remit("charter", "show", "asks-before")

    assert "It begins when `test.asks_before` comes." in printed.out
    assert "crm.set_health_score" in printed.out
