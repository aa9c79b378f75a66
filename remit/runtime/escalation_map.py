"""The escalation map: every path along which work crosses into another domain, who answers for it, and its gaps.

A path is a line of a charter. Its load is counted from the handoffs that used it. What no charter names any more, but
still has handoffs under way, is a gap like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from remit.charters import registry
from remit.charters.charter import Charter, Domain, EscalationPath
from remit.charters.charter_file import parse_charter
from remit.charters.lifecycle import Status
from remit.charters.role import Role
from remit.errors import CharterInvalid
from remit.governance.halts import list_halts
from remit.governance.roles import Person, list_people
from remit.governance.stand_ins import list_absences
from remit.store.database import Database, Row

LOOKS_BACK: Final = timedelta(days=30)
"""how far back endings are counted"""

_MOST_ABSENCES: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why work may not arrive, in words."""

    says: str
    is_severe: bool
    """whether it may not arrive at all, rather than late"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What went along a path lately."""

    under_way: int = 0
    unacknowledged: int = 0
    late: int = 0
    oldest: datetime | None = None
    failed: int = 0
    completed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedPath:
    """One escalation path, with all a person asks of it."""

    worker: str
    title: str
    sender: str
    """the domain it comes from"""
    receiver: str
    """the domain it goes to"""
    path: EscalationPath | None
    """None when no charter names it any more"""
    name: str
    receivers: tuple[str, ...]
    """the workers there that begin with it"""
    load: Load
    gaps: tuple[Gap, ...]
    told: tuple[str, ...]
    """who gets it now, in sentences"""

    @property
    def is_severe(self) -> bool:
        """Whether work may not arrive."""
        return any(gap.is_severe for gap in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who is here at a moment, what is stopped, and which worker begins with what."""

    people: Mapping[str, Person]
    away: Mapping[str, datetime]
    """people who are away, until when"""
    halts: frozenset[str]
    """the scopes that are stopped"""
    charters: Sequence[tuple[Charter, Status]]

    def name_of(self, person: str) -> str:
        """Name somebody as people know them."""
        known = self.people.get(person)
        return f"{known.name} ({person})" if known else f"`{person}`"

    def is_reachable(self, person: str) -> bool:
        """Whether somebody is known, has not left, and is not away."""
        known = self.people.get(person)
        return bool(known and known.is_active and person not in self.away)

    def on_duty(self, role: Role, domain: str) -> list[str]:
        """List who holds a role in a domain and is reachable."""
        return [one.id for one in self.people.values() if one.holds(role, domain) and self.is_reachable(one.id)]


async def read_map(database: Database, now: datetime) -> list[MappedPath]:
    """Read the map: the paths with gaps first, the severe ones before the others."""
    staff = await _read_staff(database, now)
    rows = await database.fetch("count_handoffs", now, now - LOOKS_BACK)
    loads = {(row["from_worker"], row["path"]): row for row in rows}
    paths = [
        _mapped(charter, status, path, loads.pop((charter.name, path.name), None), staff)
        for charter, status in staff.charters
        for path in charter.escalation_paths
    ]
    paths += [_orphaned(row, staff) for row in loads.values() if row["under_way"]]
    return sorted(paths, key=lambda one: (not one.is_severe, not one.gaps, one.sender, one.worker, one.name))


async def _read_staff(database: Database, now: datetime) -> Staff:
    absences = await list_absences(database, now, limit=_MOST_ABSENCES)
    charters: list[tuple[Charter, Status]] = []
    for version in await registry.list_current(database):
        charter = _charter(version.charter, version.worker)
        if charter and version.status is not Status.RETIRED:
            charters.append((charter, version.status))
    return Staff(
        people={one.id: one for one in await list_people(database)},
        away={row["person"]: row["until"] for row in absences if row["since"] <= now},
        halts=frozenset(row["scope"] for row in await list_halts(database)),
        charters=charters,
    )


@lru_cache(maxsize=512)
def _charter(text: str, name: str) -> Charter | None:
    """Read a charter; the same text is read once."""
    try:
        return parse_charter(text, file=f"{name}/charter.yaml")
    except CharterInvalid:
        return None


# ── one path ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _mapped(charter: Charter, status: Status, path: EscalationPath, row: Row | None, staff: Staff) -> MappedPath:
    receivers = _receivers(path, staff)
    load = _load(row)
    return MappedPath(
        worker=charter.name,
        title=charter.title or charter.name,
        sender=charter.domain.value,
        receiver=path.receiving_domain.value,
        path=path,
        name=path.name,
        receivers=tuple(one.name for one, _ in receivers),
        load=load,
        gaps=tuple(find_gaps(path, receivers, load, staff)),
        told=tuple(who_gets_it(path, receivers, staff))
        if status is Status.LIVE
        else (f"`{charter.name}` is {status.value.replace('_', ' ')} and hands nothing over.",),
    )


def _orphaned(row: Row, staff: Staff) -> MappedPath:
    sender = next((charter.domain.value for charter, _ in staff.charters if charter.name == row["from_worker"]), "")
    gap = Gap(says="handoffs are under way along it, but no charter names it any more", is_severe=True)
    return MappedPath(
        worker=row["from_worker"],
        title=row["from_worker"],
        sender=sender,
        receiver=row["receiving_domain"],
        path=None,
        name=row["path"],
        receivers=(),
        load=_load(row),
        gaps=(gap,),
        told=("Nothing new goes along it. Those under way name their owners.",),
    )


def _load(row: Row | None) -> Load:
    names = ("under_way", "unacknowledged", "late", "oldest", "failed", "completed")
    return Load(**{name: row[name] for name in names}) if row else Load()


def _receivers(path: EscalationPath, staff: Staff) -> list[tuple[Charter, Status]]:
    event = f"handoff.{path.name}"
    return [
        (charter, status)
        for charter, status in staff.charters
        if any(trigger.event == event for trigger in charter.triggers)
    ]


def find_gaps(
    path: EscalationPath, receivers: Sequence[tuple[Charter, Status]], load: Load, staff: Staff
) -> Iterator[Gap]:
    """Say why work along a path may not arrive, or late."""
    for what, person in (("owner", path.owner), ("failure owner", path.failure_owner)):
        if wrong := _missing(what, person, staff):
            yield wrong
    if not receivers:
        yield Gap(says=f"no worker begins with `handoff.{path.name}`: nobody takes it up", is_severe=True)
    elif not any(_can_begin(each, staff) for each in receivers):
        names = ", ".join(f"`{charter.name}`" for charter, _ in receivers)
        yield Gap(says=f"{names} would take it up, but is stopped or off duty", is_severe=True)
    domain = path.receiving_domain.value
    if not (staff.on_duty(Role.ON_CALL, domain) or staff.on_duty(Role.DOMAIN_LEAD, domain)):
        where = domain.replace("_", " ")
        yield Gap(says=f"nobody is on duty in {where}: neither on call nor leading the domain", is_severe=False)
    if load.late:
        yield Gap(says=f"{load.late} not taken up in time", is_severe=True)


def _missing(what: str, person: str, staff: Staff) -> Gap | None:
    known = staff.people.get(person)
    if known is None:
        said = f"no {what} here: " + (f"nobody is called `{person}`" if person else "the seat is vacant")
        return Gap(says=said, is_severe=True)
    if not known.is_active:
        return Gap(says=f"{what} {known.name} has left", is_severe=True)
    if person in staff.away:
        return Gap(says=f"{what} {known.name} is away until {staff.away[person]:%Y-%m-%d %H:%M} UTC", is_severe=False)
    return None


def _can_begin(each: tuple[Charter, Status], staff: Staff) -> bool:
    charter, status = each
    return status is Status.LIVE and staff.halts.isdisjoint(charter.scopes)


def who_gets_it(path: EscalationPath, receivers: Sequence[tuple[Charter, Status]], staff: Staff) -> Iterator[str]:
    """Say who would get a handoff along a path at this moment, by name, and why."""
    for each in receivers:
        charter, status = each
        where = charter.domain.value.replace("_", " ")
        name = f"The worker {charter.title or charter.name} in {where}"
        if _can_begin(each, staff):
            yield f"{name} begins at once: `handoff.{path.name}` triggers it."
        else:
            why = "it is stopped" if status is Status.LIVE else f"it is {status.value.replace('_', ' ')}"
            yield f"{name} does not begin: {why}."
    yield _owner_says(path, staff)
    hours = path.acknowledge_within / 3600
    within = f"{hours:g} hour{'' if hours == 1 else 's'}" if hours >= 1 else f"{path.acknowledge_within // 60} minutes"
    reach = "" if staff.is_reachable(path.failure_owner) else ", who is not here now"
    yield f"Not taken up within {within}, it fails, and {staff.name_of(path.failure_owner)} is named{reach}."


def _owner_says(path: EscalationPath, staff: Staff) -> str:
    if staff.is_reachable(path.owner):
        return f"{staff.name_of(path.owner)} answers for it: the charter names them as owner, and they are here."
    domain = path.receiving_domain.value
    others = [*staff.on_duty(Role.ON_CALL, domain), *staff.on_duty(Role.DOMAIN_LEAD, domain)]
    first = f"{staff.name_of(path.owner)} is named as owner, but is not here now; nothing passes it on by itself."
    if not others:
        return f"{first} Nobody else is on duty in {domain.replace('_', ' ')}."
    names = ", ".join(staff.name_of(one) for one in dict.fromkeys(others))
    return f"{first} On duty in {domain.replace('_', ' ')}: {names}."


DOMAINS: Final = tuple(domain.value for domain in Domain)
"""The columns, in their order."""
