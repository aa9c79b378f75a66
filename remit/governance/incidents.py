"""Incidents: each halt opens one, and people write its review; it is closed once every question is answered.

    open ── every question answered, a fix with its owner ──▶ reviewed ── its halt lifted ──▶ closed

The review blames nobody: it asks what made the mistake possible. What the ledger knows is not asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from remit import clock
from remit.errors import Conflict, InputInvalid, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_LONGEST = 20_000  # characters of one section


class Section(StrEnum):
    """What people write into the review of an incident."""

    IMPACT = "impact"
    """whom it touched, and how"""
    DETECTION = "detection"
    """how it was noticed"""
    CAUSE = "cause"
    """what made it possible"""
    GUARDRAILS = "guardrails"
    """what should have caught it"""
    LEARNED = "learned"
    """what others need to know"""
    FIX = "fix"
    """one change, and who sees to it"""


class Severity(StrEnum):
    """How far a halt reached: what an incident is sorted by before anybody has judged it."""

    CRITICAL = "critical"
    """everything was stopped"""
    HIGH = "high"
    """a whole domain was"""
    MEDIUM = "medium"
    """a workflow or a connected system was"""
    LOW = "low"
    """one worker was"""


_REACH = {
    "everything": Severity.CRITICAL,
    "domain": Severity.HIGH,
    "workflow": Severity.MEDIUM,
    "connection": Severity.MEDIUM,
    "worker": Severity.LOW,
}

QUESTIONS = {
    Section.IMPACT: "What happened to customers, colleagues and money, and what would have happened without the halt?",
    Section.DETECTION: "How was it noticed, and what would have shown it sooner?",
    Section.CAUSE: "What made it possible? Ask why until the answer is something the house can change, not a person.",
    Section.GUARDRAILS: "Which rule, limit, review or check should have caught it, and why did it not?",
    Section.LEARNED: "What went well, and what do others need to know?",
    Section.FIX: "What will be changed so that it does not happen again, and who sees to it?",
}
"""What an empty section asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The incident that ended a page of the list: the next page begins after it."""

    id: UUID
    was_closed: bool
    """as it was shown; it may have been closed since"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a person writes into the review of an incident."""

    incident: UUID
    section: Section
    words: str
    owner: str = ""
    """for a fix: the person who sees to it"""
    due: date | None = None
    """for a fix: by when"""
    who: str
    seen: str | None = None
    """when the words were written that the writer saw there, empty for none; None takes the place of whatever stands"""


async def open_incident(transaction: Transaction, halt: UUID, scope: str, now: datetime) -> UUID:
    """Open the incident of a halt, in the transaction that sets it."""
    incident = clock.new_id()
    await transaction.execute("insert_incident", incident, halt, now)
    body = {"incident": incident, "halt": halt, "scope": scope}
    await append(transaction, Entry(kind=EntryKind.INCIDENT_OPENED, body=body, about=_about(incident), at=now))
    return incident


async def write_section(database: Database, given: Writing, now: datetime) -> str:
    """Write into the review: a fix is added, any other section takes the place of what stood there.

    Returns:
        The state of the incident after it.

    Raises:
        NotFound: There is no such incident.
        Conflict: It is closed, or somebody else wrote the section meanwhile.
        InputInvalid: Nothing is said, too much is, or a fix has no owner who is here.
        NotAllowed: This person may not.
    """
    async with database.transaction() as transaction:
        incident = await _lock(transaction, given.incident)
        (await person(transaction, given.who)).check(Permission.INCIDENTS_MODIFY)
        words = await _checked(transaction, given)
        rows = await transaction.fetch("list_sections", given.incident)
        fixes = [row for row in rows if row["owner"]]
        name = f"{given.section}-{len(fixes) + 1}" if given.section is Section.FIX else given.section.value
        _check_seen(next((row for row in rows if row["name"] == name), None), given)
        await transaction.execute("write_section", given.incident, name, words, given.owner, given.due, given.who, now)
        state = _state_after({row["name"] for row in rows} | {name})
        await transaction.execute("set_incident_state", given.incident, state, None, None)
        body = {"incident": given.incident, "section": name, "words": words, "owner": given.owner}
        body |= {"due": given.due.isoformat()} if given.due else {}
        body |= {"person": given.who, "state": state, "scope": incident["scope"]}
        await append(
            transaction, Entry(kind=EntryKind.INCIDENT_WRITTEN, body=body, about=_about(given.incident), at=now)
        )
        return state


