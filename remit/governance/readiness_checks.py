"""What the house itself can tell of each line of the launch checklist, from all that is known of a worker.

A line stands on facts; its signature is over their digest. Facts therefore hold what must stay as it was signed, and
nothing that changes by itself from day to day, such as a count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from remit.charters.charter import Charter
from remit.charters.limits import Budget
from remit.charters.worker_record import WorkerRecord
from remit.connections.operation import Operation
from remit.governance.harm import Harm
from remit.governance.raci import SEATS, vacant
from remit.governance.roles import Person

DRILLED_WITHIN: Final = timedelta(days=92)
"""how old the last drill of the kill switch that passed may be"""

JUDGED: Final = 20
"""how many proposals people must have judged before a worker counts as tried"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of one worker when its checklist is drawn."""

    charter: Charter
    record: WorkerRecord
    people: Mapping[str, Person]
    operations: Mapping[str, Operation]
    connected: Mapping[str, bool]
    """by connected system whether it answers"""
    harm: Harm | None
    """None when the rules cannot tell"""
    is_revoked: bool
    drilled_at: datetime | None
    """when the last drill of the kill switch that passed ended"""
    authors: frozenset[str]
    """who brought the charter and the stages in force"""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the house finds about one line."""

    says: str
    missing: tuple[str, ...] = ()
    """what is not as it is asked"""
    facts: Any = None
    """what a signature is over"""
    about: tuple[str, ...] = ()
    """the people a line is about, who do not sign it"""


def _listed(words: Iterable[str], none: str = "none") -> str:
    return ", ".join(words) or none


def check_job(known: Known) -> Found:
    """Look at the job and the point where people take over."""
    charter = known.charter
    missing = () if charter.purpose and charter.process else ("say what it is for, and in which process",)
    facts = {"purpose": charter.purpose, "process": charter.process, "contacts": list(charter.escalation_contacts)}
    hands = f"It hands over to {_listed(charter.escalation_contacts, 'nobody')} when it cannot go on"
    return Found(says=f"{charter.purpose.rstrip('.')}; in {charter.process}. {hands}", missing=missing, facts=facts)


def check_triggers(known: Known) -> Found:
    """Look at what begins it."""
    names = [trigger.name for trigger in known.charter.triggers]
    missing = () if names else ("nothing begins it. Define a trigger",)
    return Found(
        says=f"Begun by {_listed(names)}", missing=missing, facts=[asdict(each) for each in known.charter.triggers]
    )


def check_grants(known: Known) -> Found:
    """Look at what it may write and why."""
    grants = known.charter.grants
    bare = tuple(f"`{each.operation}` has no reason" for each in grants if not each.because)
    says = f"Writes granted{', each with its reason' if not bare else ''}: {len(grants)}"
    forbidden = [each.operation for each in known.charter.prohibitions]
    facts = {"grants": [asdict(each) for each in grants], "prohibitions": forbidden}
    return Found(says=f"{says}; prohibited: {_listed(forbidden)}", missing=bare, facts=facts)


def check_reviews(known: Known) -> Found:
    """Look at when people are asked first."""
    rules, unseen = known.charter.reviews, _unseen(known)
    says = f"Rules of its own that ask people first, besides those of the house: {len(rules)}"
    if known.harm:
        says += f". It may do {_listed(unseen)} without being asked"
    facts = {"rules": [asdict(each) for each in rules], "alone": unseen}
    missing = () if known.harm else ("nobody can tell what it may do alone: its rules cannot be read",)
    return Found(says=says, missing=missing, facts=facts)


def _unseen(known: Known) -> list[str]:
    return [each.operation for each in known.harm.operations if each.actions != 0] if known.harm else []


def check_outcome(known: Known) -> Found:
    """Look at the figure of the business it is to move."""
    return Found(
        says="The house measures the Correct Action Rate. Say the business figure it is to move, and by how much",
        facts={"purpose": known.charter.purpose},
    )


def check_connections(known: Known) -> Found:
    """Look at the systems it uses."""
    used = known.record.connected_systems
    absent = [f"`{name}` is not connected here" for name in used if name not in known.connected]
    ill = [f"`{name}` does not answer" for name in used if known.connected.get(name) is False]
    says = f"It uses {_listed(used)}"
    return Found(says=says, missing=(*absent, *ill), facts={"systems": list(used), "ill": sorted({*absent, *ill})})


def check_data(known: Known) -> Found:
    """Look at which data it sees."""
    reading = [each for each in known.charter.systems if each.reads]
    missing = tuple(f"which data of `{each.system}` is not said" for each in reading if not each.scope)
    says = "; ".join(f"{each.system}: {each.scope or 'not said'}" for each in reading) or "It reads nothing"
    return Found(says=says, missing=missing, facts=[asdict(each) for each in known.charter.systems])


def check_retention(known: Known) -> Found:
    """Look at how long its traces are kept."""
    days = known.charter.retention_days
    return Found(says=f"What its runs hold is kept for {days} days", facts={"days": days})


def check_tried(known: Known) -> Found:
    """Look at whether people judged what it proposed."""
    judged = known.record.accuracy.reviewed
    missing = () if judged >= JUDGED else (f"people judged {judged} of its proposals. {JUDGED} are asked for",)
    facts = {"version": known.record.version, "is_enough": judged >= JUDGED}
    return Found(says=f"People judged {judged} of its proposals", missing=missing, facts=facts)


def check_limits(known: Known) -> Found:
    """Look at its budgets and limits."""
    charter = known.charter
    missing = ("it has no limit over a day. Set a budget",) if charter.budget == Budget() else ()
    facts = {"budget": asdict(charter.budget), "limits": asdict(charter.limits)}
    return Found(says="What it may use in a day, and what stops a run", missing=missing, facts=facts)


def check_harm(known: Known) -> Found:
    """Look at the most it could do wrong."""
    harm = known.harm
    if harm is None:
        return Found(says="Nobody can tell", missing=("its rules cannot be read. Correct the charter",))
    unlimited = [each.operation for each in harm.operations if each.actions is None]
    missing = tuple(f"nothing limits `{each}`" for each in unlimited)
    most = "Any number of" if harm.actions is None else f"At most {harm.actions}"
    facts = {
        "actions": harm.actions,
        "money": dict(harm.money),
        "operations": [each.sentence for each in harm.operations],
    }
    return Found(says=f"{most} writes in a day before a person sees one", missing=missing, facts=facts)


def check_switch(known: Known) -> Found:
    """Look at the drills of the kill switch."""
    fresh = known.drilled_at is not None and known.now - known.drilled_at <= DRILLED_WITHIN
    missing = () if fresh else (f"no drill passed in the last {DRILLED_WITHIN.days} days. Hold one",)
    says = (
        f"The last drill that passed was on {known.drilled_at:%Y-%m-%d}" if known.drilled_at else "No drill has passed"
    )
    return Found(says=says, missing=missing, facts={"is_drilled": fresh})


def check_rollback(known: Known) -> Found:
    """Look at what can be taken back."""
    granted = [known.operations[each.operation] for each in known.charter.grants if each.operation in known.operations]
    final = sorted(each.name for each in granted if not each.is_reversible)
    alone = sorted({*final} & {*_unseen(known)})
    missing = tuple(f"nothing takes `{each}` back, and nobody is asked before it" for each in alone)
    says = f"Nothing takes back: {_listed(final)}. The others are taken back by an operation of their system"
    return Found(
        says=says if final else "Each write can be taken back", missing=missing, facts={"final": final, "alone": alone}
    )


def check_identity(known: Known) -> Found:
    """Look at how the company knows it."""
    own = known.charter.identity
    named = {"account": own.user, "mail": own.mail, "phone": own.phone, "seat": own.seat}
    missing = [f"it has no {what}" for what, value in named.items() if not value]
    missing += ["its identity is revoked"] * known.is_revoked
    said = _listed(f"{what} {value}" for what, value in named.items() if value)
    return Found(
        says=f"In the company: {said}", missing=tuple(missing), facts={**named, "is_revoked": known.is_revoked}
    )


def check_watch(known: Known) -> Found:
    """Look at who hears of what is unusual."""
    owners = {who: _is_here(known, who) for who in known.charter.owners}
    missing = tuple(f"`{who}` is not here and would hear of nothing" for who, here in owners.items() if not here)
    factor = known.charter.limits.spike_factor
    says = f"Both owners hear when it uses {factor:g} times what is usual; the overview shows the rest"
    return Found(says=says, missing=missing, facts={"owners": owners, "factor": factor})


def _is_here(known: Known, who: str) -> bool:
    return who in known.people and known.people[who].is_active


def _owner(known: Known, who: str, seat: str) -> Found:
    role, domain = SEATS[seat], known.charter.domain
    held = _is_here(known, who) and known.people[who].holds(role, domain)
    missing = () if held else (f"`{who}` is not here as {role.replace('-', ' ')}",)
    return Found(
        says=f"{who}, {role.replace('-', ' ')}", missing=missing, facts={"who": who, "held": held}, about=(who,)
    )


def check_business(known: Known) -> Found:
    """Look at its business owner."""
    return _owner(known, known.charter.business_owner, "accountable")


def check_technical(known: Known) -> Found:
    """Look at its technical owner."""
    return _owner(known, known.charter.technical_owner, "system owner")


def check_seats(known: Known) -> Found:
    """Look at who answers for each action."""
    roles = {who: one.roles for who, one in known.people.items() if one.is_active}
    charter = known.charter
    by_action = {grant.operation: charter.seats_for(grant.operation) for grant in charter.grants}
    missing = [
        f"the {seat} of `{operation}` is vacant"
        for operation, seats in by_action.items()
        for seat in vacant(seats, roles, charter.domain)
    ]
    holders = {(one.accountable, one.system_owner, one.risk_owner) for one in by_action.values()}
    about = tuple(sorted({who for each in holders for who in each if who}))
    facts = {"seats": {name: asdict(one) for name, one in by_action.items()}, "vacant": missing}
    return Found(says=f"Held by {_listed(about)}", missing=tuple(missing), facts=facts, about=about)


def check_reviewers(known: Known) -> Found:
    """Look at who can answer what it asks."""
    wanted = sorted({role for rule in known.charter.reviews for role in rule.roles})
    able = {role: _able(known, role) for role in wanted}
    missing = [f"nobody here is {role.replace('-', ' ')}" for role, people in able.items() if not people]
    missing += [
        f"`{rule.name}` asks {rule.approvals} people, and there are fewer"
        for rule in known.charter.reviews
        if len({who for role in rule.roles for who in able[role]}) < rule.approvals
    ]
    says = "; ".join(f"{role.replace('-', ' ')}: {len(people)}" for role, people in able.items())
    return Found(
        says=says or "Its charter asks no particular role",
        missing=tuple(missing),
        facts={"missing": missing, "roles": wanted},
    )


def _able(known: Known, role: str) -> Sequence[str]:
    return [who for who, one in known.people.items() if one.holds(role, known.charter.domain)]


def check_paths(known: Known) -> Found:
    """Look at who takes over."""
    charter = known.charter
    named = {
        *charter.escalation_contacts,
        *(who for path in charter.escalation_paths for who in (path.owner, path.failure_owner)),
    }
    gone = sorted(who for who in named if not _is_here(known, who))
    missing = [f"`{who}` is not here" for who in gone]
    if not charter.escalation_contacts:
        missing.append("nobody is asked when it cannot go on")
    count = len(charter.escalation_paths)
    says = f"Escalation paths, each with an owner: {count}" if count else "It hands nothing to another domain"
    facts = {
        "contacts": list(charter.escalation_contacts),
        "paths": [asdict(each) for each in charter.escalation_paths],
        "gone": gone,
    }
    return Found(says=says, missing=tuple(missing), facts=facts)
