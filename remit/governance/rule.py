"""A rule: one Cedar policy with its sentence, and whom it asks when it is a review.

Three kinds, all of them Cedar policies:

    permit      a grant of the charter
    forbid      nothing lifts it
    review      a forbid that approvals lift: `@roles` names who, each of them; `@otherwise` names who is asked when no
                other rule that spoke asks somebody in particular; `@approvals` says how many people altogether

The condition that approvals lift a review is written here from the annotations and nowhere else, so what a rule says
and what it does cannot differ. A rule text therefore never reads `context.approvals` itself; this also makes sure that
one more approval never forbids anything.

A rule speaks of writing, or it says `action == Action::"read"` in its head and speaks of reading. Reading is never
reviewed, and all that is known of it is who reads and what: such a rule only forbids, and reads no context.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cedarpy import PolicySet, policies_from_json_str
from cedarpy.pst import entity_uids

from remit.charters.role import Role
from remit.errors import PolicyInvalid

ROLES: Final = frozenset(role.value for role in Role if role is not Role.AUDITOR)
"""Who can be asked: an auditor reads everything and answers nothing."""

_ANNOTATIONS: Final = frozenset({"id", "sentence", "roles", "otherwise", "approvals"})
_MOST_APPROVALS: Final = 20
_READ: Final = ("Action", "read")
_READING: Final = {"op": "==", "entity": {"type": "Action", "id": "read"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One Cedar policy."""

    id: str
    sentence: str
    """what it says, to people"""
    origin: str
    """the file or charter it stands in"""
    effect: str
    """`permit` or `forbid`"""
    roles: tuple[str, ...] = ()
    """for a review: each of these must approve"""
    otherwise: tuple[str, ...] = ()
    """for a review: who is asked when no other rule asks somebody in particular"""
    approvals: int = 0
    """for a review: how many people altogether; 0 for a rule that no approval lifts"""
    policy: Mapping[str, Any]
    """in Cedar's JSON form, as asked"""
    names: frozenset[tuple[str, str]]
    """the entities it names, as type and id"""

    def as_json(self) -> dict[str, Any]:
        """All that makes it this rule, wherever it stands."""
        asks = {"roles": list(self.roles), "otherwise": list(self.otherwise), "approvals": self.approvals}
        return {"sentence": self.sentence, "policy": dict(self.policy), **asks}

    @property
    def is_about_reading(self) -> bool:
        """Whether it speaks of what a worker reads, and not of what it writes."""
        return self.policy["action"] == _READING

    @property
    def forbids_writing(self) -> bool:
        """Whether it stands against a write, for good or until people approve."""
        return self.effect == "forbid" and not self.is_about_reading

    @property
    def text(self) -> str:
        """The rule as Cedar text, with the condition that approvals lift it."""
        return policies_from_json_str(as_policy_set(self))


def as_policy_set(*rules: Rule) -> str:
    """Write rules as one policy set in Cedar's JSON form, under their own ids."""
    policies = {rule.id: dict(rule.policy) for rule in rules}
    return orjson.dumps({"staticPolicies": policies, "templates": {}, "templateLinks": []}).decode()


def rules_of(parsed: str, origin: str) -> tuple[Rule, ...]:
    """Read the rules in a policy set in Cedar's JSON form.

    Raises:
        PolicyInvalid: A rule lacks its id or sentence, asks nobody known, or reads the approvals itself.
    """
    try:
        nodes = PolicySet.from_json_str(parsed).to_pst().static_policies
    except ValueError as error:
        raise PolicyInvalid(f"a rule in `{origin}` is nested too deep. Split it into several rules") from error
    document: dict[str, Any] = orjson.loads(parsed)
    if document["templates"]:
        raise PolicyInvalid(f"`{origin}` holds a template. Write a rule without `?principal` and `?resource`")
    named = {key: frozenset((str(uid.type), uid.id) for uid in entity_uids(node)) for key, node in nodes.items()}
    return tuple(_rule(policy, named[key], origin) for key, policy in document["staticPolicies"].items())


