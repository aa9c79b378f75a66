import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from remit.connections.connectors.drop_folder.watcher import Scan, Watcher, watch


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    """A watcher of an empty folder."""
    return Watcher(tmp_path)


async def test_a_file_arrives_once_it_is_whole(watcher: Watcher, tmp_path: Path) -> None:
    """A file is told in the second scan that finds it unchanged, and only then."""
    (tmp_path / "a.pdf").write_bytes(b"first")

    scans = [await watcher.scan() for _ in range(4)]

    (arrived,) = scans[1].arrived
    assert [len(scan.arrived) for scan in scans] == [0, 1, 0, 0]
    assert (arrived.name, arrived.folder, arrived.size) == ("a.pdf", str(tmp_path), 5)
    assert arrived.digest == hashlib.sha256(b"first").hexdigest()
    assert arrived.modified_at.timestamp() == pytest.approx((tmp_path / "a.pdf").stat().st_mtime)


async def test_a_file_still_growing_waits(watcher: Watcher, tmp_path: Path) -> None:
    """As long as a file changes between scans it is not told."""
    for size in range(1, 5):
        (tmp_path / "a.pdf").write_bytes(b"x" * size)
        assert await watcher.scan() == Scan()

    assert [file.size for file in (await watcher.scan()).arrived] == [4]


async def test_a_file_that_changes_while_it_is_read_waits(watcher: Watcher, tmp_path: Path) -> None:
    """A digest of half an old and half a new file is never told."""
    (tmp_path / "a.pdf").write_bytes(b"first")
    await watcher.scan()
    seen = watcher._seen["a.pdf"]
    (tmp_path / "a.pdf").write_bytes(b"first and more")

    assert watcher._read_through("a.pdf", seen) == []
    scans = [await watcher.scan() for _ in range(2)]
    assert [file.size for scan in scans for file in scan.arrived] == [14]


async def test_the_same_file_dropped_twice_is_the_same(watcher: Watcher, tmp_path: Path) -> None:
    """A file dropped again with the same name and content has the same id."""
    first = await _drop(watcher, tmp_path / "a.pdf", b"first")
    (tmp_path / "a.pdf").unlink()
    await watcher.scan()

    second = await _drop(watcher, tmp_path / "a.pdf", b"first")

    assert first == second


async def test_another_content_or_name_is_another_file(watcher: Watcher, tmp_path: Path) -> None:
    """A changed file of the same name, and the same content under another name, are new."""
    ids = [
        *await _drop(watcher, tmp_path / "a.pdf", b"first"),
        *await _drop(watcher, tmp_path / "a.pdf", b"other"),
        *await _drop(watcher, tmp_path / "b.pdf", b"first"),
    ]

    assert len(set(ids)) == 3


async def test_a_file_replaced_by_one_of_the_same_size_and_time_is_noticed(watcher: Watcher, tmp_path: Path) -> None:
    """A file renamed over another is a new one, even where size and time agree."""
    first = await _drop(watcher, tmp_path / "a.pdf", b"first")
    found = (tmp_path / "a.pdf").stat()
    (tmp_path / ".new").write_bytes(b"other")
    os.utime(tmp_path / ".new", ns=(found.st_atime_ns, found.st_mtime_ns))
    (tmp_path / ".new").rename(tmp_path / "a.pdf")

    scans = [await watcher.scan() for _ in range(2)]

    assert [file.id for scan in scans for file in scan.arrived] not in ([], first)


async def test_unfinished_and_hidden_files_are_left_alone(watcher: Watcher, tmp_path: Path) -> None:
    """What is hidden, partial or a folder is no file that arrived, and nothing to complain about."""
    for name in (".hidden", "a.part", "a.TMP", "a.pdf~", "~$a.docx"):
        (tmp_path / name).touch()
    (tmp_path / "done").mkdir()

    assert [await watcher.scan() for _ in range(3)] == [Scan()] * 3

    (tmp_path / "a.part").rename(tmp_path / "a")
    scans = [await watcher.scan() for _ in range(2)]
    assert [file.name for scan in scans for file in scan.arrived] == ["a"]


async def test_what_cannot_be_read_is_told_once(watcher: Watcher, tmp_path: Path) -> None:
    """Links, pipes and names that are no text are told to a person, and stop nothing else."""
    (tmp_path / "a.pdf").touch()
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.pdf")).touch()

    scans = [await watcher.scan() for _ in range(4)]

    told = [file.name for scan in scans for file in scan.unreadable]
    assert sorted(told) == ["'\\udcff.pdf'", "link", "pipe"]
    assert [file.name for scan in scans for file in scan.arrived] == ["a.pdf"]


async def test_a_folder_that_is_gone_is_told_once_and_watched_on(tmp_path: Path) -> None:
    """A network disk that goes and comes back is told each time it goes."""
    folder = tmp_path / "drop"
    watcher = Watcher(folder)

    gone = [await watcher.scan() for _ in range(3)]
    folder.mkdir()
    arrived = await _drop(watcher, folder / "a.pdf", b"first")
    (folder / "a.pdf").unlink()
    folder.rmdir()
    again = await watcher.scan()

    assert [len(scan.unreadable) for scan in gone] == [1, 0, 0]
    assert gone[0].unreadable[0].name == "."
    assert len(arrived) == 1
    assert len(again.unreadable) == 1


async def test_a_file_from_another_age_is_told(watcher: Watcher, tmp_path: Path) -> None:
    """A time no calendar holds does not stop the scan."""
    (tmp_path / "old").touch()
    os.utime(tmp_path / "old", (-(10**9), -(10**9)))
    (tmp_path / "new").touch()
    os.utime(tmp_path / "new", (10**10, 10**10))

    scans = [await watcher.scan() for _ in range(2)]

    assert {file.name for scan in scans for file in scan.arrived} == {"old", "new"}


async def test_a_large_file_does_not_fill_the_memory(watcher: Watcher, tmp_path: Path) -> None:
    """A file of 200 MB is read through in a few megabytes of memory."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(200_000_000)
    await watcher.scan()
    tracemalloc.start()

    scan = await watcher.scan()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [file.size for file in scan.arrived] == [200_000_000]
    assert peak < 10_000_000


async def test_watching_gives_what_is_new_as_it_comes(tmp_path: Path) -> None:
    """Watching rests between scans and gives only scans that found something."""
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) in {2, 5}:
            (tmp_path / f"{len(rests)}.pdf").write_text("x")

    found: list[str] = []
    async for scan in watch(tmp_path, every=3, rest=rest):
        found += [file.name for file in scan.arrived]
        if len(found) == 2:
            break

    assert found == ["2.pdf", "5.pdf"]
    assert set(rests) == {3}


async def _drop(watcher: Watcher, path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    scans = [await watcher.scan() for _ in range(2)]
    return [file.id for scan in scans for file in scan.arrived]
