"""Triggers: what begins a worker, and which workers share one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.charters.charter import Charter, Condition, Trigger
from remit.charters.charter_file import parse_charter
from remit.charters.trigger import matches, next_due, overlaps, read_field

_SCALARS: st.SearchStrategy[Any] = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from(["a", "b", 0.5, -1.5]))
_NUMBERS = st.sampled_from([-2.0, -0.5, 0.0, 1.0, 2.5])
_CONDITIONS = st.builds(
    Condition,
    field=st.sampled_from(["x", "y", "z.w"]),
    equals=st.one_of(st.none(), st.none(), _SCALARS),
    is_in=st.one_of(st.just(()), st.lists(_SCALARS, min_size=1, max_size=3).map(tuple)),
    over=st.one_of(st.none(), _NUMBERS),
    under=st.one_of(st.none(), _NUMBERS),
)
_WHERE = st.lists(_CONDITIONS, max_size=3).map(tuple)
_DATA = st.fixed_dictionaries({"x": _SCALARS, "y": _SCALARS, "z": st.fixed_dictionaries({"w": _SCALARS})})
_STRANGE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("wxyz"), inner, max_size=3),
    max_leaves=10,
)


def _begins(where: tuple[Condition, ...], data: dict[str, Any]) -> bool:
    return matches(Trigger(name="t", event="e", where=where), "e", data)


def _workers(example: str, *triggers: Trigger) -> list[Charter]:
    """Make a worker for each trigger."""
    charter = parse_charter(example, file="f")
    return [
        replace(charter, name=f"worker-{number}", triggers=(each,)) for number, each in enumerate(triggers, start=1)
    ]


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition(field="a.b", equals=1), 1, True),
        (Condition(field="a.b", equals=1), 1.0, True),
        (Condition(field="a.b", equals=1), True, False),
        (Condition(field="a.b", equals=False), 0, False),
        (Condition(field="a.b", equals=False), False, True),
        (Condition(field="a.b", equals="1"), 1, False),
        (Condition(field="a.b", is_in=("x", "y")), "y", True),
        (Condition(field="a.b", is_in=("x", "y")), ["y"], False),
        (Condition(field="a.b", over=40), 40, False),
        (Condition(field="a.b", over=40), 40.1, True),
        (Condition(field="a.b", over=40), "41", False),
        (Condition(field="a.b", over=0), True, False),
        (Condition(field="a.b", over=40), float("nan"), False),
        (Condition(field="a.b", over=40), 10**400, True),
        (Condition(field="a.b", over=1, under=3), 2, True),
        (Condition(field="a.b", over=1, under=3), 3, False),
        (Condition(field="a.b", under=3), None, False),
        (Condition(field="a.b", under=3), {}, False),
    ],
)
def test_a_condition_compares_one_field(condition: Condition, value: object, holds: bool) -> None:  # noqa: FBT001  # a table of what holds
    """Numbers are compared as numbers, true is not 1, and what is of another kind never matches."""
    assert _begins((condition,), {"a": {"b": value}}) is holds


def test_another_type_of_signal_never_matches() -> None:
    """Only the trigger's own event begins it, and a trigger without one is begun by no signal."""
    assert not matches(Trigger(name="t", event="e"), "f", {})
    for by_the_clock in (Trigger(name="t", cron="0 7 * * *"), Trigger(name="t", since="e", by="a", days=1)):
        assert not matches(by_the_clock, "clock.elapsed", {})
        assert not matches(by_the_clock, "", {})


@given(where=_WHERE, data=_STRANGE)
def test_strange_data_never_raises(where: tuple[Condition, ...], data: Any) -> None:
    """Whatever a system sends, the answer is yes or no."""
    assert _begins(where, {"x": data, "y": data, "z": data}) in {True, False}


@given(where=_WHERE, more=_CONDITIONS, data=_DATA)
def test_one_more_condition_never_matches_more(
    where: tuple[Condition, ...], more: Condition, data: dict[str, Any]
) -> None:
    """All conditions must hold, so that adding one can only narrow."""
    assert _begins(where, data) or not _begins((*where, more), data)


@pytest.mark.parametrize("path", ["", ".", "a..b", "a.b.c.d", "x"])
def test_a_path_that_leads_nowhere_reads_nothing(path: str) -> None:
    """A field that is not there is None, whatever is there instead."""
    assert read_field({"a": {"b": [1]}, "": 0}, path) in {None, 0}
    assert read_field({"a": {"b": 1}}, "a.b") == 1


def test_a_cron_moment_is_in_utc_and_later() -> None:
    """The next moment lies after the one given, at the minute the five fields say."""
    after = datetime(2026, 1, 2, 7, 0, tzinfo=UTC)  # a Friday

    assert next_due("0 7 * * 1-5", after) == datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
    assert next_due("0 7 * * MON-FRI", after) == datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
    assert next_due("0 0 29 2 *", after) == datetime(2028, 2, 29, tzinfo=UTC)


