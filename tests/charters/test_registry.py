"""The registry: versions, statuses, and what it shows of each worker."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from remit.charters.charter_file import parse_charter
from remit.charters.lifecycle import TRANSITIONS, Status, check_transition
from remit.charters.registry import (
    WorkerFiles,
    list_current,
    list_versions,
    list_workers,
    read_folder,
    register,
    set_status,
    show_worker,
    version,
)
from remit.errors import CharterInvalid, Conflict, NotFound
from remit.store.database import Database

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def _files(example: str, name: str = "invoice-review", playbook: str = "one") -> WorkerFiles:
    return WorkerFiles(
        name=name, charter=example.replace("name: invoice-review", f"name: {name}", 1), playbook=playbook
    )


async def _register(database: Database, files: WorkerFiles, now: datetime = NOW) -> bool:
    async with database.transaction() as transaction:
        return await register(transaction, files, parse_charter(files.charter, file="f"), now)


async def _set_status(database: Database, status: Status, worker: str = "invoice-review", now: datetime = NOW) -> None:
    async with database.transaction() as transaction:
        await set_status(transaction, worker, status, now)


def _folder(parent: Path, example: str | bytes, playbook: bytes = b"pass\n") -> Path:
    folder = parent / "invoice_review"
    folder.mkdir()
    (folder / "charter.yaml").write_bytes(example if isinstance(example, bytes) else example.encode())
    (folder / "playbook.py").write_bytes(playbook)
    return folder


# ── folders ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_read_as_utf_8(tmp_path: Path, example: str) -> None:
    """The name comes from the folder with dashes, the texts are UTF-8 whatever the machine prefers."""
    folder = _folder(tmp_path, example.replace("title: Invoice Review", "title: Rechnungsprüfung"))

    files = read_folder(folder)

    assert files.name == "invoice-review"
    assert "Rechnungsprüfung" in files.charter
    assert files.digest != files.charter_digest


@pytest.mark.parametrize(
    ("charter", "playbook", "told"),
    [
        (b"a: 1\nb: \xff\xfe\n", b"", "invoice-review/charter.yaml:2: this is not UTF-8 text. Save the file as UTF-8"),
        (b"a: 1\n", b"x\n\xe4", "invoice-review/playbook.py:2: this is not UTF-8 text"),
        (b"a: 1\n", b"x\n\n\0", "invoice-review/playbook.py:3: there is a character nobody sees"),
        (b"#" * 1_000_001, b"", "invoice-review/charter.yaml:1: the file is larger than 1000000 bytes"),
    ],
    ids=["charter", "playbook", "nul", "huge"],
)
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, charter: bytes, playbook: bytes, told: str) -> None:
    """What cannot be text names its file and line."""
    folder = _folder(tmp_path, charter, playbook)

    with pytest.raises(CharterInvalid, match=told):
        read_folder(folder)


def test_a_missing_file_is_named(tmp_path: Path, example: str) -> None:
    """A folder without a playbook, or with a folder in its place, says which file cannot be read."""
    folder = _folder(tmp_path, example)
    (folder / "playbook.py").unlink()

    with pytest.raises(CharterInvalid, match=r"playbook\.py:1: the file cannot be read: No such file"):
        read_folder(folder)
    with pytest.raises(CharterInvalid, match=r"charter\.yaml:1: the file cannot be read"):
        read_folder(tmp_path / "nowhere")


async def test_a_charter_has_the_name_of_its_folder(database: Database, example: str) -> None:
    """Two folders can never be one worker: another name than the folder's is refused, and nothing is registered."""
    files = replace(_files(example), name="invoice-checking")

    with pytest.raises(CharterInvalid, match="is called `invoice-review`, its folder `invoice-checking`"):
        await _register(database, files)

    assert await list_current(database) == []


# ── versions ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_version_is_registered_once(database: Database, example: str) -> None:
    """The first time it becomes current and live; again it changes nothing."""
    files = _files(example)

    assert await _register(database, files) is True
    assert await _register(database, files, NOW + timedelta(days=1)) is False
    (current,) = await list_current(database)
    assert (current.digest, current.status, current.registered_at) == (files.digest, Status.LIVE, NOW)


async def test_the_same_version_at_once_is_one(database: Database, example: str) -> None:
    """Of many processes that register one version at the same moment, one is told that it was new."""
    files = _files(example)

    told = await asyncio.gather(*[_register(database, files) for _ in range(8)])

    assert sorted(told) == [False] * 7 + [True]
    assert len(await list_versions(database, "invoice-review")) == 1


