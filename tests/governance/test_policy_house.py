from pathlib import Path

import pytest

from remit.charters.charter import Stage
from remit.errors import PolicyInvalid
from remit.governance.decision import Verdict
from remit.governance.house import ALWAYS, PACKAGED, HouseRules
from tests.governance.policy_samples import OPERATIONS, action, charter, facts, house, policy

GOOD = '@id("no-gold") @sentence("No gold.") forbid (principal, action, resource) when { context.tier == "gold" };'


def rule(head: str = '@id("a") @sentence("A.")', scope: str = "principal, action, resource", body: str = "") -> str:
    """A rule text with one part changed."""
    return f"{head} forbid ({scope}) {body};"


def test_the_packaged_rules_load_and_each_has_a_sentence() -> None:
    """Every packaged rule forbids or asks, says so in a sentence, and stands in a file that names its subject."""
    rules = house().rules

    assert len(rules) >= 20
    assert all(rule.effect == "forbid" and rule.sentence.endswith(".") for rule in rules)
    assert {rule.origin for rule in rules} == {file.name for file in PACKAGED.glob("*.cedar")}


def test_a_house_brings_its_own_rules_and_keeps_what_always_holds(tmp_path: Path) -> None:
    """Another directory replaces the packaged rules, but a halt still forbids and assistive no longer asks."""
    (tmp_path / "ours.cedar").write_text(GOOD, encoding="utf-8")

    rules = policy(rules=HouseRules.load(tmp_path))

    assert rules.decide(action(tier="gold"), facts()).rules == ("no-gold",)
    assert rules.decide(action(), facts(halts=("everything",))).rules == ("halted",)
    assert rules.decide(action(), facts(Stage.ASSISTIVE)).verdict is Verdict.PERMIT


def test_a_copy_of_the_packaged_directory_says_what_is_double(tmp_path: Path) -> None:
    """Whoever copies the directory is told to leave out what always holds."""
    for file in PACKAGED.glob("*.cedar"):
        (tmp_path / file.name).write_bytes(file.read_bytes())

    with pytest.raises(PolicyInvalid, match=r"stands twice, in `always\.cedar` and in `always\.cedar`"):
        HouseRules.load(tmp_path)


def test_packaged_rules_read_as_foreign_ones_are_the_same() -> None:
    """The child process and this process read the same rules from the same text."""
    theirs = {file.name: file.read_text() for file in PACKAGED.glob("*.cedar") if file.name not in ALWAYS}

    assert sorted(rule.text for rule in HouseRules.parse(theirs).rules) == sorted(rule.text for rule in house().rules)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rule(body="when { context.stge == 5 }"), r"rule `a`.*stge"),
        (rule(body='when { context.stage == Stage::"asistive" }'), r"rule `a`.*asistive"),
        (rule(body='when { resource.risk == Risk::"hgih" }'), r"rule `a`.*hgih"),
        (rule(body='when { principal.domain == Domain::"fiance" }'), r"rule `a`.*fiance"),
        (rule(body="when { context.amount > 5 }"), r"rule `a`.*amount"),
        (rule(body="when { context.tier > 5 }"), r"rule `a`"),
        (rule(scope='principal, action == Action::"perfrom", resource'), r"rule `a`.*perfrom"),
        (rule(scope='principal == Person::"ada", action, resource'), r"rule `a`.*Person"),
        ("forbid (principal, action, resource", "ours.cedar"),
        ("this is no rule", "ours.cedar"),
        (rule(head='@sentence("A.")'), "has no id"),
        (rule(head='@id("") @sentence("A.")'), "has no id"),
        (rule(head='@id("a")'), "rule `a` in `ours.cedar` has no sentence"),
        (rule(head='@id("a") @sentence(" ")'), "has no sentence"),
        (rule(head='@id("a") @id("b") @sentence("A.")'), "ours.cedar"),
        (rule(head='@id("a") @sentence("A.") @role("reviewer")'), "unknown annotation `@role`"),
        (rule(head='@id("a") @sentence("A.") @roles("revewer")'), "unknown role `revewer`"),
        (rule(head='@id("a") @sentence("A.") @roles("")'), "unknown role ``"),
        (rule(head='@id("a") @sentence("A.") @roles("reviewer") @otherwise("reviewer")'), "Keep one of them"),
        (rule(head='@id("a") @sentence("A.") @approvals("2")'), "asks nobody"),
        (rule(head='@id("a") @sentence("A.") @roles("reviewer") @approvals("0")'), "from 1 to 20"),
        (rule(head='@id("a") @sentence("A.") @roles("reviewer") @approvals("two")'), "from 1 to 20"),
        (rule(head='@id("a") @sentence("A.") @roles("reviewer") @approvals("²")'), "from 1 to 20"),
        (rule(head=f'@id("a") @sentence("A.") @roles("reviewer") @approvals("{"9" * 9999}")'), "from 1 to 20"),
        (rule(body='when { context.approvals.contains("reviewer") }'), "reads the approvals"),
        (rule(body="when { context.approvers > 1 }"), "reads the approvals"),
        (rule(body="unless { (if true then context else context).approvers > 1 }"), "reads the approvals"),
        (rule(head='@id("a:b") @sentence("A.")'), "cannot have this id"),
        (rule(head='@id("grant:erp.write_note") @sentence("A.")'), "cannot have this id"),
        (rule(head='@id("no-grant") @sentence("A.")'), "cannot have this id"),
        (rule(head='@id("halted") @sentence("A.")'), "`halted` stands twice, in `always.cedar` and in `ours.cedar`"),
        (rule() + rule(), "`a` stands twice"),
        ('@id("a") @sentence("A.") permit (principal, action, resource);', "Only a charter grants"),
        ('@id("a") @sentence("A.") @roles("reviewer") permit (principal, action, resource);', "permits"),
        (rule(scope="principal == ?principal, action, resource"), "template"),
        (rule(body='when { context.tier == "\ud800" }'), "not Unicode"),
    ],
)
def test_a_mistake_in_a_rule_is_an_error_when_it_is_loaded(text: str, message: str) -> None:
    """Typos, missing ids, unknown words and roles never load, and the message names file and rule."""
    with pytest.raises(PolicyInvalid, match=message) as raised:
        HouseRules.parse({"ours.cedar": text})

    assert "ours.cedar" in str(raised.value)


