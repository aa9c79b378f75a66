from pathlib import Path

import pytest

from remit.connections.connection import Connection
from remit.connections.connections import Connections
from remit.connections.connectors.drop_folder.connector import DropFolderConnector
from remit.errors import NotFound, SettingsInvalid


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    """Two connected systems."""
    return Connections(Connection(DropFolderConnector(system, tmp_path)) for system in ("drop", "post"))


def test_an_operation_is_found_with_its_connection(connections: Connections) -> None:
    """An operation leads to the system of its name."""
    assert connections.operation("post.move_file").name == "post.move_file"
    assert connections.for_operation("post.move_file").system == "post"
    assert len(connections.operations) == 6
    assert [connection.system for connection in connections] == ["drop", "post"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("post.mov_file", "Did you mean `post.move_file`?"),
        ("post.xyz", "`post` has post.list_files"),
        ("crm.update_deal", "No system `crm` is connected"),
        ("", "No system `` is connected"),
        ("x" * 100_000, "No system"),
    ],
)
def test_an_unknown_operation_is_answered_with_what_was_meant(connections: Connections, name: str, advice: str) -> None:
    """Who errs reads what to do."""
    for find in (connections.operation, connections.for_operation):
        with pytest.raises(NotFound) as raised:
            find(name)
        assert advice in str(raised.value)
        assert len(str(raised.value)) < 1000


def test_nobody_can_slip_an_operation_in(connections: Connections) -> None:
    """What can be asked is fixed at the start."""
    with pytest.raises(TypeError):
        connections.operations["x.do_it"] = connections.operation("drop.move_file")  # pyright: ignore[reportIndexIssue]  # it must not work


def test_a_system_is_connected_once(tmp_path: Path) -> None:
    """Two connections of one name would make it unclear which one is asked."""
    twice = [Connection(DropFolderConnector("drop", tmp_path)) for _ in range(2)]

    with pytest.raises(SettingsInvalid, match="connected twice"):
        Connections(twice)


async def test_all_are_closed_even_if_one_breaks(tmp_path: Path) -> None:
    """A connection that cannot be closed does not keep the others open."""
    closed: list[str] = []

    class Noted(DropFolderConnector):
        async def close(self) -> None:
            closed.append(self.system)
            if self.system == "b":
                raise OSError

    connections = Connections(Connection(Noted(system, tmp_path)) for system in ("a", "b", "c"))

    with pytest.raises(OSError):  # noqa: PT011  # it carries no words
        await connections.close()

    assert sorted(closed) == ["a", "b", "c"]