def _rule(policy: dict[str, Any], names: frozenset[tuple[str, str]], origin: str) -> Rule:
    notes: dict[str, str] = {key: value or "" for key, value in policy.get("annotations", {}).items()}
    place = f"rule `{notes.get('id', '')}` in `{origin}`"
    _check_annotations(notes, place)
    roles, otherwise = _roles(notes, "roles", place), _roles(notes, "otherwise", place)
    approvals = _approvals(notes, place) if roles or otherwise else 0
    if not {"approvals", "approvers"}.isdisjoint(_attributes(policy)):
        raise PolicyInvalid(f"{place} reads the approvals. Say whom it asks with `@roles` and `@approvals` instead")
    if policy["effect"] != "forbid" and approvals:
        raise PolicyInvalid(f"{place} asks for approvals but permits. A review is written as `forbid`")
    if _READ in names:
        _check_reading(policy, approvals, place)
    return Rule(
        id=notes["id"],
        sentence=notes["sentence"],
        origin=origin,
        effect=policy["effect"],
        roles=roles,
        otherwise=otherwise,
        approvals=approvals,
        policy=_lifted(policy, roles, approvals) if approvals else policy,
        names=names,
    )


def _check_annotations(notes: Mapping[str, str], place: str) -> None:
    if unknown := sorted(notes.keys() - _ANNOTATIONS):
        raise PolicyInvalid(f"{place} has an unknown annotation `@{unknown[0]}`. Known are {_listed(_ANNOTATIONS)}")
    for needed in ("id", "sentence"):
        if not notes.get(needed, "").strip():
            raise PolicyInvalid(f'{place} has no {needed}. Write `@{needed}("…")` above it')
    if "roles" in notes and "otherwise" in notes:
        raise PolicyInvalid(f"{place} has `@roles` and `@otherwise`. Keep one of them")
    if "approvals" in notes and not ("roles" in notes or "otherwise" in notes):
        raise PolicyInvalid(f"{place} has `@approvals` but asks nobody. Add `@roles`")


def _check_reading(policy: dict[str, Any], approvals: int, place: str) -> None:
    if policy["action"] != _READING:
        raise PolicyInvalid(
            f'{place} speaks of reading and of more. Write `action == Action::"read"` in its head alone'
        )
    if approvals:
        raise PolicyInvalid(f"{place} asks for approvals, but reading is not reviewed. Take out whom it asks")
    if b'"Var":"context"' in orjson.dumps(policy["conditions"]):
        raise PolicyInvalid(f"{place} asks what nobody knows of a read. Ask for `principal` and `resource` only")


def _roles(notes: Mapping[str, str], annotation: str, place: str) -> tuple[str, ...]:
    if annotation not in notes:
        return ()
    roles = sorted({role.strip() for role in notes[annotation].split(",")})
    for role in roles:
        if role not in ROLES:
            raise PolicyInvalid(f"{place} asks an unknown role `{role}`. Known are {_listed(ROLES)}")
    return tuple(roles)


def _approvals(notes: Mapping[str, str], place: str) -> int:
    count = notes.get("approvals", "1")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= _MOST_APPROVALS):
        raise PolicyInvalid(f"{place} asks for `{count[:40]}` approvals. Write a number from 1 to {_MOST_APPROVALS}")
    return int(count)


def _lifted(policy: dict[str, Any], roles: tuple[str, ...], approvals: int) -> dict[str, Any]:
    """Add the condition under which approvals lift the rule; for `@otherwise` any approval counts."""
    held = {".": {"left": {"Var": "context"}, "attr": "approvals"}}
    given = {".": {"left": {"Var": "context"}, "attr": "approvers"}}
    by_roles: dict[str, Any] = {"containsAll": {"left": held, "right": {"Set": [{"Value": role} for role in roles]}}}
    by_anyone: dict[str, Any] = {"!": {"arg": {"isEmpty": {"arg": held}}}}
    enough = {">=": {"left": given, "right": {"Value": approvals}}}
    body = {"&&": {"left": by_roles if roles else by_anyone, "right": enough}}
    return {**policy, "conditions": [*policy["conditions"], {"kind": "unless", "body": body}]}


def _attributes(node: Any) -> Iterator[str]:
    """Every attribute a policy reads, at any depth; the depth was bounded when it was read."""
    if isinstance(node, list):
        for item in node:  # pyright: ignore[reportUnknownVariableType]  # JSON
            yield from _attributes(item)
    elif isinstance(node, dict):
        attribute: Any = node.get("attr")  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]  # JSON
        yield from [attribute] if isinstance(attribute, str) else attribute or ()
        for item in node.values():  # pyright: ignore[reportUnknownVariableType]  # JSON
            yield from _attributes(item)


def _listed(words: frozenset[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))