def test_the_same_id_in_two_files_is_refused() -> None:
    """A rule id is unique over all files, and both are named."""
    with pytest.raises(PolicyInvalid, match=r"in `a\.cedar` and in `b\.cedar`"):
        HouseRules.parse({"b.cedar": GOOD, "a.cedar": GOOD})


@pytest.mark.parametrize(
    ("scope", "unknown"),
    [
        ('principal == Worker::"invoice-reveiw", action, resource', "worker `invoice-reveiw`"),
        ('principal, action, resource == Operation::"erp.pay_invoce"', "operation `erp.pay_invoce`"),
        ('principal, action, resource in System::"epr"', "system `epr`"),
    ],
)
def test_a_rule_about_nobody_is_refused(scope: str, unknown: str) -> None:
    """A worker, operation or system that does not exist is found before the rule quietly never speaks."""
    rules = HouseRules.parse({"ours.cedar": rule(scope=scope)})

    with pytest.raises(PolicyInvalid, match=f"rule `a` in `ours.cedar` names an unknown {unknown}"):
        rules.check_names(operations=OPERATIONS, workers={"invoice-review"})


def test_names_hidden_in_a_condition_are_checked_too() -> None:
    """An unknown operation inside a `when` is found when the policy is built."""
    hidden = rule(body='when { [Operation::"erp.write_note", Operation::"erp.nope"].contains(resource) }')
    rules = HouseRules.parse({"ours.cedar": hidden})

    with pytest.raises(PolicyInvalid, match=r"unknown operation `erp\.nope`"):
        policy(rules=rules)


def test_a_rule_about_one_worker_leaves_the_others_alone() -> None:
    """A house rule that names a worker speaks for that worker only."""
    rules = HouseRules.parse({"ours.cedar": rule(scope='principal == Worker::"invoice-review", action, resource')})

    rules.check_names(operations=OPERATIONS, workers={"invoice-review"})

    assert policy(rules=rules).decide(action(), facts()).verdict is Verdict.PERMIT
    named = policy(charter(name="invoice-review"), rules)
    assert named.decide(action(worker="invoice-review"), facts()).rules == ("a",)


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_directory_without_rules_is_refused(tmp_path: Path, name: str) -> None:
    """A mistyped or empty directory is an error and not a house without rules."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(PolicyInvalid, match="holds no rules"):
        HouseRules.load(tmp_path / name)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are named as such."""
    (tmp_path / "ours.cedar").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(PolicyInvalid, match="Save it as UTF-8"):
        HouseRules.load(tmp_path)
