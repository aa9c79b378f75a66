"""Says in words what is left of a rule when some of what it asks for is not known yet.

A form of condition that has no words here gives none: then the rule's own sentence has to do.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

Node = Mapping[str, Any]
"""An expression in Cedar's JSON form."""

_OPPOSITE: Final = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "==": "!=", "!=": "=="}
_SAID: Final = {"<": "is under", ">=": "is at least", "<=": "is at most", ">": "is over", "==": "is", "!=": "is not"}


def condition_of(residual: Node) -> bool | Node:
    """Reduce what is left of a rule: True when it always speaks, False when never, else the condition."""
    conditions = [_reduced(each["body"]) for each in residual["conditions"]]
    left = [each for each in conditions if each is not True]
    if False in left:
        return False
    return _all(left) if left else True


def words_of(node: Node) -> str:
    """Say a condition in words; empty when there are none for it."""
    return _words(node, negated=False) or ""


def _all(nodes: list[Any]) -> Node:
    first, *others = nodes
    for other in others:
        first = {"&&": {"left": first, "right": other}}
    return first


def _reduced(node: Node) -> bool | Node:
    if "Value" in node and isinstance(node["Value"], bool):
        return node["Value"]
    if "!" in node:
        inner = _reduced(node["!"]["arg"])
        return not inner if isinstance(inner, bool) else {"!": {"arg": inner}}
    for sign, neutral in (("&&", True), ("||", False)):
        if sign in node:
            left, right = _reduced(node[sign]["left"]), _reduced(node[sign]["right"])
            if (not neutral) in (left, right):
                return not neutral
            if left is neutral or right is neutral:
                return right if left is neutral else left
            return {sign: {"left": left, "right": right}}
    return node


def _words(node: Node, *, negated: bool) -> str | None:
    sign, inner = next(iter(node.items()))
    if sign == "!":
        return _words(inner["arg"], negated=not negated)
    if sign in {"&&", "||"}:
        return _joined(inner, "and" if (sign == "&&") is not negated else "or", negated=negated)
    if sign in _SAID:
        return _compared(inner, _OPPOSITE[sign] if negated else sign)
    if sign in {"contains", "containsAny"}:
        return _contained(inner, negated=negated)
    return None


def _joined(inner: Node, word: str, *, negated: bool) -> str | None:
    left, right = (_words(inner[side], negated=negated) for side in ("left", "right"))
    return f"{left} {word} {right}" if left and right else None


def _compared(inner: Node, sign: str) -> str | None:
    name, value = _unknown(inner["left"]), _value(inner["right"])
    if name is None or value is None:
        return None
    said = _VALUES.get(name, _plain)(value)
    return f"{_NAMES.get(name, name)} {_SAID[sign]} {said}"


def _contained(inner: Node, *, negated: bool) -> str | None:
    name, value = _unknown(inner["right"]), _value(inner["left"])
    if name is None:  # the other way round: an unknown set that holds something
        name, value = _unknown(inner["left"]), _value(inner["right"])
    if name is None or value is None:
        return None
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    listed = ", ".join(_plain(each) for each in values)
    return f"{_NAMES.get(name, name)} {'is none of' if negated else 'is among'} {listed}"


def _unknown(node: Node) -> str | None:
    unknown = node.get("unknown")
    return str(unknown[0]["Value"]) if unknown else None


def _value(node: Node) -> Any:
    if "Set" in node:
        return [_value(each) for each in node["Set"]]
    value: Any = node.get("Value")
    return cast("Node", value)["__entity"]["id"] if isinstance(value, dict) else value


def _plain(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else str(value)


def _amount(value: Any) -> str:
    return f"{value / 100:,.2f}"


def _confidence(value: Any) -> str:
    return f"{value / 10:g} %"


_NAMES: Final = {
    "amount": "the amount",
    "confidence": "the confidence",
    "currency": "the currency",
    "tier": "the customer's tier",
    "category": "the category",
    "concerns": "what was noticed",
    "performed_today": "how often it was done today",
}
_VALUES: Final[Mapping[str, Callable[[Any], str]]] = {"amount": _amount, "confidence": _confidence}
