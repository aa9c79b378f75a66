"""A witness signs only what goes on from what it signed: attacked with other histories, lost files and broken lines."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from remit.clock import Clock
from remit.errors import Conflict, InputInvalid, LedgerBroken, NotAllowed, NotFound, SystemBusy
from remit.ledger.checkpoint import sign_checkpoint
from remit.ledger.cosignature import WitnessSigner, WitnessVerifier
from remit.ledger.export import export
from remit.ledger.key import load_signer
from remit.ledger.note import Signer
from remit.ledger.sequencer import drain
from remit.ledger.tree import leaf_hash, root_of
from remit.ledger.verify_export import verify_export
from remit.ledger.witness import Witness, WrongSize, load_witness
from remit.ledger.witnessing import AskedWitness, read_witnesses, seek
from remit.store.database import Database
from remit.web.serving import listen, serve
from remit.web.witness import create_witness_app
from tests.ledger.conftest import Fill

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def witness(tmp_path: Path, signer: Signer) -> Witness:
    """A witness that trusts the ledger."""
    made = load_witness(tmp_path / "witness", "witness.example")
    made.trust(signer.verifier)
    return made


def request(signer: Signer, leaves: int, *, old: int = 0, kind: bytes = b"a", proof: str = "") -> str:
    """Ask for a checkpoint over so many leaves of one kind."""
    root = root_of([leaf_hash(kind + bytes([number])) for number in range(leaves)])
    return f"old {old}\n{proof}\n{sign_checkpoint(signer, leaves, root)}"


@asynccontextmanager
async def serving(witness: Witness) -> AsyncGenerator[AskedWitness]:
    """Run a witness over HTTP while the block lasts."""
    stop, begun = asyncio.Event(), asyncio.Event()
    with listen("127.0.0.1", 0) as listening:
        app = create_witness_app(witness, Clock())
        task = asyncio.create_task(serve(app, listening, begun=begun.set, stop=stop))
        await begun.wait()
        yield AskedWitness(f"http://127.0.0.1:{listening.getsockname()[1]}", witness.signer.verifier)
        stop.set()
        await task


def test_a_first_checkpoint_is_signed_and_kept(witness: Witness, signer: Signer) -> None:
    """The cosignature fits the checkpoint and says when; the checkpoint is kept for the next time."""
    asked = request(signer, 3)

    line = witness.add(asked, NOW)

    note = asked.partition("\n\n")[2] + line
    assert witness.signer.verifier.seen_at(note) == NOW
    assert witness.kept(signer.name).size == 3


def test_another_history_under_the_same_key_is_refused(witness: Witness, signer: Signer) -> None:
    """A log that is whole in itself and rightly signed, but does not go on from what was signed, is not signed."""
    witness.add(request(signer, 3), NOW)

    with pytest.raises(InputInvalid, match="another history"):
        witness.add(request(signer, 4, old=3, kind=b"b"), NOW)
    with pytest.raises(WrongSize):
        witness.add(request(signer, 3, old=3, kind=b"b"), NOW)
    with pytest.raises(WrongSize):
        witness.add(request(signer, 4, old=0, kind=b"b"), NOW)
    with pytest.raises(InputInvalid):
        witness.add(request(signer, 2, old=3), NOW)
    assert witness.kept(signer.name).size == 3


def test_a_ledger_nobody_brought_is_refused(witness: Witness, tmp_path: Path) -> None:
    """A ledger that is not known, or a known name under another key, is not signed."""
    stranger = load_signer(tmp_path / "other")

    with pytest.raises(NotFound):
        witness.add(request(stranger, 1), NOW)


def test_a_known_name_under_another_key_is_refused(witness: Witness, signer: Signer) -> None:
    """Whoever signs under the name of a known log without its key gets nothing."""
    impostor = Signer(signer.name, bytes(32))

    with pytest.raises(NotAllowed):
        witness.add(request(impostor, 1), NOW)
    with pytest.raises(Conflict):
        witness.trust(impostor.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 0",
        "old -1\n\nx",
        "old 01\n\nx\n",
        "old 0\n\n",
        "old 0\nAAAA\n\nx\n",
        "old 0\n" + "A" * 200_000 + "\n\nx",
    ],
    ids=["empty", "cut off", "negative", "leading zero", "no note", "short hash", "huge"],
)
def test_what_is_no_request_is_refused(witness: Witness, text: str) -> None:
    """Whatever is malformed is told to be, and changes nothing."""
    with pytest.raises(InputInvalid):
        witness.add(text, NOW)


def test_a_restart_forgets_nothing(witness: Witness, signer: Signer, tmp_path: Path) -> None:
    """The same witness opened again has the same key and keeps what it signed."""
    witness.add(request(signer, 3), NOW)

    again = load_witness(tmp_path / "witness")

    assert again.signer.verifier == witness.signer.verifier
    with pytest.raises(WrongSize):
        again.add(request(signer, 3, kind=b"b"), NOW)


async def test_a_witness_signs_what_a_ledger_grows_to(
    database: Database, signer: Signer, fill: Fill, witness: Witness, tmp_path: Path
) -> None:
    """Each new checkpoint is proven to go on from the last; export and verifier carry and check the cosignature."""
    key = witness.signer.verifier.as_text()
    async with serving(witness) as asked, httpx.AsyncClient(trust_env=False) as client:
        for count in (1, 300, 7):
            await fill(count)
            await drain(database, signer)
            await seek(database, asked, client)
        again = await seek(database, asked, client)
    await export(database, signer, tmp_path / "out")

    assert again is not None
    assert datetime.now(UTC) - again < timedelta(minutes=1)
    assert witness.kept(signer.name).size == 308
    assert verify_export(tmp_path / "out", signer.verifier.as_text(), witnesses=[key]).is_whole


async def test_a_forged_ledger_stays_unsigned(
    database: Database, signer: Signer, fill: Fill, witness: Witness, tmp_path: Path
) -> None:
    """Whoever holds the key and signs another history is whole to the verifier alone, and broken with its witness."""
    witness.add(request(signer, 5), NOW)  # what the witness saw before the history was written anew
    await fill(9)
    await drain(database, signer)
    async with serving(witness) as asked, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(LedgerBroken, match="refuses to sign"):
            await seek(database, asked, client)
    await export(database, signer, tmp_path / "out")

    alone = verify_export(tmp_path / "out", signer.verifier.as_text())
    watched = verify_export(tmp_path / "out", signer.verifier.as_text(), witnesses=[witness.signer.verifier.as_text()])

    assert alone.is_whole
    assert not watched.is_whole
    assert "did not sign" in watched.reason


async def test_a_ledger_cut_short_is_refused(database: Database, signer: Signer, fill: Fill, witness: Witness) -> None:
    """A witness that signed more than the ledger now has says so."""
    witness.add(request(signer, 50), NOW)
    await fill(3)
    await drain(database, signer)

    async with serving(witness) as asked, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(LedgerBroken, match="keeps a ledger of 50"):
            await seek(database, asked, client)


async def test_a_witness_that_is_away_keeps_nobody_waiting(
    database: Database, signer: Signer, fill: Fill, witness: Witness
) -> None:
    """Nothing answers: that is told, and tried again later."""
    await fill(1)
    await drain(database, signer)
    asked = AskedWitness("http://127.0.0.1:9", witness.signer.verifier)

    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(SystemBusy):
            await seek(database, asked, client)


async def test_an_answer_of_somebody_else_is_not_kept(
    database: Database, signer: Signer, fill: Fill, witness: Witness, tmp_path: Path
) -> None:
    """A signature under another key than the one set is refused, and no row is written."""
    await fill(1)
    await drain(database, signer)
    other = load_witness(tmp_path / "other", "witness.example")
    async with serving(witness) as asked, httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(LedgerBroken):
            await seek(database, AskedWitness(asked.url, other.signer.verifier), client)

    assert await database.fetch_row("find_witnessed", None) is None


@pytest.mark.parametrize("bit", range(0, 8 * 76, 41))
def test_every_bit_of_a_cosignature_counts(witness: Witness, signer: Signer, bit: int) -> None:
    """A cosignature with one bit flipped, the moment's too, is refused."""
    asked = request(signer, 3)
    line = witness.add(asked, NOW).encode()
    data = bytearray(line)
    place = len("— witness.example ".encode()) + bit // 8
    data[place] = data[place] ^ 1 if data[place] ^ 1 not in b"\n " else data[place] ^ 2

    with pytest.raises((LedgerBroken, UnicodeDecodeError)):
        witness.signer.verifier.seen_at(asked.partition("\n\n")[2] + data.decode())


def test_a_log_key_is_no_witness_key(signer: Signer) -> None:
    """The two kinds of keys are never mistaken for each other."""
    with pytest.raises(InputInvalid):
        WitnessVerifier.from_text(signer.verifier.as_text())
    with pytest.raises(InputInvalid):
        read_witnesses([f"http://127.0.0.1:1 {signer.verifier.as_text()}"])
    with pytest.raises(InputInvalid):
        read_witnesses(["somewhere"])
    key = WitnessSigner("w", bytes(32)).verifier.as_text()
    assert read_witnesses([f" http://127.0.0.1:1 {key}"])[0].verifier.as_text() == key


def test_a_damaged_key_is_told(tmp_path: Path, witness: Witness) -> None:
    """A witness whose key file is not whole begins nothing new."""
    shutil.copytree(tmp_path / "witness", tmp_path / "copy")
    (tmp_path / "copy" / "witness.key").write_text("witness.example AAAA")

    with pytest.raises(InputInvalid, match="Restore it"):
        load_witness(tmp_path / "copy")
    assert witness.signer.name == "witness.example"
