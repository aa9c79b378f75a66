import random
from collections import Counter
from dataclasses import replace
from functools import cache

from remit.charters.charter import Charter, Stage
from remit.connections.action import Action
from remit.governance.decision import Decision, Facts, Verdict
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.policy_check import read_own
from remit.governance.rule import ROLES
from tests.governance.oracle import Expected, expect
from tests.governance.policy_samples import (
    approved,
    charter,
    facts,
    house,
    policy,
    random_action,
    random_charter,
    random_facts,
)

SEVERITY = {Verdict.PERMIT: 0, Verdict.REVIEW: 1, Verdict.FORBID: 2}
EXTRA = """
@id("extra-forbid") @sentence("No gold.") forbid (principal, action, resource) when { context.tier == "gold" };
@id("extra-review") @sentence("Unsure.") @roles("risk-owner, it-reviewer") @approvals("3")
forbid (principal, action, resource) when { context.confidence < 900 };
@id("extra-otherwise") @sentence("Silver.") @otherwise("business-owner")
forbid (principal, action, resource) when { context.tier == "silver" };
"""


@cache
def charters(seed: int, count: int = 30) -> tuple[tuple[Charter, Policy], ...]:
    """A fixed set of charters and their policies."""
    dice = random.Random(seed)
    made = [random_charter(dice) for _ in range(count)]
    return tuple((each, policy(each)) for each in made)


def requests(seed: int, count: int) -> list[tuple[Charter, Policy, Action, Facts]]:
    """Random requests to the fixed set of charters; the seed is in the failure of the test that names it."""
    dice = random.Random(seed)
    chosen = [dice.choice(charters(1)) for _ in range(count)]
    return [
        (
            its_charter,
            its_policy,
            random_action(dice, its_charter.name, tuple(grant.operation for grant in its_charter.grants)),
            random_facts(dice),
        )
        for its_charter, its_policy in chosen
    ]


def said(decision: Decision) -> Expected:
    """The part of a decision the oracle speaks about."""
    return Expected(verdict=decision.verdict, rules=decision.rules, roles=decision.roles, approvals=decision.approvals)


def test_policy_agrees_with_the_oracle_on_ten_thousand_requests() -> None:
    """The verdict, the rules that spoke, the roles and the number of people are what plain Python says."""
    seed = random.SystemRandom().randrange(10**9)
    seen: Counter[Verdict] = Counter()

    for its_charter, its_policy, action, given in requests(seed, 10_000):
        decision = its_policy.decide(action, given)
        seen[decision.verdict] += 1

        assert expect(its_charter, action, given) == said(decision), f"{seed=} {its_charter=} {action=} {given=}"

    assert min(seen[verdict] for verdict in Verdict) > 300, f"{seed=} {seen=}"


def test_approvals_asked_for_lead_to_permit() -> None:
    """Whoever grants exactly what a review asks for gets a permit, whatever else was held before."""
    reviews = 0

    for _, its_policy, action, given in requests(2, 1_500):
        decision = its_policy.decide(action, given)
        if decision.verdict is Verdict.REVIEW:
            reviews += 1
            after = its_policy.decide(action, approved(given, decision.roles, decision.approvals))

            assert after.verdict is Verdict.PERMIT, f"{action=} {given=} {decision=} {after=}"

    assert reviews > 50


def test_another_approval_never_makes_it_worse() -> None:
    """One more role and one more person never turn a permit into a review, nor a review into a forbid."""
    dice = random.Random(3)

    for _, its_policy, action, given in requests(3, 1_000):
        more = replace(given, approvals=given.approvals | {dice.choice(sorted(ROLES))}, approvers=given.approvers + 1)
        before, after = its_policy.decide(action, given), its_policy.decide(action, more)

        assert SEVERITY[after.verdict] <= SEVERITY[before.verdict], f"{action=} {given=} {more=}"


def test_no_approval_lifts_a_forbid() -> None:
    """What is forbidden stays forbidden with every role granted by many people."""
    for _, its_policy, action, given in requests(4, 1_000):
        if its_policy.decide(action, given).verdict is Verdict.FORBID:
            everyone = replace(given, approvals=ROLES, approvers=10**6)

            assert its_policy.decide(action, everyone).verdict is Verdict.FORBID, f"{action=} {given=}"


def test_another_rule_never_permits_more() -> None:
    """Adding forbids and reviews to the house makes no verdict milder."""
    stricter = HouseRules(rules=(*house().rules, *read_own(EXTRA, "extra.cedar")))
    policies = {id(before): policy(its_charter, stricter) for its_charter, before in charters(1)}
    worse = 0

    for _, before, action, given in requests(5, 1_000):
        mild, strict = before.decide(action, given), policies[id(before)].decide(action, given)
        worse += mild.verdict is not strict.verdict

        assert SEVERITY[strict.verdict] >= SEVERITY[mild.verdict], f"{action=} {given=}"

    assert worse > 0


def test_the_order_of_rules_does_not_matter() -> None:
    """House rules, grants, prohibitions and reviews in another order give the same decisions and the same digest."""
    dice = random.Random(6)
    shuffled: dict[int, Policy] = {}
    for its_charter, before in charters(1):
        turned = replace(
            its_charter,
            grants=tuple(dice.sample(its_charter.grants, len(its_charter.grants))),
            reviews=tuple(dice.sample(its_charter.reviews, len(its_charter.reviews))),
        )
        shuffled[id(before)] = policy(turned, HouseRules(rules=tuple(dice.sample(house().rules, len(house().rules)))))

    for _, before, action, given in requests(6, 1_000):
        assert before.decide(action, given) == shuffled[id(before)].decide(action, given), f"{action=} {given=}"


def test_silence_forbids() -> None:
    """A charter without grants permits nothing, whatever the action and however many approve."""
    silent = policy(charter(grants=()))
    everyone = facts(Stage.HIGH_TRUST, approvals=ROLES, approvers=100)

    verdicts = {
        silent.decide(replace(action, worker="note-taker"), everyone).verdict for _, _, action, _ in requests(7, 500)
    }

    assert verdicts == {Verdict.FORBID}
