import re
from pathlib import Path

from remit.governance.house import HouseRules
from remit.governance.rule import ROLES, Rule
from tests.governance.policy_samples import house

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def asked(rule: Rule) -> str:
    """How the page says whom a rule asks."""
    if not rule.approvals:
        return "forbids"
    who = ", ".join(rule.roles) or f"{', '.join(rule.otherwise)} *"
    return f"{who}, {rule.approvals} people" if rule.approvals > 1 else who


def test_the_page_lists_each_packaged_rule_as_it_is() -> None:
    """The table of rules is the rules: id, sentence and whom each asks, none missing and none more."""
    listed = {line for line in PAGE.splitlines() if re.match(r"\| `[a-z_0-9-]+` \| .* \| .* \|$", line)}

    assert listed == {f"| `{rule.id}` | {rule.sentence} | {asked(rule)} |" for rule in house().rules}


def test_the_rules_on_the_page_can_be_loaded() -> None:
    """The examples are rules the house takes."""
    examples = re.findall(r"```cedar\n(.*?)```", PAGE, re.DOTALL)

    loaded = HouseRules.parse({f"example-{number}.cedar": text for number, text in enumerate(examples)})

    assert {"gold-customers", "no-payments-by-unsure-workers"} <= {rule.id for rule in loaded.rules}


def test_the_page_names_every_role() -> None:
    """Whoever writes a rule finds whom it can ask."""
    assert [role for role in sorted(ROLES) if f"`{role}`" not in PAGE] == []
