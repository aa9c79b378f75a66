from pathlib import Path
from uuid import UUID

import pytest

from remit.errors import Conflict, NotAllowed
from remit.governance.roles import Person, save_person
from remit.practice.company import Company
from remit.runtime.employ import employ_all
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import (
    TAG,
    act,
    answer_review,
    copy_worker,
    done_of,
    notify,
    opened_house,
    ran,
    review_of,
    rows_of,
    state_of,
    states_of,
    tell,
    work,
)


async def _reviews(house: House, run: UUID) -> list[tuple[str, str]]:
    rows = await rows_of(house, "SELECT kind, state FROM review WHERE run = $1 ORDER BY opened_at, id", run)
    return [(row["kind"], row["state"]) for row in rows]


async def _jobs(house: House) -> int:
    [row] = await rows_of(house, "SELECT count(*) FROM pgqueuer")
    return row["count"]


async def test_an_approval_is_used_once(opened: tuple[House, Company]) -> None:
    """An approval lets one action take effect, once, and is used up."""
    house, company = opened
    run = await ran(house)

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used")]
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_approval_of_one_step_is_none_of_the_next(opened: tuple[House, Company]) -> None:
    """The same write asked twice in one run is reviewed twice."""
    house, company = opened
    run = await tell(house, notify(), notify())
    await work(house)

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used"), ("action", "open")]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_altered_digest_is_asked_again(opened: tuple[House, Company]) -> None:
    """An approval of anything else than the action's own digest is void, and a person is asked."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run)
    await rows_of(house, "UPDATE review SET digest = 'f00'")

    await work(house)

    assert await _reviews(house, run) == [("action", "superseded"), ("action", "open")]
    assert await states_of(house, run) == ["waiting", "waiting"]
    assert await done_of(company) == []


async def test_altered_arguments_are_not_performed(opened: tuple[House, Company]) -> None:
    """Arguments slipped under an approval do not take effect: what was approved does."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run)
    await rows_of(house, 'UPDATE review SET arguments = arguments || \'{"message": "altered"}\'')

    await work(house)

    assert [effect.arguments["message"] for effect in await company.effects()] == ["usage is down"]