async def test_the_same_new_version_of_a_known_worker_at_once_is_one(database: Database, example: str) -> None:
    """The same holds when the worker is there already and its next version arrives."""
    await _register(database, _files(example))
    files = _files(example, playbook="two")

    told = await asyncio.gather(*[_register(database, files) for _ in range(8)])

    assert sorted(told) == [False] * 7 + [True]
    assert len(await list_versions(database, "invoice-review")) == 2


async def test_a_registration_that_dies_leaves_nothing(database: Database, example: str) -> None:
    """A process that ends before it commits has registered nothing, and the next one does."""
    files = _files(example)

    async def die() -> None:
        async with database.transaction() as transaction:
            await register(transaction, files, parse_charter(files.charter, file="f"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await die()

    assert await list_current(database) == []
    assert await _register(database, files) is True


async def test_versions_are_listed_newest_first(database: Database, example: str) -> None:
    """An old version stays, can be found by its digest, and can become current again."""
    first, second = _files(example), _files(example, playbook="two")
    await _register(database, first, NOW)
    await _register(database, second, NOW + timedelta(hours=1))

    listed = await list_versions(database, "invoice-review")

    assert [each.digest for each in listed] == [second.digest, first.digest]
    assert (await version(database, first.digest)).playbook == "one"
    assert await _register(database, first, NOW + timedelta(hours=2)) is True
    assert (await list_current(database))[0].digest == first.digest


async def test_what_is_not_there_is_not_found(database: Database, example: str) -> None:
    """An unknown worker or version is told, with the nearest name there is."""
    await _register(database, _files(example))

    with pytest.raises(NotFound, match=r"there is no worker `invoice-reviw`. Did you mean `invoice-review`\?"):
        await show_worker(database, "invoice-reviw")
    with pytest.raises(NotFound, match=r"there is no worker `x`. `remit workers` shows those there are"):
        await list_versions(database, "x")
    with pytest.raises(NotFound, match="the registry has no version `0000`"):
        await version(database, "0000")
    with pytest.raises(NotFound, match="there is no worker `x`"):
        await _set_status(database, Status.PAUSED, "x")


# ── statuses ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_only_the_drawn_transitions_are_allowed(before: Status, after: Status) -> None:
    """Whatever is not drawn is refused, naming what may follow; every status but the last can be retired."""
    if after in TRANSITIONS[before]:
        check_transition("w", before, after)
        return

    with pytest.raises(Conflict) as caught:
        check_transition("w", before, after)

    assert f"`w` is `{before}` and cannot become `{after}`" in str(caught.value)
    assert all(f"`{allowed}`" in str(caught.value) for allowed in TRANSITIONS[before])
    assert before is Status.RETIRED or Status.RETIRED in TRANSITIONS[before]


async def test_a_status_is_set_with_its_time(database: Database, example: str) -> None:
    """A paused worker shows as paused, since when, and can go live again."""
    await _register(database, _files(example))

    await _set_status(database, Status.PAUSED, now=NOW + timedelta(hours=1))

    shown = await show_worker(database, "invoice-review")
    assert (shown.status, shown.modified_at) == (Status.PAUSED, NOW + timedelta(hours=1))
    await _set_status(database, Status.LIVE)
    with pytest.raises(Conflict, match=r"`live` and cannot become `proposed`. From there it becomes `paused` or"):
        await _set_status(database, Status.PROPOSED)


async def test_two_who_pause_at_once_are_one_and_one_conflict(database: Database, example: str) -> None:
    """The second of two equal changes is told that the state has moved on."""
    await _register(database, _files(example))

    ended = await asyncio.gather(*[_set_status(database, Status.PAUSED) for _ in range(5)], return_exceptions=True)

    assert [each for each in ended if each is None] == [None]
    assert all(isinstance(each, Conflict) for each in ended if each is not None)


async def test_a_retired_worker_stays_so(database: Database, example: str) -> None:
    """A new version of a retired worker changes neither its status nor what is current."""
    await _register(database, _files(example))
    await _set_status(database, Status.RETIRED)

    assert await _register(database, _files(example, playbook="two")) is False
    shown = await show_worker(database, "invoice-review")
    assert (shown.status, shown.version) == (Status.RETIRED, _files(example).digest)
    with pytest.raises(Conflict, match="That is final"):
        await _set_status(database, Status.LIVE)


# ── records ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_record_has_every_field(database: Database, example: str) -> None:
    """Everything the registry is asked for is there, drawn from the charter and what is known besides."""
    files = _files(example)
    await _register(database, files)

    (record,) = await list_workers(database)

    charter = parse_charter(files.charter, file="f")
    assert (record.name, record.title, record.domain) == ("invoice-review", "Invoice Review", charter.domain)
    assert (record.purpose, record.process) == (charter.purpose, "accounts payable")
    assert (record.business_owner, record.technical_owner) == ("maria.rossi", "ken.ito")
    assert record.seats == charter.seats
    assert record.triggers == charter.triggers
    assert record.connected_systems == ("erp", "mail")
    assert record.data_access == charter.systems
    assert record.action_permissions == charter.grants
    assert (
        "`erp.clear_invoice`: up to 2,500.00 EUR, at most 20,000.00 EUR a day, alone within its conditions."
        in record.action_boundaries
    )
    assert record.prohibitions == charter.prohibitions
    assert record.review_checkpoints == charter.reviews
    assert record.escalation_paths == charter.escalation_paths
    assert record.oversight_contacts == ("lena.fischer", "maria.rossi")
    assert (record.status, record.modified_at, record.version) == (Status.LIVE, NOW, files.digest)
    assert record.audit_log == "remit ledger search --worker invoice-review"
    assert record.accuracy.reviewed == 0
    assert record.accuracy.last_answered_at is None


async def test_workers_are_listed_by_name(database: Database, example: str) -> None:
    """An empty registry lists nothing; others list all workers, whatever their status."""
    assert await list_workers(database) == []
    for name in ("zebra", "invoice-review", "ant"):
        await _register(database, _files(example, name))
    await _set_status(database, Status.RETIRED, "ant")

    assert [record.name for record in await list_workers(database)] == ["ant", "invoice-review", "zebra"]


async def _review(
    database: Database, state: str, *edited: bool, worker: str = "invoice-review", kind: str = "action"
) -> UUID:
    """Put a review with its answers where governance keeps them."""
    review, run, signal = uuid4(), uuid4(), uuid4()
    async with database.transaction() as transaction:
        connection = transaction.connection
        await connection.execute(
            "INSERT INTO signal VALUES ($1, 's', $2, 't', '', now(), now(), 'x', '', '{}')", signal, str(signal)
        )
        await connection.execute(
            "INSERT INTO run (id, worker, version, signal, trigger, state, trace_id, opened_at, changed_at)"
            " VALUES ($1, $2, 'v', $3, 't', 'done', 'x', now(), now())",
            run,
            worker,
            signal,
        )
        await connection.execute(
            "INSERT INTO review VALUES ($1, $2, 1, $3, 'finance', 'erp.hold_invoice', $4, 'd', '', '{}', '{}', '{}', 1,"
            " 'low', $5, $6, $6, CASE WHEN $5 IN ('approved', 'used', 'rejected') THEN $6::timestamptz END)",
            review,
            run,
            worker,
            kind,
            state,
            NOW,
        )
        for number, each in enumerate(edited):
            person = f"person{number}"
            await connection.execute("INSERT INTO person (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", person)
            await connection.execute(
                "INSERT INTO answer VALUES ($1, $2, $3, 'reviewer', 'd', '', $4, $5)",
                review,
                person,
                "reject" if state == "rejected" else "approve",
                each,
                NOW,
            )
    return review


async def test_accuracy_counts_each_answered_review_once(database: Database, example: str) -> None:
    """Approved, edited and rejected are counted by review, however many answered; the rest says nothing."""
    await _register(database, _files(example))
    await _register(database, _files(example, "other"))
    await _review(database, "approved", False)
    await _review(database, "used", False, False)
    await _review(database, "used", True, False)
    await _review(database, "rejected", False)
    await _review(database, "rejected", True)
    for state in ("open", "expired", "superseded"):
        await _review(database, state)
    await _review(database, "approved", False, kind="outcome")
    await _review(database, "rejected", False, worker="other")

    shown = await show_worker(database, "invoice-review")

    accuracy = shown.accuracy
    assert (accuracy.approved, accuracy.edited, accuracy.rejected, accuracy.reviewed) == (2, 1, 2, 5)
    assert accuracy.last_answered_at == NOW
    assert (await show_worker(database, "other")).accuracy.rejected == 1
