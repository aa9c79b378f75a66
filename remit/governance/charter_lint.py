"""Check what a charter says before it is compiled: Cedar catches no unknown operation, no double id and no wrong unit.

A rule about something that does not exist never speaks, so a name mistyped in a prohibition would quietly prohibit
nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from remit.charters.charter import Charter, Domain, Grant, ReviewRule, Stage
from remit.connections.operation import Kind, Operation, Risk
from remit.errors import PolicyInvalid
from remit.governance.rule import ROLES

_LARGEST: Final = 2**63 - 1


def check_charter(charter: Charter, operations: Mapping[str, Operation]) -> None:
    """Check that a charter's rules mean something.

    Raises:
        PolicyInvalid: Naming every fault found.
    """
    faults = [
        *_names_faults(charter, operations),
        *(fault for grant in charter.grants for fault in _grant_faults(grant)),
        *(fault for review in charter.reviews for fault in _review_faults(review)),
        *_doubles("grant of", (grant.operation for grant in charter.grants)),
        *_doubles("prohibition of", (prohibition.operation for prohibition in charter.prohibitions)),
        *_doubles("review rule", (review.name for review in charter.reviews)),
    ]
    if faults:
        raise PolicyInvalid(f"the charter of `{charter.name}` cannot be used: {'; '.join(faults)}")


def closest(name: str, known: Iterable[str]) -> str:
    """Find the name most like one that is unknown; empty when none is like it."""
    return next(iter(get_close_matches(name[:200], sorted(known), n=1)), "")


def _names_faults(charter: Charter, operations: Mapping[str, Operation]) -> Iterator[str]:
    systems = {f"{operation.system}.*" for operation in operations.values()}
    for grant in charter.grants:
        yield from _unknown(grant.operation, operations)
        if grant.operation in operations and operations[grant.operation].kind is not Kind.WRITE:
            yield f"`{grant.operation}` only reads. List it under `systems` instead of `grants`"
        elif named := operations.get(grant.operation):
            yield from _idle_caps(grant, named)
    for read in sorted(charter.reads):
        yield from _unknown(read, operations)
        if read in operations and operations[read].kind is not Kind.READ:
            yield f"`{read}` writes. List it under `grants` instead of `systems`"
    for prohibition in charter.prohibitions:
        yield from _unknown(prohibition.operation, {*operations, *systems})
    for review in charter.reviews:
        for name in review.operations:
            yield from _unknown(name, {*operations, *systems})


def _idle_caps(grant: Grant, operation: Operation) -> Iterator[str]:
    if grant.recipients and not operation.sinks:
        yield f"`{grant.operation}` sends nothing anywhere. Take `recipients` out of its grant"
    if grant.money_per_day is not None and not operation.amount:
        yield f"`{grant.operation}` moves no money. Take `money_per_day` out of its grant"


def _unknown(name: str, known: Iterable[str]) -> Iterator[str]:
    if name not in known:
        near = closest(name, known)
        yield f"unknown operation `{name}`. " + (f"Did you mean `{near}`?" if near else "Connect its system first")


def _grant_faults(grant: Grant) -> Iterator[str]:
    place = f"the grant of `{grant.operation}`"
    yield from _number(place, "limit", grant.limit)
    yield from _number(place, "per_day", grant.per_day)
    yield from _number(place, "money_per_day", grant.money_per_day)
    if grant.limit is not None and not grant.currency:
        yield f"{place} has a limit without a currency. Add `currency`"


def _review_faults(review: ReviewRule) -> Iterator[str]:
    place = f"the review rule `{review.name}`"
    if not review.name.strip():
        yield "a review rule has no name. Add `name`"
    if not review.roles:
        yield f"{place} asks nobody. Add `roles`"
    yield from _words(place, "role", review.roles, ROLES)
    yield from _words(place, "risk", review.risks, [risk.value for risk in Risk])
    yield from _words(place, "stage", review.stages, [stage.value for stage in Stage])
    yield from _words(place, "domain", review.domains, [domain.value for domain in Domain])
    yield from _number(place, "approvals", review.approvals, least=1, most=20)
    yield from _number(place, "amount_over", review.amount_over)
    yield from _number(place, "confidence_under", review.confidence_under, most=1001)
    if review.amount_over is not None and not review.currency:
        yield f"{place} compares an amount without a currency. Add `currency`"


def _words(place: str, what: str, words: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word not in known:
            yield f"{place} names an unknown {what} `{word}`. Known are {', '.join(sorted(known))}"


def _number(place: str, what: str, value: Any, *, least: int = 0, most: int = _LARGEST) -> Iterator[str]:
    # A boolean is an integer to Python and a float would be cut by the rules: neither is what was meant.
    if value is not None and (type(value) is not int or not least <= value <= most):
        yield f"{place} has `{what}` {value!r}. Write a whole number from {least} to {most}"


def _doubles(what: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"the {what} `{name}` stands twice. Keep one"
        seen.add(name)