async def test_an_approval_under_an_older_charter_is_asked_again(database: Database, tmp_path: Path) -> None:
    """A new charter voids approvals given under the old one; the person who approved is asked again."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, company):
        run = await ran(house)
        await answer_review(house, run)
        copy_worker(workers, changes={"it is prohibited": "it is prohibited still"})
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()

        await work(house)
        before = await _reviews(house, run)
        await answer_review(house, run)
        await work(house)

        assert before == [("action", "superseded"), ("action", "open")]
        assert await states_of(house, run) == ["done", "performed"]
        assert await done_of(company) == ["crm.notify_owner 1"]


async def test_an_approval_outlives_a_new_playbook(database: Database, tmp_path: Path) -> None:
    """A new playbook under the same charter leaves approvals as they are: what was approved is still what runs."""
    workers = copy_worker(tmp_path)
    async with opened_house(database, workers=workers) as (house, _):
        run = await ran(house)
        await answer_review(house, run)
        playbook = (workers / "as_told" / "playbook.py").read_text()
        copy_worker(workers, playbook=playbook + "\n# another remark\n")
        await employ_all(database, workers, house.clock.now())
        await house.roster.refresh()

        await work(house)

        assert await states_of(house, run) == ["done", "performed"]


@pytest.mark.parametrize("number", [1e16, 1.5e300, -0.0, 12345678901234567.0, 0.1, 2**63])
async def test_numbers_of_any_size_are_approved_once(opened: tuple[House, Company], number: float) -> None:
    """However the database writes a number, an approval is still of the same arguments."""
    house, _ = opened
    run = await ran(house, act("crm.notify_owner", account="A-101", message="hello", extra=number))

    await answer_review(house, run)
    await work(house)

    assert await _reviews(house, run) == [("action", "used")]
    assert await states_of(house, run) == ["exception", "failed"]


async def test_whoever_asked_for_it_may_not_answer(opened: tuple[House, Company]) -> None:
    """The person whose signal began the run can neither approve nor reject."""
    house, _ = opened
    run = await ran(house, requested_by="you")

    for verdict in ("approve", "reject"):
        with pytest.raises(NotAllowed, match="your own signal"):
            await answer_review(house, run, verdict, person="you")

    assert await answer_review(house, run, person="sara.lind") == "approved"


@pytest.mark.parametrize(
    ("person", "says"),
    [("jonas.weber", "is none of these"), ("nobody.here", "nobody here is called"), ("", "nobody here is called")],
)
async def test_a_wrong_role_may_not_answer(opened: tuple[House, Company], person: str, says: str) -> None:
    """Who holds none of the roles asked, or is not known, cannot answer."""
    house, _ = opened
    run = await ran(house)

    with pytest.raises(NotAllowed, match=says):
        await answer_review(house, run, person=person)

    assert await _reviews(house, run) == [("action", "open")]


async def test_a_leaver_may_not_answer(opened: tuple[House, Company]) -> None:
    """Who has left cannot answer, whatever roles are still written there."""
    house, _ = opened
    run = await ran(house)
    await save_person(house.database, Person(id="you", name="You", roles=("reviewer",), is_active=False))

    with pytest.raises(NotAllowed, match="has left"):
        await answer_review(house, run)

    assert await _reviews(house, run) == [("action", "open")]


@pytest.mark.parametrize(
    "person", [Person(id="you", name="You", roles=("reviewer",), is_active=False), Person(id="you", name="You")]
)
async def test_a_leavers_approval_does_not_count(opened: tuple[House, Company], person: Person) -> None:
    """An approval counts at execution only if who gave it is still here and holds the role; else another is asked."""
    house, company = opened
    run = await ran(house)
    await answer_review(house, run)
    await save_person(house.database, person)

    await work(house)
    before = await done_of(company)
    await answer_review(house, run, person="sara.lind")
    await work(house)

    assert before == []
    assert await _reviews(house, run) == [("action", "superseded"), ("action", "used")]
    assert await states_of(house, run) == ["done", "performed"]


async def test_a_leaver_does_not_make_up_the_number(opened: tuple[House, Company]) -> None:
    """Of three people asked, one who left meanwhile is replaced by another."""
    house, _ = opened
    run = await ran(house, TAG)
    await answer_review(house, run, person="nina.kowalski")
    await answer_review(house, run, person="ruth.adler")
    gone = Person(id="nina.kowalski", name="Nina", roles=("support-reviewer", "reviewer"), is_active=False)
    await save_person(house.database, gone)

    third = await answer_review(house, run, person="sara.lind")
    fourth = await answer_review(house, run, person="you")

    assert (third, fourth) == ("open", "approved")


async def test_several_people_and_roles_are_all_needed(opened: tuple[House, Company]) -> None:
    """Three people, a support reviewer and a risk owner among them: two of the three are not enough."""
    house, company = opened
    run = await ran(house, TAG)
    jobs = await _jobs(house)

    states = [await answer_review(house, run, person=person) for person in ("sara.lind", "nina.kowalski")]
    between = await _jobs(house)
    states.append(await answer_review(house, run, person="ruth.adler"))
    after = await _jobs(house)

    assert states == ["open", "open", "approved"]
    assert (between - jobs, after - jobs) == (0, 1)
    assert await done_of(company) == []


async def test_three_of_one_role_are_not_two_roles(opened: tuple[House, Company]) -> None:
    """However many support reviewers approve, the risk owner is still asked."""
    house, _ = opened
    for name in ("one", "two", "three"):
        await save_person(house.database, Person(id=name, name=name, roles=("support-reviewer",)))
    run = await ran(house, TAG)

    states = [await answer_review(house, run, person=name) for name in ("one", "two", "three")]

    assert states == ["open", "open", "open"]


async def test_the_roles_are_asked_again_together_when_one_approval_falls(opened: tuple[House, Company]) -> None:
    """When an approval falls before execution, the new review asks for every role, so that it can be answered."""
    house, _ = opened
    run = await ran(house, TAG)
    for person in ("sara.lind", "nina.kowalski", "you"):
        await answer_review(house, run, person=person)
    await save_person(house.database, Person(id="you", name="You", is_active=False))

    await work(house)
    roles = (await review_of(house, run))["roles"]
    states = [await answer_review(house, run, person=person) for person in ("sara.lind", "nina.kowalski", "ruth.adler")]
    await work(house)

    assert roles == ["risk-owner", "support-reviewer"]
    assert states == ["open", "open", "approved"]
    assert (await state_of(house, run))["state"] != "waiting"


async def test_the_same_person_twice_is_one(opened: tuple[House, Company]) -> None:
    """A person who holds every role asked still counts once."""
    house, _ = opened
    run = await ran(house, TAG)
    await answer_review(house, run, person="you")

    with pytest.raises(Conflict, match="answered this review already"):
        await answer_review(house, run, person="you")

    assert await _reviews(house, run) == [("action", "open")]
