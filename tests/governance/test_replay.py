import random
from dataclasses import replace

import pytest

from remit.charters.charter import Grant, Stage
from remit.governance.decision import Decision
from remit.governance.house import HouseRules
from remit.governance.policy import asked_of
from remit.governance.policy_check import read_own
from remit.governance.replay import Recorded, World, replay
from tests.governance.policy_samples import OPERATIONS, action, charter, facts, house, policy, random_facts

GOLD = """
@id("gold") @sentence("Gold is seen.") @roles("account-owner")
forbid (principal, action, resource) when { context.tier == "gold" };
"""


def world(rules: HouseRules | None = None, stages: dict[tuple[str, str], str] | None = None) -> World:
    """A world with one worker that may write notes and hold invoices."""
    grants = (Grant(operation="erp.write_note", stage=Stage.HIGH_TRUST), Grant(operation="erp.hold_invoice"))
    return World.build(rules or house(), [charter(grants=grants)], OPERATIONS, stages or {})


def recorded(number: int = 1, operation: str = "erp.write_note", **said: object) -> Recorded:
    """A decision as it was recorded, about a note at high trust."""
    asked = policy().decide(action(operation, **said), facts()).as_json()["asked"]
    return Recorded(key=f"run:{number}", worker="note-taker", operation=operation, asked=asked)


STRICTER = HouseRules(rules=(*house().rules, *read_own(GOLD, "gold.cedar")))


def test_only_what_comes_out_differently_is_shown() -> None:
    """A rule about gold customers changes the decisions about gold customers, and says why."""
    records = [recorded(1, tier="gold"), recorded(2, tier="silver"), recorded(3)]

    shown = replay(records, world(), world(STRICTER))

    assert shown.counts == {"permit → permit": 2, "permit → review": 1}
    [difference] = shown.differences
    assert (difference.key, difference.before, difference.after) == ("run:1", "permit", "review: account-owner")
    assert (difference.rules_after, difference.reasons) == (("gold",), ("Gold is seen.",))


def test_the_same_world_differs_in_nothing() -> None:
    """Replayed by the rules in force, every decision stays what it is."""
    dice = random.Random(5)
    rules = world()
    records = [
        replace(recorded(number), asked=asked_of(action(tier="gold"), random_facts(dice))) for number in range(200)
    ]

    shown = replay(records, rules, rules)

    assert (shown.decided, shown.differences) == (200, ())


def test_an_approval_held_then_hides_no_difference() -> None:
    """What a person had approved by then is decided as it was first asked, so that a new review shows."""
    approved = replace(
        recorded(tier="gold"), asked={**recorded(tier="gold").asked, "approvals": ["account-owner"], "approvers": 9}
    )

    shown = replay([approved], world(), world(STRICTER))

    assert [each.after for each in shown.differences] == ["review: account-owner"]


def test_a_stage_is_that_of_the_world() -> None:
    """The stage recorded then is not the one asked with: both worlds have their own."""
    shown = replay([recorded()], world(), world(stages={("note-taker", "erp.write_note"): "assistive"}))

    assert [(each.before, each.after) for each in shown.differences] == [("permit", "review: reviewer")]


def test_a_worker_that_is_not_there_any_more_decides_nothing() -> None:
    """A decision of a worker in neither world is no difference; in one of them alone it is."""
    nobody = World(policies={}, stages={})

    assert replay([recorded()], nobody, nobody).differences == ()
    assert replay([recorded()], world(), nobody).counts == {"permit → nobody": 1}


def test_a_fact_that_was_not_known_then_stands_as_in_a_harmless_action() -> None:
    """A record older than a fact the rules ask for can be decided again all the same."""
    older = recorded(tier="gold")
    older = replace(
        older, asked={name: value for name, value in older.asked.items() if name not in {"concerns", "category"}}
    )

    shown = replay([older], world(), world(STRICTER))

    assert shown.counts == {"permit → review": 1}


def test_the_table_is_cut_and_the_counts_are_whole() -> None:
    """A thousand differences are counted; two hundred are shown; the digest is of what is shown."""
    records = [recorded(number, tier="gold") for number in range(1000)]

    shown = replay(records, world(), world(STRICTER))

    assert shown.counts == {"permit → review": 1000}
    assert len(shown.differences) == 200
    assert shown.digest != replay(records[:999], world(), world(STRICTER)).digest


def test_each_record_is_decided_once_in_each_world() -> None:
    """What is replayed costs two decisions for each record, and none for a record that cannot be decided."""
    records = [recorded(number, tier="gold") for number in range(20)]
    unusable = replace(recorded(20), asked={})
    decided: dict[str, list[str]] = {"before": [], "after": []}

    class Counted(World):
        def decide(self, recorded: Recorded) -> Decision | None:
            decided["after" if self is after else "before"].append(recorded.key)
            return super().decide(recorded)

    before = Counted(policies=world().policies, stages={})
    after = Counted(policies=world(STRICTER).policies, stages={})
    replay([*records, unusable], before, after)

    assert decided == {"before": [each.key for each in records], "after": [each.key for each in records]}


@pytest.mark.parametrize("asked", [{"stage": 7}, {"tier": []}, {"amount": "much"}])
def test_a_record_of_the_wrong_shape_forbids_in_both_worlds(asked: dict[str, object]) -> None:
    """A record somebody spoiled stops no replay."""
    spoiled = replace(recorded(), asked={**recorded().asked, **asked})

    shown = replay([spoiled], world(), world(STRICTER))

    assert shown.decided == 1
