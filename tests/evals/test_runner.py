from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import remit.workers
from remit.charters.charter import Stage
from remit.errors import InputInvalid, NotFound
from remit.evals.case import (
    ActionExpected,
    AnswerGiven,
    Case,
    Expect,
    FaultGiven,
    Given,
    RecordGiven,
    ReviewExpected,
    SignalGiven,
)
from remit.evals.report import report
from remit.evals.runner import run_case
from remit.store.database import Database

CASES = Path(remit.workers.__file__).parent / "finance" / "invoice_review" / "cases"
CLEARED = (
    ActionExpected(operation="erp.record_invoice", arguments={}),
    ActionExpected(operation="erp.clear_invoice", arguments={}),
)
SMALL_INVOICE = "05-partial-delivery"


def _case(given: Given, expect: Expect, *answers: AnswerGiven, never: tuple[str, ...] = ()) -> Case:
    says = "What is tried in this test."
    return Case(path=CASES / "tried.yaml", says=says, given=given, answers=answers, expect=expect, never=never)


async def test_case_that_holds_has_no_problems(database: Database) -> None:
    """A case whose expectations are met holds, and the report says so."""
    case = _case(Given(files=(SMALL_INVOICE,)), Expect(outcome="done", actions=CLEARED))

    result = await run_case(case, database)

    assert result.problems == ()
    assert report([result]).endswith("1 cases, all hold")


async def test_every_difference_is_told(database: Database) -> None:
    """Outcome, reason, reviews, handoffs and what must never happen are each held against what happened."""
    expect = Expect(
        outcome="stopped",
        reason=("the moon",),
        actions=CLEARED,
        reviews=(ReviewExpected(operation="erp.clear_invoice", roles=("reviewer",)),),
        handoffs={"somewhere": "completed"},
        also={"another-worker": "done"},
    )
    case = _case(Given(files=(SMALL_INVOICE,)), expect, never=("erp.clear_invoice",))

    result = await run_case(case, database)

    told = report([result])
    assert len(result.problems) == 6
    assert "ended as done" in told
    assert "does not say `the moon`" in told
    assert "another-worker ended as no run" in told
    assert "`erp.clear_invoice` took effect, which it never may" in told
    assert "the reviews asked were []" in told
    assert "the handoffs were {}" in told
    assert told.endswith("1 cases, 1 do not hold")


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (CLEARED[:1], "expected were erp.record_invoice"),
        (CLEARED[::-1], "the actions were erp.record_invoice, erp.clear_invoice"),
        ((), "expected were none"),
        ((replace(CLEARED[0], arguments={"gross": 1}), CLEARED[1]), "`gross` of `erp.record_invoice` was 216104"),
        ((replace(CLEARED[0], arguments={"colour": "red"}), CLEARED[1]), "`colour` of `erp.record_invoice` was None"),
    ],
)
async def test_actions_are_compared_in_order(
    database: Database, actions: tuple[ActionExpected, ...], said: str
) -> None:
    """An action too many, one too few, another order and another argument are each a difference."""
    case = _case(Given(files=(SMALL_INVOICE,)), Expect(outcome="done", actions=actions))

    result = await run_case(case, database)

    assert len(result.problems) == 1
    assert said in result.problems[0]


async def test_answer_nobody_asked_for_is_refused(database: Database) -> None:
    """An answer that no review waits for is a mistake in the case, not a case that holds."""
    answer = AnswerGiven(operation="erp.clear_invoice", person="lena.fischer", verdict="approve")
    case = _case(Given(files=(SMALL_INVOICE,)), Expect(outcome="done", actions=CLEARED), answer)

    with pytest.raises(InputInvalid, match="nobody asked for these answers"):
        await run_case(case, database)


async def test_unknown_invoice_is_refused(database: Database) -> None:
    """A practice invoice that does not exist is named, with those that do."""
    case = _case(Given(files=("99-nothing",)), Expect(outcome="no run"))

    with pytest.raises(InputInvalid, match=r"no practice invoice `99-nothing`.*01-clean"):
        await run_case(case, database)


async def test_unknown_system_and_worker_are_refused(database: Database) -> None:
    """A fault of no system, and a worker of no folder, are mistakes in the case."""
    fault = FaultGiven(system="fax", operation="send", kind="busy")

    with pytest.raises(NotFound, match="fax"):
        await run_case(_case(Given(faults=(fault,)), Expect(outcome="no run")), database)
    with pytest.raises(InputInvalid, match="there is no worker in `nothing`"):
        await run_case(_case(Given(workers=("finance/nothing",)), Expect(outcome="no run")), database)


async def test_what_is_given_is_there(database: Database) -> None:
    """Records, stages, signals and the day of a case are what the worker meets."""
    given = Given(
        today=date(2026, 5, 4),
        records=(
            RecordGiven(
                system="erp", kind="invoice", id="INV-1", set={"status": "held", "hold": {"reason": "as said"}}
            ),
        ),
        stages={"erp.note_invoice": Stage.ASSISTIVE},
        signals=(SignalGiven(type="invoice.flagged", data={"invoice": "INV-1"}),),
    )
    case = _case(given, Expect(outcome="stopped", reason=("INV-1 is held already: as said",)))

    result = await run_case(case, database)

    assert result.problems == ()
    assert result.happened.runs[0]["opened_at"].date() == date(2026, 5, 4)