async def close_incident(database: Database, incident: UUID, who: str, now: datetime) -> None:
    """Close an incident whose review is whole.

    Raises:
        NotFound: There is no such incident.
        Conflict: A question is open, the halt is in force, or it is closed already.
        NotAllowed: This person may not.
    """
    async with database.transaction() as transaction:
        held = await _lock(transaction, incident)
        (await person(transaction, who)).check(Permission.INCIDENTS_MODIFY)
        if held["state"] == "open":
            missing = _missing({row["name"] for row in await transaction.fetch("list_sections", incident)})
            raise Conflict(f"the review is not whole: {', '.join(missing)}. Write it with `remit incident write`")
        if held["lifted_at"] is None:
            raise Conflict(f"`{held['scope']}` is still halted. Lift the halt first, with `remit resume`")
        await transaction.execute("set_incident_state", incident, "closed", who, now)
        body = {"incident": incident, "scope": held["scope"], "person": who}
        await append(transaction, Entry(kind=EntryKind.INCIDENT_CLOSED, body=body, about=_about(incident), at=now))


async def list_incidents(
    database: Database, *, state: str = "", severity: str = "", after: Listed | None = None, limit: int = 50
) -> Sequence[Row]:
    """List incidents in one state and of one severity, or all, after the one that ended a page.

    What is not closed comes first, the worst first, then the newest; then what is closed, the newest first.
    """
    kinds = [kind for kind, reach in _REACH.items() if severity in {"", reach}]
    ranks = [list(Severity).index(_REACH[kind]) for kind in kinds]
    place = (after.id, after.was_closed) if after else (None, False)
    return await database.fetch("list_incidents", state, limit, kinds, ranks, *place)


def severity_of(scope: str) -> Severity:
    """Tell how far a halt of a scope reached."""
    return _REACH.get(scope.partition(":")[0], Severity.LOW)


def missing_of(sections: Sequence[Row]) -> list[str]:
    """List the sections of a review that nobody has written yet."""
    return _missing({row["name"] for row in sections})


async def list_sections(database: Database, incident: UUID) -> Sequence[Row]:
    """List what people wrote into a review."""
    return await database.fetch("list_sections", incident)


async def show_incident(database: Database, incident: UUID) -> Row:
    """Show one incident with its halt.

    Raises:
        NotFound: There is none of that number.
    """
    row = await database.fetch_row("show_incident", incident)
    if row is None:
        raise _nothing(incident)
    return row


async def find_incident(database: Database, typed: str) -> UUID:
    """Find the one incident whose number begins or ends as typed.

    Raises:
        NotFound: None does, or more than one.
    """
    rows = await database.fetch("find_incident", as_kept(typed.lower().replace("%", "").replace("_", "")))
    if len(rows) != 1:
        how = "no incident has" if not rows else "more than one incident has"
        raise NotFound(
            f"{how} a number that begins or ends with `{typed}`. `remit incident list` shows those there are"
        )
    return UUID(str(rows[0]["id"]))


async def _lock(transaction: Transaction, incident: UUID) -> Row:
    row = await transaction.fetch_row("lock_incident", incident)
    if row is None:
        raise _nothing(incident)
    if row["state"] == "closed":
        raise Conflict("this incident is closed, and its review stands as it is. Nothing was changed")
    return row


async def _checked(transaction: Transaction, given: Writing) -> str:
    words = str(as_kept(given.words)).strip()
    if not words or len(words) > _LONGEST:
        raise InputInvalid(f"a section has between 1 and {_LONGEST} characters. Write what there is to say")
    if given.section is not Section.FIX and (given.owner or given.due):
        raise InputInvalid("only a fix has an owner and a date. Leave them away")
    if given.section is Section.FIX:
        owner = await transaction.fetch_row("show_person", as_kept(given.owner))
        if owner is None or not owner["is_active"]:
            raise InputInvalid(f"a fix needs an owner, and nobody here is called `{given.owner[:100]}`. Name a person")
    return words


def _check_seen(stands: Row | None, given: Writing) -> None:
    written_at = stands["written_at"].isoformat() if stands else ""
    if given.seen is not None and given.seen != written_at:
        by = f"`{stands['written_by']}` wrote it" if stands else "it was changed"
        raise Conflict(f"{by} while you were writing `{given.section}`. Read that first, then write yours again")


def _state_after(written: set[str]) -> str:
    return "open" if _missing(written) else "reviewed"


def _missing(written: set[str]) -> list[str]:
    """List the sections that nobody has written yet."""
    begun = {name.partition("-")[0] for name in written}
    return [section.value for section in Section if section.value not in begun]


def _about(incident: UUID) -> str:
    return f"incident:{incident}"


def _nothing(incident: UUID) -> NotFound:
    return NotFound(f"there is no incident `{incident}`. `remit incident list` shows those there are")
