"""Holds: what somebody may need as evidence is kept, whatever its time and whoever asks to erase it, until lifted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from remit import clock
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_LONGEST = 500


async def hold(database: Database, scope: str, reason: str, who: str, now: datetime) -> UUID:
    """Keep everything about a subject `kind:id`, of a worker `worker:<name>`, or everything.

    Raises:
        InputInvalid: The scope is none of these, or the reason is empty.
        NotAllowed: This person may not.
        Conflict: It is held already.
    """
    scope, reason = as_kept(scope).strip(), as_kept(reason).strip()
    kind, colon, name = scope.partition(":")
    if len(scope) > _LONGEST or not (scope == "everything" or (kind and colon and name)):
        raise InputInvalid(f"unknown scope `{scope[:100]}`. Say `kind:id`, `worker:<name>` or `everything`")
    if not reason:
        raise InputInvalid("a hold needs a reason. Say which case it is kept for")
    async with database.transaction() as transaction:
        await transaction.execute("lock_holds")
        (await person(transaction, who)).check(Permission.HOLDS_MODIFY)
        held: UUID | None = await transaction.fetch_value("insert_hold", clock.new_id(), scope, reason, who, now)
        if held is None:
            raise Conflict(f"`{scope}` is held already. `remit subject holds` shows since when and why")
        await _note(transaction, EntryKind.HOLD_SET, held, (scope, reason, who), now)
    return held


async def release(database: Database, scope: str, reason: str, who: str, now: datetime) -> None:
    """Lift a hold; a second person lifts what the first one set.

    Raises:
        NotFound: The scope is not held.
        NotAllowed: This person may not, or set it.
    """
    async with database.transaction() as transaction:
        await transaction.execute("lock_holds")
        (await person(transaction, who)).check(Permission.HOLDS_MODIFY)
        held = await transaction.fetch_row("lock_hold", as_kept(scope))
        if held is None:
            raise NotFound(f"`{scope[:100]}` is not held. `remit subject holds` shows what is")
        if held["set_by"] == who:
            raise NotAllowed(f"`{who}` set this hold; a second person has to lift it")
        await transaction.execute("lift_hold", held["id"], who, now)
        await _note(transaction, EntryKind.HOLD_LIFTED, held["id"], (scope, reason, who), now)


async def list_holds(database: Database) -> Sequence[Row]:
    """List the holds in force."""
    return await database.fetch("list_holds")


async def _note(
    transaction: Transaction, kind: EntryKind, held: UUID, what: tuple[str, str, str], now: datetime
) -> None:
    scope, reason, who = what
    body = {"hold": held, "scope": scope, "reason": as_kept(reason), "person": who}
    await append(transaction, Entry(kind=kind, body=body, about="" if scope == "everything" else scope, at=now))
