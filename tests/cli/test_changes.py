from pathlib import Path

import pytest

from remit.practice.company import Company
from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import copy_worker, score, states_of, tell, work

TEXT = """
@id("score-seen")
@sentence("Somebody looks at every health score.")
@roles("account-owner")
forbid (principal, action, resource == Operation::"crm.set_health_score");
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """A file of rules."""
    path = tmp_path / "scores.cedar"
    path.write_text(TEXT)
    return str(path)


async def test_a_rule_is_changed_by_two_people_at_the_command_line(
    remit: Remit, opened: tuple[House, Company], rules: str
) -> None:
    """Draft, replay, show and approve: each command says what to do next, and then the rule holds."""
    house, _ = opened
    await tell(house, score())
    await work(house)
    drafted = await remit("change", "draft", "scores.cedar", "--file", rules, "--why", "asked", "--json")
    number = drafted.json["id"][-12:]

    replayed = await remit("change", "replay", number)
    stamp = (await remit("change", "show", number, "--json")).json["stamp"]
    own = await remit("change", "approve", number, "--stamp", stamp)
    approved = await remit("change", "approve", number, "--stamp", stamp[:12], REMIT_PERSON="ruth.adler")

    run = await tell(house, score(), number=2)
    await work(house)
    assert f"remit change approve {number} --stamp {stamp[:12]}" in replayed.out
    assert "review: account-owner" in replayed.out
    assert (own.code, approved.code) == (4, 0)
    assert (await states_of(house, run))[0] == "waiting"
    assert "score-seen" in (await remit("rules")).out


async def test_a_stage_and_a_folder_are_drafted_by_name(remit: Remit, tmp_path: Path) -> None:
    """What is drafted is told by what is given; two kinds at once, or none that is there, are refused."""
    folder = copy_worker(tmp_path, changes={"title: As": "title: Renewed As"}) / "as_told"
    stage = ("change", "draft", "as-told/crm.set_health_score", "--why", "early")

    drafted = await remit(*stage, "--stage", "assistive", "--json")
    worker = await remit("change", "draft", str(folder), "--why", "renamed", "--json")
    both = await remit(*stage, "--stage", "assistive", "--remove")
    missing = await remit("change", "draft", "x.cedar", "--why", "x", "--file", str(tmp_path / "nothing"))
    nowhere = await remit("change", "draft", "nowhere", "--why", "x")

    assert (drafted.json["kind"], drafted.json["text"]) == ("stage", "assistive")
    assert (worker.json["kind"], worker.json["name"], worker.json["playbook"]) == ("charter", "as-told", "")
    assert (both.code, missing.code, nowhere.code) == (6, 6, 6)


async def test_changes_are_listed_rejected_and_withdrawn(remit: Remit, rules: str) -> None:
    """The list shows each state; a number nobody has, or several share, is refused."""
    empty = await remit("change", "list")
    numbers = [
        (await remit("change", "draft", name, "--file", rules, "--why", "asked", "--json")).json["id"]
        for name in ("one.cedar", "two.cedar")
    ]

    rejected = await remit("change", "reject", numbers[0], "--reason", "no", REMIT_PERSON="ruth.adler")
    withdrawn = await remit("change", "withdraw", numbers[1])
    unknown = await remit("change", "show", "nothing")
    several = await remit("change", "show", "")

    assert "nothing was ever changed" in empty.out
    assert (rejected.code, withdrawn.code, unknown.code, several.code) == (0, 0, 3, 6)
    assert [row["state"] for row in (await remit("change", "list", "--json")).json] == ["withdrawn", "rejected"]
    assert "Nobody has seen yet" in (await remit("change", "show", numbers[0])).out


async def test_what_a_worker_could_do_is_told_in_words(remit: Remit) -> None:
    """Alone, asking whom and when, or never; and what another stage would change."""
    told = await remit("could", "as-told")
    shifted = await remit("could", "as-told", "--stage", "crm.notify_owner=high_trust")
    wrong = await remit("could", "as-told", "--stage", "crm.notify_owner")
    nobody = await remit("could", "nobody")

    assert "crm.set_health_score runs alone (high_trust)" in told.out
    assert "desk.tag_ticket asks risk-owner, support-reviewer" in told.out
    assert "is forbidden when the currency is `EUR` and the amount is over 5,000.00" in told.out
    assert "crm.notify_owner: assistive → high_trust" in shifted.out
    assert "gone asks reviewer" in shifted.out
    assert (wrong.code, nobody.code) == (6, 3)
    assert (await remit("could", "as-told", "--json")).json["worker"] == "as-told"