def test_a_cron_moment_is_in_utc_whoever_asks() -> None:
    """The five fields are read in UTC, in whatever zone the time before is given."""
    after = datetime(2026, 1, 1, 9, 0, tzinfo=timezone(timedelta(hours=5)))  # four in the morning in UTC

    due = next_due("0 7 * * *", after)

    assert (due, due.utcoffset()) == (datetime(2026, 1, 1, 7, 0, tzinfo=UTC), timedelta())


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "@daily",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "*/0 * * * *",
        "R R * * *",
        "H H * * *",
        "0 0 L * *",
        "0 0 30 2 *",
        "0 0 * * FOO",
        "5-1-3 * * * *",
        ", * * * *",
        "0-" * 30 + "0 * * * *",
        "1 * * * *\n",
    ],
)
def test_what_is_no_moment_is_refused(cron: str) -> None:
    """Random, never and nonsense are no cron expressions."""
    with pytest.raises(ValueError, match=r"is no cron expression|is never due"):
        next_due(cron, datetime(2026, 1, 1, tzinfo=UTC))


@given(cron=st.text("0123456789*/,- LRH#?MONFRI", max_size=24))
def test_any_cron_text_is_read_or_refused(cron: str) -> None:
    """No text makes the clock stumble."""
    after = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        due = next_due(cron, after)
    except ValueError:
        return

    assert due > after


def _where(**comparison: Any) -> tuple[Condition, ...]:
    return (Condition(field="x", **comparison),)


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ((), (), True),
        (_where(equals=1), (), True),
        (_where(equals=1), _where(equals=2), False),
        (_where(equals=1), _where(equals=1.0), True),
        (_where(equals=1), _where(equals=True), False),
        (_where(is_in=("a", "b")), _where(is_in=("c",)), False),
        (_where(is_in=("a", "b")), _where(is_in=("b", "c")), True),
        (_where(is_in=("a", "b")), _where(equals="b"), True),
        (_where(over=40), _where(under=40), False),
        (_where(over=40), _where(under=41), True),
        (_where(over=1, under=5), _where(over=5), False),
        (_where(over=40), _where(equals=40), False),
        (_where(over=40), _where(equals=41), True),
        (_where(over=40), _where(equals="41"), False),
        (_where(over=40), (Condition(field="y", under=3),), True),
        ((*_where(over=40), Condition(field="y", equals="a")), (Condition(field="y", equals="b"),), False),
    ],
)
def test_one_event_for_two_workers_is_an_overlap_unless_proved_apart(
    example: str,
    first: tuple[Condition, ...],
    second: tuple[Condition, ...],
    shared: bool,  # noqa: FBT001  # a table of what holds
) -> None:
    """Only conditions on the same field that can never hold together keep two workers apart."""
    triggers = [Trigger(name="t", event="e", where=where) for where in (first, second)]

    assert bool(overlaps(_workers(example, *triggers))) is shared
    assert bool(overlaps(reversed(_workers(example, *triggers)))) is shared


def test_an_overlap_names_both_workers_and_triggers(example: str) -> None:
    """The sentence can be acted on: which event, which workers, by which triggers."""
    (found,) = overlaps(_workers(example, Trigger(name="one", event="e"), Trigger(name="two", event="e")))

    assert (found.workers, found.triggers) == (("worker-1", "worker-2"), ("one", "two"))
    assert found.sentence == (
        "`e` can begin both `worker-1` (by `one`) and `worker-2` (by `two`). "
        "Add a `where` that separates them, or give the work to one"
    )


def test_an_elapsed_time_has_one_owner(example: str) -> None:
    """Two workers that wait for silence about the same thing overlap, however long each waits."""
    silence = Trigger(name="a", since="touched", by="account", days=14)
    longer, of_another = replace(silence, name="b", days=30), replace(silence, name="c", by="deal")

    assert [each.triggers for each in overlaps(_workers(example, silence, longer, of_another))] == [("a", "b")]


def test_a_moment_of_the_clock_belongs_to_nobody(example: str) -> None:
    """Two workers that begin at seven do not overlap."""
    assert overlaps(_workers(example, *[Trigger(name="t", cron="0 7 * * *")] * 2)) == ()


def test_a_worker_does_not_overlap_with_itself(example: str) -> None:
    """One worker may have the same event twice: it begins once."""
    (worker,) = _workers(example, Trigger(name="t", event="e"))
    double = replace(worker, triggers=(Trigger(name="t", event="e"), Trigger(name="u", event="e")))

    assert overlaps([double, double]) == ()


@given(first=_WHERE, second=_WHERE, data=_DATA)
def test_what_begins_both_is_always_found(
    example: str, first: tuple[Condition, ...], second: tuple[Condition, ...], data: dict[str, Any]
) -> None:
    """If some data begins both workers, they overlap: being apart is never claimed wrongly."""
    triggers = [Trigger(name="t", event="e", where=where) for where in (first, second)]
    both = _begins(first, data) and _begins(second, data)

    assert overlaps(_workers(example, *triggers)) or not both
