import base64
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from remit.connections.connector import Connector
from remit.connections.connectors.drop_folder.connector import LARGEST, DropFolderConnector
from remit.errors import SystemBusy, SystemRefused
from tests.connections.conformance import CHECKS, Check, name_of
from tests.connections.subject import Subject

READ = "drop.read_file"
MOVE = "drop.move_file"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A drop folder with two files."""
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"first")
    (folder / "b 漢.tar.gz").write_bytes(b"second")
    return folder


@pytest.fixture
def connector(folder: Path) -> DropFolderConnector:
    """A connector to it."""
    return DropFolderConnector("drop", folder)


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_keeps_the_promises_of_connectors(check: Check, folder: Path) -> None:
    """The drop folder keeps every promise of connectors."""

    async def effects() -> int:
        return sum(path.is_file() for place in ("done", "failed") for path in folder.glob(f"{place}/*"))

    async def agrees(_connector: Connector, answer: dict[str, Any]) -> bool:
        return (folder / answer["to"] / answer["name"]).is_file()

    subject = Subject(
        make=lambda: DropFolderConnector("drop", folder),
        write=MOVE,
        arguments={"name": "a.pdf", "to": "done"},
        others={"name": "b 漢.tar.gz", "to": "failed"},
        effects=effects,
        agrees=agrees,
        read=(READ, {"name": "a.pdf"}),
    )
    await check(subject)


async def test_a_file_is_read_as_it_is(connector: DropFolderConnector) -> None:
    """Name, size, digest and content are those of the file; a file that is not there is None."""
    answer = await connector.read(READ, {"name": "a.pdf"})

    assert answer == {
        "name": "a.pdf",
        "size": 5,
        "sha256": hashlib.sha256(b"first").hexdigest(),
        "content": base64.b64encode(b"first").decode(),
    }
    assert await connector.read(READ, {"name": "c.pdf"}) is None
    assert connector.operations[READ].outsiders


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret",
        "done/a.pdf",
        "/etc/passwd",
        "a\\b",
        "a\0.pdf",
        ".hidden",
        "a.part",
        "a.TMP",
        "a~",
        "x" * 256,
        "漢" * 86,
        "\udcff",
        7,
        ["a.pdf"],
    ],
)
async def test_a_name_leads_nowhere_else(connector: DropFolderConnector, folder: Path, name: Any) -> None:
    """No name reaches outside the folder, a hidden file or one not finished."""
    (folder.parent / "secret").write_text("planted")
    (folder / ".hidden").write_text("planted")

    with pytest.raises(SystemRefused):
        await connector.read(READ, {"name": name})
    with pytest.raises(SystemRefused):
        await connector.perform(MOVE, {"name": name, "to": "done"}, "k")

    assert not (folder / "done").exists()


async def test_only_files_are_read_and_moved(connector: DropFolderConnector, folder: Path) -> None:
    """Links, directories and pipes are refused at once, wherever they lead."""
    (folder.parent / "secret").write_text("planted")
    (folder / "link").symlink_to(folder.parent / "secret")
    (folder / "inside").symlink_to(folder / "a.pdf")
    (folder / "dangling").symlink_to(folder / "nothing")
    (folder / "directory").mkdir()
    os.mkfifo(folder / "pipe")

    for name in ("link", "inside", "dangling", "directory", "pipe"):
        with pytest.raises(SystemRefused):
            await connector.read(READ, {"name": name})
        with pytest.raises(SystemRefused):
            await connector.perform(MOVE, {"name": name, "to": "done"}, "k")


async def test_a_file_beyond_the_limit_is_refused(connector: DropFolderConnector, folder: Path) -> None:
    """A file of exactly the limit is read; one byte more is refused with the limit."""
    for name, size in (("full", LARGEST), ("over", LARGEST + 1), ("huge", 50_000_000_000)):
        with (folder / name).open("wb") as file:
            file.truncate(size)

    answer = await connector.read(READ, {"name": "full"})

    assert answer["size"] == LARGEST
    for name in ("over", "huge"):
        with pytest.raises(SystemRefused, match="20 MB"):
            await connector.read(READ, {"name": name})


async def test_the_list_holds_what_can_be_read(connector: DropFolderConnector, folder: Path) -> None:
    """Files are listed by name; links and unreadable names are told apart; hidden and unfinished files are not."""
    (folder / ".hidden").touch()
    (folder / "c.part").touch()
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "done").mkdir()
    Path(os.fsdecode(bytes(folder) + b"/\xff.pdf")).touch()

    answer = await connector.read("drop.list_files", {})

    assert [file["name"] for file in answer["files"]] == ["a.pdf", "b 漢.tar.gz"]
    assert answer["files"][0]["size"] == 5
    assert answer["unreadable"] == ["'\\udcff.pdf'", "'link'"]
    assert answer["more"] == 0


async def test_a_long_list_says_what_it_leaves_out(connector: DropFolderConnector, folder: Path) -> None:
    """A folder of many files is not cut off silently."""
    for number in range(1100):
        (folder / f"x{number:04}").touch()

    answer = await connector.read("drop.list_files", {})

    assert (len(answer["files"]), answer["more"]) == (1000, 102)


async def test_a_file_dropped_again_under_the_same_name_is_not_lost(
    connector: DropFolderConnector, folder: Path
) -> None:
    """Putting away a second file of the same name overwrites nothing."""
    first = await connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k1")
    (folder / "a.pdf").write_bytes(b"again")

    second = await connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k2")

    assert (folder / "done" / first["name"]).read_bytes() == b"first"
    assert (folder / "done" / second["name"]).read_bytes() == b"again"


async def test_a_repeat_leaves_a_new_file_alone(connector: DropFolderConnector, folder: Path) -> None:
    """A repeat after a crash does not put away a file that came since."""
    first = await connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k1")
    (folder / "a.pdf").write_bytes(b"again")

    second = await connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k1")

    assert second == first
    assert (folder / "a.pdf").read_bytes() == b"again"


async def test_a_file_that_changed_since_it_was_read_stays(connector: DropFolderConnector, folder: Path) -> None:
    """With the digest of what was read, only that is put away."""
    read = await connector.read(READ, {"name": "a.pdf"})
    (folder / "a.pdf").write_bytes(b"again")

    with pytest.raises(SystemRefused, match="has changed"):
        await connector.perform(MOVE, {"name": "a.pdf", "to": "done", "sha256": read["sha256"]}, "k")

    assert (folder / "a.pdf").exists()


@pytest.mark.parametrize("name", ["x" * 255, "漢" * 85, "plain", "a." + "y" * 253, ".".join(["z"] * 100), "a.b c"])
async def test_any_name_can_be_put_away_and_found(connector: DropFolderConnector, folder: Path, name: str) -> None:
    """The longest and strangest names are put away and found again."""
    (folder / name).touch()

    answer = await connector.perform(MOVE, {"name": name, "to": "failed"}, "k")

    assert (folder / "failed" / answer["name"]).is_file()
    assert await connector.look_up(MOVE, {"name": name, "to": "failed"}, "k") == answer


@pytest.mark.parametrize("to", ["", "elsewhere", "../done", "done/x", None, ["done"]])
async def test_files_are_put_away_to_known_places_only(connector: DropFolderConnector, folder: Path, to: Any) -> None:
    """Nothing is moved anywhere else."""
    with pytest.raises(SystemRefused):
        await connector.perform(MOVE, {"name": "a.pdf", "to": to}, "k")

    assert (folder / "a.pdf").exists()


async def test_a_place_that_is_a_link_is_refused(connector: DropFolderConnector, folder: Path) -> None:
    """Putting away does not lead out of the folder."""
    (folder.parent / "elsewhere").mkdir()
    (folder / "done").symlink_to(folder.parent / "elsewhere")

    with pytest.raises(SystemRefused, match="is a link"):
        await connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k")

    assert (folder / "a.pdf").exists()


async def test_a_folder_that_is_gone_is_busy(folder: Path) -> None:
    """A disk that is not there for a while denies nothing: not a file, not what was done."""
    connector = DropFolderConnector("drop", folder.parent / "gone")

    for asked in (
        connector.read("drop.list_files", {}),
        connector.look_up(MOVE, {"name": "a.pdf", "to": "done"}, "k"),
        connector.perform(MOVE, {"name": "a.pdf", "to": "done"}, "k"),
        connector.read(READ, {"name": "a.pdf"}),
    ):
        with pytest.raises(SystemBusy):
            await asked
