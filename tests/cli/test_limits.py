from remit.practice.company import Company
from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import score, tell, work


async def test_harm_is_said_in_sentences(remit: Remit) -> None:
    """A person reads what could happen; a program gets the figures; an unknown worker is not found."""
    said = await remit("harm", "as-told")
    figures = await remit("harm", "as-told", "--json")
    unknown = await remit("harm", "nobody")

    assert "`crm.log_activity`: at most 5 times a day without a person" in said.out
    assert "around midnight" in said.out
    assert figures.json["worker"] == "as-told"
    assert unknown.code == 3


async def test_costs_are_a_table(remit: Remit, opened: tuple[House, Company]) -> None:
    """Outcomes stand in a table, writes in another, and an empty period is said."""
    house = opened[0]
    await tell(house, {"classify": "thank you"}, score())
    await work(house)

    outcomes = await remit("costs")
    writes = await remit("costs", "as-told", "--actions")
    nothing = await remit("costs", "nobody")

    assert "as-told  done" in outcomes.out
    assert "crm.set_health_score" in writes.out
    assert nothing.out.strip() == "no run was opened"
