"""Reversals: what a worker did is taken back by a reviewed action, while the worker is stopped too."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.approvals import expire_reviews
from remit.governance.blast_report import report
from remit.governance.halts import lift, stop
from remit.governance.incident_review import write_review
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.reversals import Request, request_reversal
from remit.store.database import Database
from tests.houses import (
    act,
    answer_review,
    copy_worker,
    done_of,
    notify,
    opened_house,
    review_of,
    rows_of,
    score,
    send,
    state_of,
    states_of,
    task,
    tell,
    told,
    work,
    work_at_once,
)

_GRANTS = "  - {operation: crm.log_activity, stage: high_trust, per_day: 5"
_MORE = "  - {operation: tasks.cancel_task, stage: high_trust, because: it is taken back}\n" + _GRANTS


@pytest.fixture
async def harmed(database: Database, tmp_path: Path) -> AsyncGenerator[tuple[House, Company, str]]:
    """A house whose worker may cancel tasks and has created one too many; with the key of that."""
    workers = copy_worker(tmp_path, changes={_GRANTS: _MORE})
    async with opened_house(database, workers=workers) as (house, company):
        run = await tell(house, task())
        await work(house)
        yield house, company, f"{run}:1"


async def _stop(house: House, scope: str = "worker:as-told") -> UUID:
    return (await stop(house.database, scope, "it creates tasks nobody needs", "ken.ito", house.clock.now())).id


async def _request(house: House, key: str, who: str = "ken.ito", **arguments: Any) -> UUID:
    request = Request(key=key, who=who, reason="nobody asked for it", arguments=arguments)
    return await request_reversal(house.database, house.connections.operations, request, house.clock.now())


@pytest.mark.parametrize("scope", ["worker:as-told", "workflow:tests-of-the-gateway", "domain:customer_experience"])
async def test_harm_is_taken_back_while_its_worker_is_halted(harmed: tuple[House, Company, str], scope: str) -> None:
    """A reversal waits for a second person, is then performed once, and nothing else of the worker goes on."""
    house, company, key = harmed
    await _stop(house, scope)
    held = await tell(house, score(), number=2)

    run = await _request(house, key)
    await work(house)
    asked, before = await state_of(house, run), await done_of(company)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)
    await work(house)

    assert (asked["state"], asked["waits_for"]) == ("waiting", "review")
    assert before == ["tasks.create_task 1"]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]
    assert (await state_of(house, held))["waits_for"] == "halt"


async def test_whoever_requested_it_does_not_approve_it(harmed: tuple[House, Company, str]) -> None:
    """The person who wants an action taken back is not the one who says that it may happen."""
    house, company, key = harmed
    await _stop(house)
    run = await _request(house, key, who="sara.lind")
    await work(house)

    with pytest.raises(NotAllowed):
        await answer_review(house, run, person="sara.lind")
    await work(house)

    assert await states_of(house, run) == ["waiting", "waiting"]
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_a_person_is_asked_without_a_halt_too(harmed: tuple[House, Company, str]) -> None:
    """However far the worker is trusted with the operation, a reversal waits for a person, who reads what it undoes."""
    house, company, key = harmed

    run = await _request(house, key)
    await work(house)
    review = await review_of(house, run)

    assert review["roles"] == ["reviewer"]
    [evidence] = (await rows_of(house, "SELECT packet -> 'evidence' AS given FROM review"))[0]["given"]
    assert (evidence["action"], evidence["operation"]) == (key, "tasks.create_task")
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_what_the_charter_does_not_grant_is_forbidden(opened: tuple[House, Company]) -> None:
    """A reversing operation the worker was never granted is not done, not even to take something back."""
    house, company = opened
    done = await tell(house, task())
    await work(house)
    await _stop(house)

    run = await _request(house, f"{done}:1")
    await work(house)

    assert await states_of(house, run) == ["exception", "forbidden"]
    assert "No grant covers `tasks.cancel_task`" in (await state_of(house, run))["reason"]
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_requested_twice_it_is_one(harmed: tuple[House, Company, str]) -> None:
    """A second request, by anybody, finds the run that is under way; once it is done there is nothing to request."""
    house, company, key = harmed
    first = await _request(house, key)

    again = await _request(house, key, who="sara.lind")
    await work(house)
    await answer_review(house, first, person="nina.kowalski")
    await work(house)
    with pytest.raises(Conflict, match="taken back already"):
        await _request(house, key)

    assert again == first
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]
    assert len(await find_entries(house.database, Search(kind="reversal.requested"), limit=10)) == 1


async def test_people_who_request_at_the_same_time_request_one(harmed: tuple[House, Company, str]) -> None:
    """Many requests at once open one run, and it takes effect once."""
    house, company, key = harmed

    runs = await asyncio.gather(*(_request(house, key, who=who) for who in ("ken.ito", "sara.lind", "you") * 4))
    await work_at_once(house)
    await answer_review(house, runs[0], person="nina.kowalski")
    await work_at_once(house)

    assert len(set(runs)) == 1
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]


@pytest.mark.parametrize("scope", ["everything", "connection:tasks"])
async def test_what_may_not_be_asked_at_all_is_not_asked_for_a_reversal(
    harmed: tuple[House, Company, str], scope: str
) -> None:
    """A halt of everything or of the connection holds it up, approved or not; after its lift it goes on by itself."""
    house, company, key = harmed
    await _stop(house)
    run = await _request(house, key)
    await work(house)
    await _stop(house, scope)

    with pytest.raises(Conflict, match="is halted"):
        await answer_review(house, run, person="nina.kowalski")
    await lift(house.database, scope, "it is mended", "you", house.clock.now())
    await answer_review(house, run, person="nina.kowalski")
    await _stop(house, scope)
    await work(house)
    held, before = await state_of(house, run), await done_of(company)
    await lift(house.database, scope, "it is mended", "you", house.clock.now())
    await work(house)

    assert (held["state"], held["waits_for"], before) == ("waiting", "halt", ["tasks.create_task 1"])
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]


async def test_a_review_of_a_reversal_runs_out_under_a_halt(harmed: tuple[House, Company, str]) -> None:
    """Its review is not frozen, so its time goes on: nobody in time is a reject, and it may be requested again."""
    house, company, key = harmed
    await _stop(house)
    run = await _request(house, key)
    await work(house)
    house.clock.advance(hours=25)

    expired = await expire_reviews(house.database, house.clock.now())
    await work(house)
    again = await _request(house, key)
    await work(house)
    await answer_review(house, again, person="nina.kowalski")
    await work(house)

    assert expired == 1
    assert await states_of(house, run) == ["stopped", "rejected"]
    assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]


async def test_what_is_missing_is_named(opened: tuple[House, Company]) -> None:
    """A value that the action does not tell has to be given, and is then what the reviewer sees."""
    house, company = opened
    done = await tell(house, score(40))
    await work(house)

    with pytest.raises(InputInvalid, match="also needs: score"):
        await _request(house, f"{done}:1")
    run = await _request(house, f"{done}:1", score=72)
    await work(house)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)

    [action] = (await state_of(house, run))["actions"]
    assert action["arguments"] == {"account": "A-101", "score": 72, "reason": "nobody asked for it"}
    assert await done_of(company) == ["crm.set_health_score 1", "crm.set_health_score 1"]


async def test_a_reversal_stays_with_what_was_done(opened: tuple[House, Company]) -> None:
    """Nobody turns a reversal against something else than what the action was done to."""
    house, _ = opened
    done = await tell(house, score(40))
    await work(house)

    with pytest.raises(InputInvalid, match="`account` stays what it was"):
        await _request(house, f"{done}:1", score=72, account="A-102")
    run = await _request(house, f"{done}:1", score=72)
    with pytest.raises(Conflict, match="otherwise"):
        await _request(house, f"{done}:1", score=1)

    assert (await state_of(house, run))["data"]["arguments"]["score"] == 72


async def test_setting_nothing_takes_nothing_back(opened: tuple[House, Company]) -> None:
    """Where the same operation sets the former value, a request without one would do nothing, and is refused."""
    house, _ = opened
    [row] = await rows_of(house, "SELECT id FROM practice.record WHERE kind = 'ticket' ORDER BY id LIMIT 1")
    done = await tell(house, act("desk.tag_ticket", ticket=row["id"], add=["urgent"]))
    await work(house)
    for person in ("nina.kowalski", "ruth.adler", "sara.lind"):
        await answer_review(house, done, person=person)
    await work(house)

    with pytest.raises(InputInvalid, match="what it was before"):
        await _request(house, f"{done}:1")
    run = await _request(house, f"{done}:1", remove=["urgent"])

    assert await states_of(house, done) == ["done", "performed"]
    assert (await state_of(house, run))["data"]["arguments"] == {"ticket": row["id"], "remove": ["urgent"]}


async def test_what_did_not_happen_or_cannot_be_undone_is_refused(opened: tuple[House, Company]) -> None:
    """Nothing takes back an action that took no effect, one whose system declares no way, or another reversal."""
    house, _ = opened
    asked = await tell(house, notify(), number=1)
    done = await tell(house, score(), number=2)
    noted = await tell(house, act("crm.log_activity", account="A-101", kind="call", summary="called"), number=3)
    await work(house)
    run = await _request(house, f"{done}:1", score=72)
    await work(house)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)

    with pytest.raises(Conflict, match="is waiting: only what took effect"):
        await _request(house, f"{asked}:1")
    with pytest.raises(InputInvalid, match=r"nothing takes `crm\.log_activity` back"):
        await _request(house, f"{noted}:1")
    with pytest.raises(Conflict, match=f"took `{done}:1` back"):
        await _request(house, f"{run}:1", score=40)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "nothing",
        ":",
        f"{UUID(int=7)}",
        f"{UUID(int=7)}:1",
        f"{UUID(int=7)}:99999999999",
        f"{UUID(int=7)}:²",
        "a\0b:1",
        "x" * 5000,
    ],
)
async def test_an_action_nobody_knows_is_refused(opened: tuple[House, Company], key: str) -> None:
    """Whatever is typed for a key, nothing is begun."""
    house, _ = opened

    with pytest.raises(NotFound):
        await _request(house, key)


@pytest.mark.parametrize("who", ["nina.kowalski", "jonas.weber", "nobody", "maria.gone"])
async def test_not_everybody_may_request_it(harmed: tuple[House, Company, str], who: str) -> None:
    """It is for whoever lifts halts or writes incidents there; reviewers, auditors and strangers are refused."""
    house, _, key = harmed

    with pytest.raises(NotAllowed):
        await _request(house, key, who=who)

    assert not await find_entries(house.database, Search(kind="reversal.requested"), limit=10)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 4001])
async def test_a_reversal_needs_a_reason(harmed: tuple[House, Company, str], reason: str) -> None:
    """Whoever reviews it reads why."""
    house, _, key = harmed
    request = Request(key=key, who="ken.ito", reason=reason)

    with pytest.raises(InputInvalid, match="needs a reason"):
        await request_reversal(house.database, house.connections.operations, request, house.clock.now())


async def test_a_signal_that_calls_itself_a_reversal_is_none(harmed: tuple[House, Company, str]) -> None:
    """Who may only send signals gets no run past a halt by the name of its source."""
    house, company, _ = harmed
    await _stop(house)
    false = told(score(), number=9)

    [run] = await send(house, type(false)(source="remit://reversal", signal_id="9", type=false.type, data=false.data))
    await work(house)

    assert (await state_of(house, run))["waits_for"] == "halt"
    assert await done_of(company) == ["tasks.create_task 1"]


async def test_a_worker_that_ran_in_circles_is_taken_back_all_the_same(database: Database, tmp_path: Path) -> None:
    """The limits on how often a worker begins are about its own beginning: they keep nobody from taking back."""
    limits = "limits: {runs_per_hour: 1, runs_per_trace: 1}\nreview_within: 24h"
    workers = copy_worker(tmp_path, changes={_GRANTS: _MORE, "review_within: 24h": limits})
    async with opened_house(database, workers=workers) as (house, company):
        done = await tell(house, task())
        await work(house)

        run = await _request(house, f"{done}:1")
        await work(house)
        await answer_review(house, run, person="nina.kowalski")
        await work(house)

        assert await done_of(company) == ["tasks.create_task 1", "tasks.cancel_task 1"]


async def test_report_and_incident_tell_what_became_of_it(harmed: tuple[House, Company, str]) -> None:
    """Both say who requested which reversal and how far it has come, and it is no further harm to take back."""
    house, _, key = harmed
    halt = await _stop(house)
    run = await _request(house, key)
    await work(house)
    asked = await report(house.database, halt, house.connections.operations)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)

    told_after = await report(house.database, halt, house.connections.operations)
    [incident] = await rows_of(house, "SELECT id FROM incident")
    page = await write_review(house.database, incident["id"])

    assert (asked.reviews, asked.runs) == ((), ())
    [done] = told_after.done
    [requested] = done.requested
    assert (done.key, requested["run"], requested["requested_by"]) == (key, run, "ken.ito")
    assert (asked.done[0].requested[0]["action_state"], requested["action_state"]) == ("waiting", "performed")
    assert f"`{key}` by `tasks.cancel_task`, requested by ken.ito: performed" in page
    assert "reversal.requested tasks.cancel_task" in page


async def test_an_override_stands_on_the_run(harmed: tuple[House, Company, str]) -> None:
    """A run tells whether a person edited, rejected, stopped or reversed something in it, and another does not."""
    house, _, key = harmed
    quiet = await tell(house, score(), number=2)
    rejected, edited = await tell(house, notify(), number=3), await tell(house, notify(), number=4)
    await work(house)
    await answer_review(house, rejected, "reject", person="nina.kowalski")
    await answer_review(house, edited, person="nina.kowalski", arguments={"account": "A-101", "message": "look"})
    await work(house)
    house.clock.advance(seconds=1)
    await _stop(house)
    stopped = await tell(house, score(), number=5)
    run = await _request(house, key)
    await work(house)
    before = (await state_of(house, UUID(key.partition(":")[0])))["overrides"]
    await answer_review(house, run, person="nina.kowalski")
    await work(house)

    told_of = [(await state_of(house, each))["overrides"] for each in (quiet, rejected, edited, stopped)]

    assert told_of == [[], ["rejected"], ["edited"], ["stopped"]]
    assert before == []
    assert (await state_of(house, UUID(key.partition(":")[0])))["overrides"] == ["reversed"]
