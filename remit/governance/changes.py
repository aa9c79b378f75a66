"""Changes: how a house rule, a charter or a stage becomes another, by two people and with its effect known beforehand.

    draft ──replay──▶ replayed ──approve──▶ approved     by a second person; in force for the next decision, everywhere
      │                 │  ▲ └──replay──┘
      │                 │  what is in force has changed: it is replayed anew before anybody can approve it
      ├─────────────────┼──reject──▶ rejected            by a second person, with a reason
      └─────────────────┴──withdraw──▶ withdrawn         by its author

What is approved is the stamp: the digest of the exact text, of all that was in force when it was replayed, and of the
table of what would have come out differently.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from remit import clock
from remit.charters import registry
from remit.charters.charter_file import parse_charter
from remit.connections.operation import Operation
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.change import Change, ChangeKind, ChangeState, Proposal, read_change
from remit.governance.change_check import Ground, base_of, read_ground, stages_of, world_after
from remit.governance.change_record import append_change, open_change, record_replay, settle_change
from remit.governance.house import HouseRules
from remit.governance.replay import Recorded, Replay, replay
from remit.governance.roles import person
from remit.governance.rulebook import Rulebook, read_rulebook
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

MOST_REPLAYED = 10_000
_LONGEST_REASON = 4000
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_SHORTEST_STAMP = 12  # letters of it that somebody has to repeat


class Changes:
    """The changes of one house, as one process knows its operations and the rules it came with."""

    def __init__(self, database: Database, operations: Mapping[str, Operation], shipped: HouseRules) -> None:
        self._database = database
        self._operations = operations
        self._shipped = shipped

    # ── what its author does ───────────────────────────────────────────────────────────────────────────────────────

    async def draft(self, proposal: Proposal, now: datetime) -> Change:
        """Draft a change that can be used.

        Raises:
            NotAllowed: Its author may not propose this.
            InputInvalid: It cannot be used; the message says where and why.
            Conflict: It would change nothing, or is drafted already.
        """
        ground = await self._ground()
        domain = ground.domain_of(proposal)
        author = await person(self._database, proposal.author)
        if proposal.worker and proposal.worker not in ground.versions:
            author.check(Permission.WORKERS_CREATE, domain)
        author.check(proposal.drafted_by, domain)
        drafted = await self._draft(ground, proposal, now)
        if drafted is None:
            raise Conflict(f"the same change of `{proposal.name}` is open already. `remit change list` shows it")
        return drafted

    async def draft_found(self, proposal: Proposal, now: datetime) -> Change | None:
        """Draft what was found in the workers' folder, once; None when it was drafted before, whatever came of it.

        Whoever can write there need not be a person of the house: a draft changes nothing.

        Raises:
            InputInvalid: It cannot be used; the message says where and why.
            Conflict: It would change nothing.
        """
        ground = await self._ground()
        before = ground.before(proposal)
        if await self._database.fetch_value(
            "find_same_change", proposal.kind.value, proposal.name, proposal.digest, before
        ):
            return None
        return await self._draft(ground, proposal, now)

    async def withdraw(self, change: UUID, by: str, now: datetime) -> Change:
        """Take a change back.

        Raises:
            NotAllowed: Somebody else drafted it.
            Conflict: It is settled.
        """
        async with self._database.transaction() as transaction:
            held = await open_change(transaction, change)
            if held.proposal.author != by:
                raise NotAllowed(f"`{held.proposal.author}` drafted this. Reject it instead")
            await settle_change(transaction, held, ChangeState.WITHDRAWN, by=by, reason="", now=now)
        return await self.show(change)

    async def replay(self, change: UUID, by: str, now: datetime, *, last: int = 1000) -> Change:
        """Decide the last decisions again, as it is and as it would be, and ask a second person.

        Raises:
            NotAllowed: This person may neither propose nor approve it.
            Conflict: It is settled, or what it would replace has changed since it was drafted.
            InputInvalid: It cannot be used any more, or it is to be replayed over too many.
        """
        if not 1 <= last <= MOST_REPLAYED:
            raise InputInvalid(f"{last} decisions cannot be replayed. Take 1 to {MOST_REPLAYED}")
        asked = await self.show(change)
        who = await person(self._database, by)
        if not who.may(asked.proposal.drafted_by, asked.domain):
            who.check(asked.proposal.approved_by, asked.domain)
        ground = await self._ground()
        if ground.before(asked.proposal) != asked.before:
            raise Conflict(f"`{asked.proposal.name}` has changed since this was drafted. Withdraw it and draft it anew")
        records = await self._recorded(asked.proposal, last)
        shown = await asyncio.to_thread(_replay, ground, asked.proposal, records)
        async with self._database.transaction() as transaction:
            await record_replay(transaction, await open_change(transaction, change), ground.base, shown, by=by, now=now)
        return await self.show(change)

    # ── what a second person does ──────────────────────────────────────────────────────────────────────────────────

    async def approve(self, change: UUID, stamp: str, by: str, now: datetime) -> Change:
        """Put a change in force: from the commit on, every process decides by it.

        Args:
            change: Which one.
            stamp: What was read, as `show` gives it; its first twelve letters suffice.
            by: A person's id.
            now: The time.

        Raises:
            NotAllowed: This person drafted it, or may not approve it.
            Conflict: It is not replayed, is settled, or something has changed since it was replayed.
        """
        asked = clock.monotonic()
        book = await read_rulebook(self._database, self._shipped)
        async with self._database.transaction() as transaction:
            # INVARIANT: no decision is being recorded by the old rules while this commits, and none after it.
            await transaction.execute("lock_halts")
            now += timedelta(seconds=clock.monotonic() - asked)  # decisions it waited for are told before it
            held = await open_change(transaction, change)
            await _check_second(transaction, held, by)
            _check_stamp(held, stamp)
            await _check_base(transaction, held, book)
            await _take_effect(transaction, held, by=by, now=now)
            await settle_change(transaction, held, ChangeState.APPROVED, by=by, reason="", now=now)
        return await self.show(change)

    async def reject(self, change: UUID, reason: str, by: str, now: datetime) -> Change:
        """Say no to a change.

        Raises:
            NotAllowed: This person drafted it, or may not approve it.
            InputInvalid: No reason is given.
            Conflict: It is settled.
        """
        if not reason.strip() or len(reason) > _LONGEST_REASON or "\0" in reason:
            raise InputInvalid("a rejection needs a reason of at most 4000 letters. Say why")
        async with self._database.transaction() as transaction:
            held = await open_change(transaction, change)
            await _check_second(transaction, held, by)
            await settle_change(transaction, held, ChangeState.REJECTED, by=by, reason=reason, now=now)
        return await self.show(change)

    # ── what everybody sees ────────────────────────────────────────────────────────────────────────────────────────

    async def show(self, change: UUID) -> Change:
        """Show one change.

        Raises:
            NotFound: There is none of that number.
        """
        row = await self._database.fetch_row("show_change", change)
        if row is None:
            raise NotFound(f"there is no change `{change}`. `remit change list` shows those there are")
        return read_change(row)

    # ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _ground(self) -> Ground:
        return await read_ground(self._database, self._operations, self._shipped)

    async def _draft(self, ground: Ground, proposal: Proposal, now: datetime) -> Change | None:
        await asyncio.to_thread(world_after, ground, proposal)
        identity, domain = clock.new_id(), ground.domain_of(proposal)
        async with self._database.transaction() as transaction:
            said = (proposal.kind.value, proposal.name, domain, proposal.text, proposal.playbook, proposal.why)
            drafted = (proposal.digest, ground.before(proposal), proposal.author, now)
            if await transaction.fetch_value("insert_change", identity, *said, *drafted) is None:
                return None
            body = {"why": proposal.why, "replaces": ground.before(proposal)}
            await append_change(
                transaction, EntryKind.CHANGE_DRAFTED, (identity, proposal), body, by=proposal.author, now=now
            )
        return await self.show(identity)

    async def _recorded(self, proposal: Proposal, last: int) -> list[Recorded]:
        concerned = (proposal.worker or None, proposal.operation or None)
        return [_read_recorded(row) for row in await self._database.fetch("list_recorded", *concerned, last)]


async def list_changes(database: Database, state: str = "", *, limit: int = 100) -> Sequence[Row]:
    """List changes, newest first; those in one state, or all.

    Raises:
        InputInvalid: There is no such state.
    """
    if state and state not in set(ChangeState):
        raise InputInvalid(f"no change is `{state[:40]}`. They are {', '.join(ChangeState)}")
    return await database.fetch("list_changes", state, limit)


def _replay(ground: Ground, proposal: Proposal, records: Sequence[Recorded]) -> Replay:
    return replay(records, ground.world(proposal.worker), world_after(ground, proposal))


def _read_recorded(row: Row) -> Recorded:
    asked: Mapping[str, Any] = row["decision"].get("asked") or _NOTHING
    return Recorded(key=f"{row['run']}:{row['step']}", worker=row["worker"], operation=row["operation"], asked=asked)


async def _check_second(transaction: Transaction, held: Change, by: str) -> None:
    (await person(transaction, by)).check(held.proposal.approved_by, held.domain)
    if held.proposal.author == by:
        raise NotAllowed(f"`{by}` drafted this change. A second person decides")


def _check_stamp(held: Change, stamp: str) -> None:
    if held.state is not ChangeState.REPLAYED:
        raise Conflict("nobody knows yet what this change would do. Replay it first")
    if len(stamp) < _SHORTEST_STAMP or not held.stamp.startswith(stamp):
        raise Conflict(f"this is not what would be approved. Read it again: `remit change show {held.id}`")


async def _check_base(transaction: Transaction, held: Change, book: Rulebook) -> None:
    row = cast("Row", await transaction.fetch_row("find_ground"))
    if row["number"] != book.number or base_of(book, row["versions"], stages_of(row)) != held.base:
        raise Conflict("rules, workers or stages have changed since this was replayed. Replay it again")


async def _take_effect(transaction: Transaction, held: Change, *, by: str, now: datetime) -> None:
    proposal = held.proposal
    match proposal.kind:
        case ChangeKind.RULE:
            await transaction.execute("insert_rule_file", proposal.name, proposal.text, held.id, now)
        case ChangeKind.CHARTER:
            await _register(transaction, held, now)
        case ChangeKind.STAGE:
            await transaction.execute("set_stage", proposal.worker, proposal.operation, proposal.text, by, now)


async def _register(transaction: Transaction, held: Change, now: datetime) -> None:
    proposal = held.proposal
    playbook = proposal.playbook
    if not playbook:  # `before` is the version it was drafted from, which is current still
        row = cast("Row", await transaction.fetch_row("find_version", held.before))
        playbook = row["playbook"]
    text = proposal.text or ""
    files = registry.WorkerFiles(name=proposal.name, charter=text, playbook=playbook)
    charter = parse_charter(text, file=f"{proposal.name}/charter.yaml")
    if not await registry.register(transaction, files, charter, now):
        raise Conflict(f"`{proposal.name}` has retired, or this version is current already. Nothing would change")
    body = {"version": files.digest, "charter": files.charter, "playbook": files.playbook}
    await append(transaction, Entry(kind=EntryKind.CHARTER_REGISTERED, body=body, worker=proposal.name, at=now))
