"""Triggers: what begins a worker, when a clock is due, and which workers share one. Strange data never matches."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from math import inf
from typing import Any, Final, cast

from croniter import CroniterBadDateError, CroniterError, croniter

from remit.charters.charter import Charter, Condition, Trigger

_NUMBERS: Final = r"[0-9*/,-]{1,60}"
_NUMBERS_OR_NAMES: Final = r"(?:[0-9*/,-]|[a-zA-Z]{3}){1,60}"
# Five fields of numbers and names. What the library knows beyond that, random moments among it, has no place here.
_CRON: Final = re.compile(" ".join([_NUMBERS] * 3 + [_NUMBERS_OR_NAMES] * 2), re.ASCII)


def matches(trigger: Trigger, type_: str, data: Mapping[str, Any]) -> bool:
    """Tell whether a signal of this type with this data begins the worker. A missing field never matches.

    What the clock begins, no signal matches.
    """
    return (
        bool(trigger.event) and trigger.event == type_ and all(_holds(condition, data) for condition in trigger.where)
    )


def read_field(data: Mapping[str, Any], path: str) -> Any:
    """Read a field by its path with dots; None when there is none."""
    value: Any = data
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(name)
    return value


def next_due(cron: str, after: datetime) -> datetime:
    """Tell when a cron expression of five fields is due next, in UTC.

    Raises:
        ValueError: It is no such expression, or never due.
    """
    if not _CRON.fullmatch(cron):
        raise ValueError(f"`{cron}` is no cron expression")
    try:
        return croniter(cron, after.astimezone(UTC)).get_next(datetime)
    except (CroniterBadDateError, OverflowError):
        raise ValueError(f"`{cron}` is never due") from None
    except (CroniterError, ValueError, KeyError, AttributeError):
        raise ValueError(f"`{cron}` is no cron expression") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two workers that one thing that happens may both begin."""

    workers: tuple[str, str]
    triggers: tuple[str, str]
    """the trigger of each"""
    sentence: str


def overlaps(charters: Iterable[Charter]) -> tuple[Overlap, ...]:
    """Find the triggers that two workers share, unless their conditions can never hold together.

    Two workers may begin at the same moment of the clock: that is nobody's property.
    """
    owners: dict[tuple[str, str], list[tuple[str, Trigger]]] = {}
    for charter in charters:
        for trigger in charter.triggers:
            if not trigger.cron:
                what = (trigger.since, trigger.by) if trigger.since else (trigger.event, "")
                owners.setdefault(what, []).append((charter.name, trigger))
    found = [
        _overlap(first, second)
        for sharing in owners.values()
        for first, second in combinations(sorted(sharing, key=lambda each: (each[0], each[1].name)), 2)
        if first[0] != second[0] and _can_both_begin(first[1], second[1])
    ]
    return tuple(sorted(found, key=lambda each: (each.workers, each.triggers)))


def _overlap(first: tuple[str, Trigger], second: tuple[str, Trigger]) -> Overlap:
    (one, by_one), (other, by_other) = first, second
    what = f"`{by_one.since}` left alone" if by_one.since else f"`{by_one.event}`"
    sentence = (
        f"{what} can begin both `{one}` (by `{by_one.name}`) and `{other}` (by `{by_other.name}`). "
        "Add a `where` that separates them, or give the work to one"
    )
    return Overlap(workers=(one, other), triggers=(by_one.name, by_other.name), sentence=sentence)


def _can_both_begin(first: Trigger, second: Trigger) -> bool:
    """Tell whether the conditions of both can hold; only what can be proved apart is apart."""
    conditions = (*first.where, *second.where)
    fields = {condition.field for condition in conditions}
    return all(_can_hold([each for each in conditions if each.field == field]) for field in fields)


def _can_hold(conditions: Sequence[Condition]) -> bool:
    """Tell whether one value can meet all these conditions on the same field."""
    named = next((_named(each) for each in conditions if _named(each)), None)
    if named is not None:  # the value is one of few: try each
        return any(all(_meets(each, value) for each in conditions) for value in named)
    least = max((each.over for each in conditions if each.over is not None), default=-inf)
    most = min((each.under for each in conditions if each.under is not None), default=inf)
    return least < most


def _named(condition: Condition) -> tuple[Any, ...]:
    """Give the only values a condition can hold for; nothing when it names none."""
    return condition.is_in if condition.equals is None else (condition.equals,)


def _holds(condition: Condition, data: Mapping[str, Any]) -> bool:
    value = read_field(data, condition.field)
    return value is not None and _meets(condition, value)


def _meets(condition: Condition, value: object) -> bool:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return (
        (condition.equals is None or _same(value, condition.equals))
        and (not condition.is_in or any(_same(value, each) for each in condition.is_in))
        and (condition.over is None or (number is not None and number > condition.over))
        and (condition.under is None or (number is not None and number < condition.under))
    )


def _same(value: object, wanted: object) -> bool:
    """Compare without taking `True` for 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
