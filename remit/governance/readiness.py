"""Readiness: the checklist a worker passes before it is put to work, each line signed by a person.

    missing ── the house finds what is asked ──▶ open ── a person signs ──▶ signed
                                                             ▲                │ the evidence changes
                                                             └───────────── stale

A signature is over the digest of the evidence as it was shown. Nobody signs a line about themselves, nor one that
stands on a charter or stage they brought.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from remit import clock
from remit.canonical import digest_of
from remit.charters import registry
from remit.charters.charter import Stage
from remit.charters.worker_record import WorkerRecord
from remit.connections.connections import Connections
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound, PolicyInvalid
from remit.governance.authority import roles_with
from remit.governance.change_check import Ground, read_ground
from remit.governance.claim import as_kept
from remit.governance.drills import list_drills
from remit.governance.harm import Harm, harm_of
from remit.governance.house import HouseRules
from remit.governance.mandate import Mandate
from remit.governance.policy import Policy
from remit.governance.readiness_checks import Found, Known
from remit.governance.readiness_lines import LINES, Line
from remit.governance.roles import Person, list_people, person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row

_LONGEST: Final = 2000  # characters of what a signer says
_MISSING: Final = "something is missing. Nobody signs before it is there"


class LineState(StrEnum):
    """How far one line has come."""

    MISSING = "missing"
    """something it asks for is not there"""
    OPEN = "open"
    """the house finds nothing missing; nobody has signed"""
    SIGNED = "signed"
    """somebody signed what is still so"""
    STALE = "stale"
    """somebody signed, and the evidence has changed since"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLine:
    """One line with what was found and who signed it."""

    line: Line
    found: Found
    state: LineState
    digest: str
    """of the evidence: what is signed"""
    signature: Row | None
    barred: frozenset[str]
    """who does not sign it: whoever it is about, or who wrote what it stands on"""

    def refusal(self, who: Person, domain: str) -> str:
        """Say why somebody cannot sign this line now; empty when they can."""
        if not who.may(self.line.signed_by, domain):
            roles = " or ".join(role.replace("-", " ") for role in roles_with(self.line.signed_by))
            return f"this line is signed by a {roles} of {domain.replace('_', ' ')}"
        return self.bars(who.id) or (_MISSING if self.found.missing else "")

    def bars(self, who: str) -> str:
        """Say why somebody does not sign this line whatever is found; empty when they do."""
        if who in self.found.about:
            return "this line is about you. Somebody else signs it"
        if who in self.barred:
            return "you wrote what this line stands on. Somebody else signs it"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The whole checklist of one worker."""

    worker: WorkerRecord
    lines: Sequence[CheckedLine]

    @property
    def outstanding(self) -> Sequence[CheckedLine]:
        """What is missing before launch."""
        return [each for each in self.lines if each.state is not LineState.SIGNED]

    @property
    def is_ready(self) -> bool:
        """Whether every line is signed, on what is so."""
        return not self.outstanding

    def line(self, key: str) -> CheckedLine:
        """Give one line.

        Raises:
            NotFound: There is none of that name.
        """
        found = next((each for each in self.lines if each.line.key == key), None)
        if found is None:
            raise NotFound(f"the checklist has no line `{key[:80]}`. There are {', '.join(each.key for each in LINES)}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What somebody signs."""

    worker: str
    line: str
    digest: str
    """of the evidence, as they were shown it"""
    note: str = ""
    who: str


