"""Checks a charter against what exists: the operations of the connected systems, and the people of the house."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from remit.charters.charter import Charter, Seats

_LIKE: Final = 0.75  # names of two operations are often alike; below this a suggestion only misleads


def check_operations(charter: Charter, known: Mapping[str, str]) -> list[str]:
    """List what is wrong with the operations a charter names; nothing when all is well.

    Args:
        charter: The charter.
        known: Every operation there is, `read` or `write` by its full name.
    """
    return [
        *_reads(charter, known),
        *_grants(charter, known),
        *_patterns("is prohibited", (each.operation for each in charter.prohibitions), known),
        *_patterns("is reviewed", (name for rule in charter.reviews for name in rule.operations), known),
    ]


def check_people(charter: Charter, known: Collection[str]) -> list[str]:
    """List the people a charter names whom nobody knows; nothing when all are there.

    Args:
        charter: The charter.
        known: The ids of the people of the house.
    """
    named: dict[str, list[str]] = {}
    for place, person in _people(charter):
        named.setdefault(person, []).append(place)
    return [
        f"nobody is called `{person}`, named as {', '.join(places)}. {_advice(person, known, 'Add the person first')}"
        for person, places in named.items()
        if person not in known
    ]


def check_identities(charters: Iterable[Charter]) -> list[str]:
    """List what two workers are both known by; nothing when each is known by its own."""
    known: dict[tuple[str, str], list[str]] = {}
    for charter in charters:
        identity = charter.identity
        for what, value in (("account", identity.user), ("mail address", identity.mail), ("number", identity.phone)):
            known.setdefault((what, value.replace(" ", "")), []).append(charter.name)
    return [
        f"the {what} `{value}` is that of `{'` and `'.join(names)}`. Give each worker its own"
        for (what, value), names in known.items()
        if value and len(names) > 1
    ]


def _reads(charter: Charter, known: Mapping[str, str]) -> Iterator[str]:
    for access in charter.systems:
        for read in access.reads:
            yield from _unknown(read, known)
            if known.get(read) == "write":
                yield f"`{read}` writes. List it under `grants`"
            if _system(read) != access.system:
                yield f"`{read}` stands under the system `{access.system}`. Move it to `{_system(read)}`"


def _grants(charter: Charter, known: Mapping[str, str]) -> Iterator[str]:
    systems = {access.system for access in charter.systems}
    missing: dict[str, None] = {}
    for grant in charter.grants:
        yield from _unknown(grant.operation, known)
        if known.get(grant.operation) == "read":
            yield f"`{grant.operation}` only reads. List it under `reads` of its system"
        if _system(grant.operation) not in systems:
            missing[_system(grant.operation)] = None
    for system in missing:
        yield f"something is granted in `{system}`, which is not among `systems`. Add `{system}` there"


def _patterns(what: str, names: Iterable[str], known: Mapping[str, str]) -> Iterator[str]:
    """Find names of operations or, with `.*`, of systems that do not exist: such a rule would never speak."""
    everything = {*known, *(f"{_system(name)}.*" for name in known)}
    for name in names:
        if name not in everything:
            advice = _advice(name, everything, "Connect its system first")
            yield f"unknown operation `{name}` {what}. {advice}"


def _unknown(name: str, known: Mapping[str, str]) -> Iterator[str]:
    if name not in known:
        yield f"unknown operation `{name}`. {_advice(name, known, 'Connect its system first')}"


def _advice(name: str, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(name[:200], sorted(known), n=1, cutoff=_LIKE)
    return f"Did you mean `{near[0]}`?" if near else otherwise


def _system(operation: str) -> str:
    return operation.partition(".")[0]


def _people(charter: Charter) -> Iterator[tuple[str, str]]:
    yield "business owner", charter.business_owner
    yield "technical owner", charter.technical_owner
    yield from _seated("of the worker", charter.seats)
    for grant in charter.grants:
        if grant.seats:
            yield from _seated(f"of `{grant.operation}`", grant.seats)
    for person in charter.escalation_contacts:
        yield "escalation contact", person
    for path in charter.escalation_paths:
        yield f"owner of the path `{path.name}`", path.owner
        yield f"failure owner of the path `{path.name}`", path.failure_owner


def _seated(where: str, seats: Seats) -> Iterator[tuple[str, str]]:
    yield f"accountable {where}", seats.accountable
    yield f"system owner {where}", seats.system_owner
    yield f"risk owner {where}", seats.risk_owner
