"""Has the ledger's checkpoints signed by witnesses on other machines (c2sp.org/tlog-witness), from the side of the log.

Each witness is asked for the newest checkpoint, with the proof that leads from what it signed before. What it answers
is checked before it is kept. Nothing waits for a witness: one that is away signs later, and what it refuses is told.
"""

import asyncio
import base64
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from remit.errors import InputInvalid, LedgerBroken, RemitError, SystemBusy
from remit.ledger.checkpoint import Checkpoint
from remit.ledger.cosignature import WitnessVerifier
from remit.ledger.note import split_note
from remit.ledger.proof import prove_consistency
from remit.store.database import Database

EVERY: Final = 5.0
"""seconds between two looks for a new checkpoint"""

_PATIENCE: Final = 10.0  # seconds
_log = logging.getLogger(__name__)
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class AskedWitness:
    """Where a witness answers, and the key it signs with."""

    url: str
    verifier: WitnessVerifier


async def run_witnessing(database: Database, witnesses: Sequence[AskedWitness], *, stop: asyncio.Event) -> None:
    """Have each new checkpoint signed by every witness, until told to stop. What one refuses is logged as an error."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        while not stop.is_set():
            for witness in witnesses:
                try:
                    await seek(database, witness, client)
                except LedgerBroken as error:
                    _log.error("%s. Keep everything as it is, and let an auditor look", error)
                except RemitError as error:
                    _log.warning("%s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)


async def seek(database: Database, witness: AskedWitness, client: httpx.AsyncClient) -> datetime | None:
    """Have the newest checkpoint signed by a witness; tell when it signed, None when there is none to sign.

    Raises:
        SystemBusy: The witness does not answer.
        LedgerBroken: It refuses: it has seen another history, or does not know this log. Or its answer is not its own.
    """
    note = await database.fetch_value("find_checkpoint")
    if note is None:
        return None
    checkpoint = Checkpoint.from_text(split_note(note)[0])
    row = await database.fetch_row("find_witnessed", witness.verifier.name)
    if row is not None and row["size"] == checkpoint.size:
        return row["signed_at"]
    old = row["size"] if row else 0
    answer = await _ask(database, witness, client, (old, checkpoint, note))
    if answer.status_code == _CONFLICT:  # it signed more than we kept, as after a crash or a restored backup
        answer = await _ask(database, witness, client, (_size_in(answer, checkpoint.size), checkpoint, note))
    if not answer.is_success:
        said = answer.text.strip().splitlines()[:1]
        raise LedgerBroken(f"the witness `{witness.verifier.name}` refuses to sign: {''.join(said)[:300]}")
    return await _keep(database, witness, (checkpoint, note), answer.text)


async def _ask(
    database: Database, witness: AskedWitness, client: httpx.AsyncClient, asked: tuple[int, Checkpoint, str]
) -> httpx.Response:
    old, checkpoint, note = asked
    proof = await prove_consistency(database, old, checkpoint.size)
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof)]
    body = "\n".join(lines) + "\n\n" + note
    try:
        return await client.post(f"{witness.url.rstrip('/')}/add-checkpoint", content=body.encode(), timeout=_PATIENCE)
    except httpx.HTTPError as error:
        raise SystemBusy(f"the witness at `{witness.url}` does not answer ({type(error).__name__})") from None


def _size_in(answer: httpx.Response, largest: int) -> int:
    said = answer.text.strip()
    if not said.isascii() or not said.isdigit() or not 0 <= int(said[:19]) <= largest:
        raise LedgerBroken(f"the witness keeps a ledger of {said[:40]} entries, and this one has {largest}")
    return int(said)


async def _keep(database: Database, witness: AskedWitness, what: tuple[Checkpoint, str], lines: str) -> datetime:
    """Check what the witness answered, and keep its line."""
    checkpoint, note = what
    ours = [line for line in lines.splitlines() if line.startswith(f"— {witness.verifier.name} ")]
    signed_at = witness.verifier.seen_at(f"{note}{''.join(line + chr(10) for line in ours)}")
    await database.execute("record_cosignature", checkpoint.size, witness.verifier.name, ours[0] + "\n", signed_at)
    return signed_at


def read_witnesses(entries: Sequence[str]) -> tuple[AskedWitness, ...]:
    """Read witnesses, each an address and a verifier key with a space between.

    Raises:
        InputInvalid: One is not written so.
    """
    read: list[AskedWitness] = []
    for entry in entries:
        url, _, key = entry.strip().partition(" ")
        if not url.startswith(("http://", "https://")) or not key:
            raise InputInvalid(
                f"a witness is an address and its key, not `{entry[:200]}`. `remit witness key` tells it"
            )
        read.append(AskedWitness(url, WitnessVerifier.from_text(key)))
    return tuple(read)