class Readiness:
    """The checklists of one house, as one process knows its connections."""

    def __init__(self, database: Database, connections: Connections, shipped: HouseRules) -> None:
        self._database = database
        self._connections = connections
        self._shipped = shipped

    async def packets(self, now: datetime) -> Sequence[Packet]:
        """Give the checklist of every worker that has not retired, by name."""
        return await self._packets(await registry.list_workers(self._database), None, now)

    async def packet(self, worker: str, now: datetime) -> Packet:
        """Give the checklist of one worker.

        Raises:
            NotFound: There is no such worker in use, or its charter cannot be read.
        """
        found = await self._packets([await registry.show_worker(self._database, worker)], worker, now)
        if not found:
            raise NotFound(
                f"`{worker}` is not in use, or its charter cannot be read. `remit workers` shows how it stands"
            )
        return found[0]

    async def sign(self, signing: Signing, now: datetime) -> LineState:
        """Sign a line; gives its state after it.

        Raises:
            NotFound: There is no such worker or line.
            NotAllowed: This person may not sign it, is who it is about, or wrote what it stands on.
            Conflict: The evidence is other than what was shown, or something is missing.
            InputInvalid: It needs words, or they are too long.
        """
        packet = await self.packet(signing.worker, now)
        checked, domain = packet.line(signing.line), packet.worker.domain.value
        who = await person(self._database, signing.who)
        who.check(checked.line.signed_by, domain)
        note = _checked(checked, signing)
        if barred := checked.bars(who.id):
            raise NotAllowed(barred)
        if checked.found.missing:
            raise Conflict(_MISSING)
        number = clock.new_id()
        row = (number, signing.worker, signing.line, checked.digest, packet.worker.version, note, who.id, now)
        body = {"line": signing.line, "evidence": checked.digest, "version": packet.worker.version, "note": note}
        entry = Entry(kind=EntryKind.READINESS_SIGNED, body=body | {"person": who.id}, worker=signing.worker, at=now)
        async with self._database.transaction() as transaction:
            await transaction.execute("insert_signature", *row)
            await append(transaction, entry)
        return LineState.SIGNED

    async def _packets(self, records: Sequence[WorkerRecord], worker: str | None, now: datetime) -> Sequence[Packet]:
        ground = await read_ground(self._database, self._connections.operations, self._shipped)
        signatures = {
            (row["worker"], row["line"]): row for row in await self._database.fetch("list_signatures", worker)
        }
        authors = defaultdict[str, set[str]](set)
        for row in await self._database.fetch("list_change_authors", worker):
            authors[row["worker"]].add(row["author"])
        revoked = {row["worker"]: row["is_revoked"] for row in await self._database.fetch("list_identities", worker)}
        people = {one.id: one for one in await list_people(self._database)}
        connected = {each.system: each.health.is_well for each in self._connections}
        drilled = next((row["ended_at"] for row in await list_drills(self._database) if row["has_passed"]), None)
        used = [record for record in records if record.name in ground.charters and not record.fault]
        harms = await asyncio.to_thread(_harms, ground, [record.name for record in used])

        def known(record: WorkerRecord) -> Known:
            return Known(
                charter=ground.charters[record.name],
                record=record,
                people=people,
                operations=ground.operations,
                connected=connected,
                harm=harms[record.name],
                is_revoked=bool(revoked.get(record.name)),
                drilled_at=drilled,
                authors=frozenset(authors[record.name]),
                now=now,
            )

        return [_packet(known(record), signatures) for record in used]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What decides the harm of one worker: two with the same key have the same harm."""

    key: str
    ground: Ground = field(compare=False)
    worker: str = field(compare=False)


def _harms(ground: Ground, workers: Sequence[str]) -> Mapping[str, Harm | None]:
    house = digest_of([ground.base, sorted(map(repr, ground.operations.values()))])
    return {name: _harm(_Asked(f"{house}/{name}", ground, name)) for name in workers}


@lru_cache(maxsize=512)
def _harm(asked: _Asked) -> Harm | None:
    """Tell the harm of a worker once for all that is in force: it takes some hundredths of a second."""
    ground, charter = asked.ground, asked.ground.charters[asked.worker]
    stages = {operation: Stage(stage) for (worker, operation), stage in ground.stages.items() if worker == charter.name}
    try:
        policy = Policy.build(charter, ground.operations, ground.book.rules)
        mandate = Mandate(charter=charter, digest="", policy=policy, version="", rulebook=ground.book.number)
        return harm_of(mandate, stages)
    except PolicyInvalid:
        return None


def _packet(known: Known, signatures: Mapping[tuple[str, str], Row]) -> Packet:
    name = known.charter.name
    return Packet(worker=known.record, lines=[_check(line, known, signatures.get((name, line.key))) for line in LINES])


def _check(line: Line, known: Known, signature: Row | None) -> CheckedLine:
    found = line.look(known)
    digest = digest_of({"line": line.key, "facts": found.facts})
    state = LineState.MISSING if found.missing else LineState.OPEN
    if signature is not None and signature["digest"] != digest:
        state = LineState.STALE
    elif signature is not None and not found.missing:
        state = LineState.SIGNED
    barred = known.authors if line.is_written else frozenset[str]()
    return CheckedLine(line=line, found=found, state=state, digest=digest, signature=signature, barred=barred)


def _checked(checked: CheckedLine, signing: Signing) -> str:
    if signing.digest != checked.digest:
        raise Conflict("the evidence is not what was shown. Read the line again, and sign it then")
    note = as_kept(signing.note).strip()
    if len(note) > _LONGEST:
        raise InputInvalid(f"what you say is longer than {_LONGEST} characters. Shorten it")
    if checked.line.needs_words and not note:
        raise InputInvalid("the house cannot tell this by itself. Say what you found")
    return note
