"""What takes an action back, as its system declares it, and what of its arguments the action itself tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remit.charters.charter import Charter
from remit.connections.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What takes an action back: an action like any other, for a person to ask for."""

    operation: str
    arguments: dict[str, Any]
    """as far as the action itself tells them"""
    missing: tuple[str, ...]
    """what somebody has to look up first"""
    is_granted: bool
    """whether the worker's own charter lets it do this; if not, a person does it in the system"""
    sets_a_value: bool
    """whether it is the same operation again, which has to be given the former value"""


def reversal_of(
    done: str, operations: Mapping[str, Operation], known: Mapping[str, Any], charter: Charter | None
) -> Reversal | None:
    """Tell what takes an action back; None when nothing does.

    Args:
        done: The operation that was done.
        operations: What the connected systems can be asked.
        known: What it was done with, and what the system answered.
        charter: The worker's current one, when it can be read.
    """
    did = operations.get(done)
    taken_back_by = operations.get(did.reversed_by) if did else None
    if taken_back_by is None:
        return None
    # What sets a value is taken back by setting the former one, which only its first argument, the thing, tells here.
    needed, is_same = taken_back_by.required, taken_back_by is did
    tells = needed[:1] if is_same else needed
    told = {name: known[name] for name in tells if known.get(name) is not None}
    return Reversal(
        operation=taken_back_by.name,
        arguments=told,
        missing=tuple(name for name in needed if name not in told),
        is_granted=bool(charter and charter.grant(taken_back_by.name)),
        sets_a_value=is_same,
    )
