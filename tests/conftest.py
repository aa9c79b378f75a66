"""Fixtures: the real embedded PostgreSQL, one server a test process, one fresh database a test."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from remit.practice.company import Company
from remit.runtime.house import House
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate
from tests.houses import opened_house

_MEMORY = Path("/dev/shm")  # noqa: S108  # in which a directory with a name of its own is made
_ROOM = 4_000_000_000  # bytes of memory that servers may fill: each takes some hundred million


@contextmanager
def _made_directory() -> Generator[Path]:
    """Make a directory a server can live in: elsewhere than `tmp_path`, which no other user may enter.

    It lies in memory where there is room. A database is a thousand files, and before ext4 makes one it looks at every
    file deleted in the last seconds: a fresh database takes a second on a disk, and a twentieth of that in memory.
    """
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    directory = Path(tempfile.mkdtemp(prefix="remit-test-", dir=_MEMORY if is_roomy else None))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def home() -> Generator[Path]:
    """A data directory for an embedded server of its own."""
    with _made_directory() as directory:
        yield directory


@pytest.fixture(scope="session")
def server() -> Generator[str]:
    """The URL of a server whose database `template_remit` is migrated."""
    with _made_directory() as directory:
        started = embedded.start(directory)
        try:
            asyncio.run(_make_template(started.url))
            yield started.url
        finally:
            started.stop()


async def _make_template(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE template_remit")
    await connection.close()
    await migrate(url.replace("/postgres?", "/template_remit?"))


@pytest.fixture
async def database_url(server: str) -> AsyncGenerator[str]:
    """The URL of a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_remit")
    yield server.replace("/postgres?", f"/{name}?")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """A fresh, migrated database, open."""
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
async def opened(database: Database) -> AsyncGenerator[tuple[House, Company]]:
    """A house with the sample workers, and its practice company."""
    async with opened_house(database) as both:
        yield both


@pytest.fixture(scope="session")
def tracing() -> TracerProvider:
    """The provider of spans: a process has one for good."""
    provider = TracerProvider(shutdown_on_exit=False)
    trace.set_tracer_provider(provider)
    return provider


@pytest.fixture
def spans(tracing: TracerProvider) -> Generator[InMemorySpanExporter]:
    """Everything that is traced during the test."""
    exporter = InMemorySpanExporter()
    tracing.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
