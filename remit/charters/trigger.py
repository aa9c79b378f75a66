"""Triggers: whether a signal begins a worker, and when a cron trigger is due next. Pure; strange data never matches."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from croniter import CroniterBadDateError, CroniterError, croniter

from remit.charters.charter import Condition, Trigger

_NUMBERS: Final = r"[0-9*/,-]{1,60}"
_CRON: Final = re.compile(
    rf"{_NUMBERS} {_NUMBERS} {_NUMBERS} [0-9a-zA-Z*/,-]{{1,60}} [0-9a-zA-Z*/,-]{{1,60}}", re.ASCII
)


def matches(trigger: Trigger, type_: str, data: Mapping[str, Any]) -> bool:
    """Tell whether a signal of this type with this data begins the worker. A missing field never matches."""
    return trigger.event == type_ and all(_holds(condition, data) for condition in trigger.where)


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
        return croniter(cron, after).get_next(datetime)
    except (CroniterBadDateError, OverflowError):
        raise ValueError(f"`{cron}` is never due") from None
    except (CroniterError, ValueError, KeyError, AttributeError):
        raise ValueError(f"`{cron}` is no cron expression") from None


def _holds(condition: Condition, data: Mapping[str, Any]) -> bool:
    value = read_field(data, condition.field)
    if value is None:
        return False
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (
        (condition.equals is None or _same(value, condition.equals))
        and (not condition.is_in or any(_same(value, each) for each in condition.is_in))
        and (condition.over is None or (is_number and value > condition.over))
        and (condition.under is None or (is_number and value < condition.under))
    )


def _same(value: object, wanted: object) -> bool:
    """Compare without taking `True` for 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
