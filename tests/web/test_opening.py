import asyncio
import fcntl
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from remit.errors import DataDirectoryHeld, RemitError, SettingsInvalid, StoreUnavailable
from remit.governance.changes import list_changes
from remit.settings import Settings
from remit.web.asked import load_token
from remit.web.opening import open_connections, open_database, open_house, open_inbox
from remit.web.server import owned_server, shared_server
from remit.web.serving import listen
from tests.houses import SAMPLE_WORKERS, copy_worker


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house on the database of the tests."""
    return Settings(
        database_url=database_url, data_directory=tmp_path / "data", workers_directory=SAMPLE_WORKERS, concurrency=4
    )


async def test_a_house_opens_with_its_workers_and_systems(settings: Settings) -> None:
    """The workers of the folder are on duty, and the drop folder and the practice systems are connected."""
    async with open_house(settings) as house:
        systems = {connection.system for connection in house.connections}

        assert "double-write" in {worker.name for worker in house.roster.on_duty}
        assert systems == {"crm", "desk", "drop", "erp", "mail", "product", "tasks"}


async def test_a_folder_changed_between_two_starts_waits_for_a_second_person(
    settings: Settings, tmp_path: Path
) -> None:
    """The second start works by the version of the first, and says that a change is drafted."""
    folder = copy_worker(tmp_path / "workers")
    live = replace(settings, workers_directory=folder)
    async with open_house(live) as house:
        [first] = house.roster.on_duty
    copy_worker(tmp_path / "workers", changes={"title: As": "title: Renewed As"})

    async with open_house(live) as house:
        [second] = house.roster.on_duty
        drafted = await list_changes(house.database)

    assert second.version == first.version
    assert [(row["name"], row["state"], row["author"]) for row in drafted] == [("as-told", "draft", "you")]


async def test_a_developer_can_have_changes_at_once(settings: Settings, tmp_path: Path) -> None:
    """With the setting for it, a changed folder is employed at the next start."""
    folder = copy_worker(tmp_path / "workers")
    live = replace(settings, workers_directory=folder, employ_at_once=True)
    async with open_house(live) as house:
        [first] = house.roster.on_duty
    copy_worker(tmp_path / "workers", changes={"title: As": "title: Renewed As"})

    async with open_house(live) as house:
        [second] = house.roster.on_duty

    assert second.version != first.version


async def test_without_practice_only_what_was_declared_is_connected(settings: Settings) -> None:
    """`connections.yaml` in the data directory opens a house's own systems."""
    folder = settings.data_directory / "in"
    folder.mkdir(parents=True)
    declared = f"- system: scans\n  kind: drop_folder\n  settings: {{folder: {folder}}}\n"
    (settings.data_directory / "connections.yaml").write_text(declared)
    alone = Settings(database_url=settings.database_url, data_directory=settings.data_directory, practice=False)

    async with open_database(alone) as database, open_connections(alone, database) as connected:
        assert {connection.system for connection in connected.connections} == {"drop", "scans"}


async def test_a_declared_system_cannot_take_the_name_of_another(settings: Settings) -> None:
    """Two systems of one name are an error, and not one of them by chance."""
    folder = settings.data_directory / "in"
    folder.mkdir(parents=True)
    declared = f"- system: crm\n  kind: drop_folder\n  settings: {{folder: {folder}}}\n"
    (settings.data_directory / "connections.yaml").write_text(declared)

    with pytest.raises(SettingsInvalid, match="`crm` is connected twice"):
        async with open_house(settings):
            pass


async def test_a_folder_of_workers_that_is_not_there_is_named(settings: Settings) -> None:
    """The error says which setting names the folder."""
    wrong = Settings(
        database_url=settings.database_url, data_directory=settings.data_directory, workers_directory=Path("nowhere")
    )

    with pytest.raises(SettingsInvalid, match="REMIT_WORKERS_DIRECTORY"):
        async with open_house(wrong):
            pass


async def test_a_data_directory_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    """A file in its place is an error that names the setting."""
    (tmp_path / "file").touch()

    with pytest.raises(SettingsInvalid, match="REMIT_DATA_DIRECTORY"):
        async with open_database(Settings(data_directory=tmp_path / "file" / "data")):
            pass


async def test_an_unreachable_server_is_named_without_its_password() -> None:
    """The error of a wrong URL shows the place only."""
    settings = Settings(database_url="postgresql://me:secret@127.0.0.1:1/x")

    with pytest.raises(StoreUnavailable) as caught:
        async with open_database(settings):
            pass

    assert "127.0.0.1:1/x" in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_the_inbox_of_a_fresh_house_knows_the_workers(settings: Settings) -> None:
    """A signal can be sent before anything ran: the workers are registered then."""
    async with open_inbox(settings) as (_, roster):
        names = {worker.name for worker in roster.on_duty}

    assert {"asks-before", "double-write"} <= names


async def test_a_server_is_owned_by_one_and_shared_by_commands(home: Path) -> None:
    """While a house owns the directory, a second owner is refused and commands join; afterwards nothing is left."""
    async with owned_server(home) as url:
        async with shared_server(home) as joined:
            assert joined == url
        with pytest.raises(DataDirectoryHeld):
            async with owned_server(home):
                pass

    assert not (home / "database.url").exists()


async def test_who_started_the_server_waits_for_those_who_joined(home: Path) -> None:
    """A command that started the server does not stop it while another one uses it."""
    leave = asyncio.Event()
    began = asyncio.Event()

    async def first() -> None:
        async with shared_server(home):
            began.set()
            await leave.wait()

    starting = asyncio.create_task(first())
    await began.wait()
    async with shared_server(home):
        leave.set()
        _, waiting = await asyncio.wait([starting], timeout=0.2)
        still_there = (home / "database.url").exists()
    await starting

    assert (len(waiting), still_there) == (1, True)
    assert not (home / "database.url").exists()


async def test_an_owner_that_never_comes_up_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that is held, but where no server appears, is told so after a while and not waited for for ever."""
    monkeypatch.setattr("remit.web.server._PATIENCE", 0.0)
    with (home / "owner").open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)

        with pytest.raises(StoreUnavailable, match="does not come up"):
            async with shared_server(home):
                pass


def test_the_token_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The second time it is the same, and nobody else can read the file."""
    first, second = load_token(tmp_path), load_token(tmp_path)

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "api.token").stat().st_mode) == 0o600


def test_an_empty_token_lets_nobody_in(tmp_path: Path) -> None:
    """A file that was cut off is an error, not a token that is empty."""
    (tmp_path / "api.token").touch()

    with pytest.raises(SettingsInvalid, match="is empty"):
        load_token(tmp_path)


@pytest.mark.parametrize("host", ["host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_cannot_be_listened_on(host: str) -> None:
    """A host that is unknown or elsewhere is an error that names the settings."""
    with pytest.raises(RemitError, match="REMIT_HOST"), listen(host, 0):
        pass
