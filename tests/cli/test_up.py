"""`remit up` as a process of its own: these tests take seconds each, and end what they began."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import orjson
import pytest

from tests.houses import SAMPLE_WORKERS

PATIENCE = 60.0  # seconds, on a busy machine
EVENT = {"specversion": "1.0", "id": "1", "source": "test", "type": "test.asks_before", "data": {"account": "A-101"}}


class Up:
    """A process that runs `remit up`, with what it printed."""

    def __init__(self, environment: dict[str, str], log: Path, *words: str) -> None:
        self.environment = environment
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "remit", "up", *words],
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it printed so far."""
        return self._log.read_text()

    def wait_until_up(self) -> httpx.Client:
        """Wait for the line that says where it answers; give a client that asks there."""
        wait_for(lambda: "described at" in self.said or self.process.poll() is not None, self)
        assert self.process.poll() is None, self.said
        token = (Path(self.environment["REMIT_DATA_DIRECTORY"]) / "api.token").read_text()
        url = self.said.rpartition("http://")[2].partition("/docs")[0]
        return httpx.Client(base_url=f"http://{url}", headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to its whole group, as a terminal does; give what it exits with."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)


def wait_for(happened: Callable[[], bool], up: Up) -> None:
    """Look until something has happened."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, up.said
        time.sleep(0.05)


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """A house of its own: an embedded server in a fresh data directory, and any free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REMIT_", "OTEL_"))}
    return kept | {
        "REMIT_DATA_DIRECTORY": str(home / "data"),
        "REMIT_WORKERS_DIRECTORY": str(SAMPLE_WORKERS),
        "REMIT_PORT": "0",
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Generator[Callable[..., Up]]:
    """A way to start processes, each of which is ended with the test."""
    began: list[Up] = []

    def begin(*words: str, **more: str) -> Up:
        began.append(Up(environment | more, tmp_path / f"{len(began)}.log", *words))
        return began[-1]

    yield begin
    for up in began:
        up.end(signal.SIGKILL)
    # Whoever was killed left its server running; one more command takes it over and stops it.
    command(environment, "halts")


def command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run another command of the house to its end."""
    return subprocess.run(
        [sys.executable, "-m", "remit", *words], env=environment, capture_output=True, check=False, timeout=PATIENCE
    )


def servers_in(directory: str) -> list[str]:
    """Find the PostgreSQL servers that still work in a data directory."""
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        if b"postgres" in words[0] and any(directory.encode() in word for word in words):
            found.append(path.parent.name)
    return found


def runs(client: httpx.Client, state: str) -> list[str]:
    """List the numbers of the runs in a state."""
    return [run["id"] for run in client.get("/v1/runs", params={"state": state}).json()]


def test_a_house_works_stops_and_goes_on(start: Callable[..., Up], environment: dict[str, str]) -> None:
    """Signals flow until Ctrl-C, which leaves no server behind; a second start goes on from the same state."""
    up = start("--no-practice")
    with up.wait_until_up() as client:
        client.post("/v1/signals", json=EVENT)
        wait_for(lambda: len(runs(client, "waiting")) == 1, up)
        listed = command(environment, "review", "list", "--json")
    code = up.end()
    left = servers_in(environment["REMIT_DATA_DIRECTORY"])

    again = start("--no-practice")
    with again.wait_until_up() as client:
        [review] = orjson.loads(listed.stdout)
        command(environment, "review", "approve", review["id"])
        wait_for(lambda: runs(client, "done") == [review["run"]], again)

    assert (code, left) == (0, [])
    assert up.said.endswith("stopped; everything is as it was left. `remit up` goes on from here\n")
    assert "Traceback" not in up.said + again.said
    assert again.end(signal.SIGTERM) == 0


def test_the_practice_company_lets_signals_flow(start: Callable[..., Up]) -> None:
    """Without anything else done, runs end and some wait for a person."""
    up = start(REMIT_WORKERS_DIRECTORY=str(SAMPLE_WORKERS.parents[1] / "remit" / "workers"))

    with up.wait_until_up() as client:
        wait_for(lambda: bool(runs(client, "done")) and bool(client.get("/v1/reviews").json()), up)

    assert up.end() == 0
    assert "Traceback" not in up.said


def test_a_second_process_is_refused_and_the_first_goes_on(
    start: Callable[..., Up], environment: dict[str, str]
) -> None:
    """The data directory has one owner: the second says which process that is, and exits with 7."""
    first = start("--no-practice")
    with first.wait_until_up() as client:
        second = start("--no-practice")

        assert second.process.wait(PATIENCE) == 7
        assert "data-directory-held" in second.said
        assert str(first.process.pid) in second.said
        assert client.get("/health/ready").status_code == 200


def test_a_taken_port_is_told_and_nothing_is_left(start: Callable[..., Up], environment: dict[str, str]) -> None:
    """A port somebody listens on is an error that names it, and the server that was started stops again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        up = start("--port", str(port))

        assert up.process.wait(PATIENCE) == 1
    assert f"port {port}: address already in use" in up.said
    assert "is up" not in up.said
    assert servers_in(environment["REMIT_DATA_DIRECTORY"]) == []


def test_a_killed_house_is_taken_up_again(start: Callable[..., Up], environment: dict[str, str]) -> None:
    """After kill -9 the next start takes over the server that still runs, and the run that was open ends."""
    up = start("--no-practice")
    with up.wait_until_up() as client:
        client.post("/v1/signals", json=EVENT)
        up.end(signal.SIGKILL)

    again = start("--no-practice")

    with again.wait_until_up() as client:
        wait_for(lambda: len(runs(client, "waiting")) == 1, again)
        assert len(servers_in(environment["REMIT_DATA_DIRECTORY"])) >= 1
    assert again.end() == 0
    assert servers_in(environment["REMIT_DATA_DIRECTORY"]) == []


def test_a_part_that_fails_stops_the_process(start: Callable[..., Up], environment: dict[str, str]) -> None:
    """When the database goes away the process ends by itself, with the error."""
    up = start("--no-practice")
    up.wait_until_up().close()

    data = Path(environment["REMIT_DATA_DIRECTORY"])
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)

    assert up.process.wait(PATIENCE) != 0
    assert "store-unavailable" in up.said
    assert "stopped; everything" not in up.said


def test_commands_at_once_share_one_server(environment: dict[str, str]) -> None:
    """When nothing runs, several commands at the same time all work, and leave no server behind."""
    command(environment, "halts")
    words = [sys.executable, "-m", "remit", "halts"]
    processes = [subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) for _ in range(4)]

    answers = [process.communicate(timeout=PATIENCE)[0] for process in processes]

    assert answers == [b"nothing is stopped\n"] * 4
    assert servers_in(environment["REMIT_DATA_DIRECTORY"]) == []


def test_spans_are_printed_where_asked_for(start: Callable[..., Up]) -> None:
    """With the console exporter set, the spans of a run come out by the end."""
    up = start("--no-practice", OTEL_TRACES_EXPORTER="console")
    with up.wait_until_up() as client:
        client.post("/v1/signals", json=EVENT)
        wait_for(lambda: len(runs(client, "waiting")) == 1, up)

    up.end()

    assert '"name": "submit"' in up.said
