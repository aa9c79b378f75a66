"""Measure a decision: 30 workers under the packaged house rules, permits, reviews and forbids mixed.

Run with `python bench/decision.py`. It prints milliseconds; the goal is a 99th percentile under one.
"""

import random
from collections import defaultdict
from dataclasses import replace
from time import perf_counter
from uuid import UUID

from remit.charters.charter import Access, Charter, Domain, Grant, Prohibition, ReviewRule, Seats, Stage
from remit.connections.action import Action
from remit.connections.operation import Kind, Operation, Repeat, Risk
from remit.governance.decision import Facts
from remit.governance.house import HouseRules
from remit.governance.policy import Policy

WORKERS = 30
DECISIONS = 20_000
SEED = 7


def main() -> None:
    """Build the policies, decide, and print how long each took."""
    dice = random.Random(SEED)
    operations = make_operations()
    house_rules = HouseRules.load()
    begun = perf_counter()
    policies = [Policy.build(make_charter(n, operations), operations, house_rules) for n in range(WORKERS)]
    built = (perf_counter() - begun) / WORKERS
    print(f"{WORKERS} workers, {len(house_rules.rules)} house rules, {len(policies[0].rules)} rules each")
    print(f"{'build a policy':<16} mean {built * 1000:.3f} ms")
    took: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(DECISIONS):
        policy = dice.choice(policies)
        action, facts = make_request(dice, policy, sorted(operations))
        begun = perf_counter()
        decision = policy.decide(action, facts)
        passed = perf_counter() - begun
        took["all"].append(passed)
        took[decision.verdict.value].append(passed)
    for _ in range(DECISIONS // 4):
        policy = dice.choice(policies)
        begun = perf_counter()
        policy.decide_read("system_0.read")
        took["read"].append(perf_counter() - begun)
    for verdict, times in sorted(took.items()):
        times.sort()
        p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
        print(f"{verdict:<16} p50 {p50:.3f} ms  p99 {p99:.3f} ms  max {times[-1] * 1000:.3f} ms  n {len(times)}")


def make_operations() -> dict[str, Operation]:
    """A hundred writes of ten systems, and a read."""
    read = Operation(name="system_0.read", kind=Kind.READ, summary="shows something")
    return {read.name: read} | {
        name: Operation(
            name=name,
            kind=Kind.WRITE,
            summary="does something",
            risk=list(Risk)[number % 3],
            repeat=list(Repeat)[number % 7 == 3],
            reversed_by=name if number % 4 else "",
            sinks=("recipient",) if number % 5 == 0 else (),
            amount="amount" if number % 2 else "",
        )
        for number, name in enumerate(f"system_{n // 10}.change_{n}" for n in range(100))
    }


def make_charter(number: int, operations: dict[str, Operation]) -> Charter:
    """A worker with eight grants, two reviews and a prohibition."""
    granted = sorted(name for name, each in operations.items() if each.kind is Kind.WRITE)[number : number + 8]
    return Charter(
        name=f"worker-{number}",
        title="Worker",
        domain=list(Domain)[number % 6],
        purpose="Works.",
        process="work",
        business_owner="ada",
        technical_owner="ben",
        seats=Seats(accountable="ada", system_owner="ben", risk_owner="cy"),
        triggers=(),
        systems=(Access(system="system_0", reads=("system_0.read",)),),
        grants=tuple(Grant(operation=name, limit=5_000_000, currency="EUR", per_day=50) for name in granted),
        prohibitions=(Prohibition(operation="system_9.*", because="It is not its business."),),
        reviews=(
            ReviewRule(name="gold", tiers=("gold",), roles=("account-owner",)),
            ReviewRule(name="large", amount_over=100_000, currency="EUR", roles=("risk-owner",), approvals=2),
        ),
        escalation_contacts=("ada",),
    )


def make_request(dice: random.Random, policy: Policy, operations: list[str]) -> tuple[Action, Facts]:
    """An action, mostly granted, and facts, mostly without a halt."""
    granted = [grant.operation for grant in policy.charter.grants]
    action = Action(
        run=UUID(int=1),
        step=1,
        worker=policy.charter.name,
        operation=dice.choice(granted if dice.random() < 0.9 else operations),
        arguments={},
        amount=dice.choice([100, 20_000, 200_000, 2_000_000, 6_000_000]),
        currency="EUR",
        confidence=dice.randint(500, 1000),
        tier=dice.choice(["", "silver", "gold"]),
    )
    facts = Facts(stage=dice.choice(list(Stage)), halts=("everything",) if dice.random() < 0.05 else ())
    if dice.random() < 0.5:
        everyone = frozenset({"reviewer", "risk-owner", "account-owner", "finance-reviewer", "it-reviewer"})
        facts = replace(facts, approvals=everyone, approvers=2)
    return action, facts


if __name__ == "__main__":
    main()
