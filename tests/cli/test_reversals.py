from uuid import UUID

import pytest

from remit.practice.company import Company
from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import answer_review, done_of, score, states_of, tell, work

SECOND = {"REMIT_PERSON": "ken.ito"}


async def test_an_action_is_taken_back_by_commands(remit: Remit, opened: tuple[House, Company]) -> None:
    """From the report of a halt to the action taken back: its key is listed, and then who requested what."""
    house, company = opened
    done = await tell(house, score())
    await work(house)
    await remit("stop", "as-told", "--reason", "it counts wrong")

    listed = await remit("halt", "report", "worker:as-told", COLUMNS="200")
    requested = await remit(
        "halt", "reverse", f"{done}:1", "--reason", "wrong", "--argument", "score=72", "--json", **SECOND
    )
    await work(house)
    run = UUID(requested.json["run"])
    again = await remit("halt", "reverse", f"{done}:1", "--reason", "wrong", **SECOND)
    await answer_review(house, run, person="nina.kowalski")
    await work(house)
    after = await remit("halt", "report", "worker:as-told", COLUMNS="200")
    shown = await remit("run", "show", str(done))

    assert f"{done}:1" in listed.out
    assert "crm.set_health_score, needs score" in listed.out
    assert f"run {run} takes it back" in again.out
    assert await states_of(house, run) == ["done", "performed"]
    assert "requested by ken.ito: done" in after.out
    assert "reversed what it did" in shown.out
    assert len(await done_of(company)) == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [((), 6), (("--argument", "score"), 6), (("--argument", "=1"), 6), (("--argument", "score=71"), 4)],
)
async def test_a_request_that_does_not_hold_says_why(
    remit: Remit, opened: tuple[House, Company], more: tuple[str, ...], code: int
) -> None:
    """An argument that is missing or none, and a person who may not, each end with their own code."""
    house, _ = opened
    done = await tell(house, score())
    await work(house)
    person = "jonas.weber" if code == 4 else "ken.ito"

    said = await remit("halt", "reverse", f"{done}:1", "--reason", "wrong", *more, REMIT_PERSON=person)

    assert said.code == code


async def test_runs_of_one_domain_are_listed(remit: Remit, opened: tuple[House, Company]) -> None:
    """`remit runs --domain` lists the runs of its workers and of no others."""
    house, _ = opened
    await tell(house, score())
    await work(house)

    here = await remit("runs", "--domain", "customer_experience", "--json")
    elsewhere = await remit("runs", "--domain", "it_operations", "--json")

    assert [row["worker"] for row in here.json] == ["as-told"]
    assert elsewhere.json == []
