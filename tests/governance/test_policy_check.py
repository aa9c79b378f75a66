import pytest

from remit.errors import PolicyInvalid
from remit.governance import policy_check
from remit.governance.policy_check import read_foreign

DEEP = 10_000


def rule(condition: str) -> str:
    """A rule with this condition."""
    return f'@id("a") @sentence("A.") forbid (principal, action, resource) when {{ {condition} }};'


NESTED = {
    "parentheses": "(" * DEEP + "true" + ")" * DEEP,
    "unclosed parentheses": "(" * DEEP,
    "sets": "[" * DEEP + "]" * DEEP + ".isEmpty()",
    "records": '{"a":' * DEEP + "1" + "}" * DEEP + ' == {"a": 1}',
    "not": "!" * DEEP + "true",
    "minus": "-" * DEEP + "1 == 1",
    "and": " && ".join(["true"] * DEEP),
    "or": " || ".join(["false"] * DEEP),
    "plus": " + ".join(["1"] * DEEP) + " > 0",
    "if": "if true then " * DEEP + "true" + " else false" * DEEP,
    "attributes": "context" + ".a" * DEEP + " == 1",
    "parentheses after a quote in a comment": '// "\n' + "(" * DEEP + "true" + ")" * DEEP,
    "parentheses after an escaped quote": '"\\"" == "" && ' + "(" * DEEP + "true" + ")" * DEEP,
}


@pytest.mark.parametrize("kind", NESTED)
def test_text_nested_ten_thousand_deep_is_refused_and_the_process_lives(kind: str) -> None:
    """However a rule is nested, reading it ends in an error and not in the end of this process."""
    with pytest.raises(PolicyInvalid, match=r"ours\.cedar"):
        read_foreign(rule(NESTED[kind]), "ours.cedar")


@pytest.mark.parametrize("kind", NESTED)
def test_a_child_that_dies_of_a_text_is_an_error(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the depth is not counted first, only the child can die of a text."""
    monkeypatch.setattr(policy_check, "_MOST_DEPTH", 10**9)

    with pytest.raises(PolicyInvalid, match=r"ours\.cedar"):
        read_foreign(rule(NESTED[kind]), "ours.cedar")


def test_a_rule_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that does not answer in time is ended, and the text refused."""
    monkeypatch.setattr(policy_check, "_SECONDS", 0.001)

    with pytest.raises(PolicyInvalid, match="takes longer"):
        read_foreign(rule("true"), "ours.cedar")


def test_a_text_too_long_is_refused_before_it_is_read() -> None:
    """A text of many megabytes is refused by its length."""
    with pytest.raises(PolicyInvalid, match="longer than"):
        read_foreign("//" + "x" * 10_000_000, "ours.cedar")


@pytest.mark.parametrize("text", ['"\\' * 120_000, '"' * 200_001, "\\" * 200_000, '"' + "(" * 200_000])
def test_text_made_to_slow_the_count_is_refused(text: str) -> None:
    """Quotes, escapes and comments without end are counted in one pass and are no rule."""
    with pytest.raises(PolicyInvalid):
        read_foreign(text + "forbid", "ours.cedar")


def test_brackets_in_strings_and_comments_do_not_count() -> None:
    """A sentence may hold as many brackets as it likes."""
    brackets = "(" * 100
    text = f'// {brackets}\n@id("a") @sentence("{brackets} \\" {brackets}") forbid (principal, action, resource);'

    (read,) = read_foreign(text, "ours.cedar")

    assert f'{brackets} " {brackets}' == read.sentence


def test_a_rule_as_deep_as_people_write_is_read() -> None:
    """Twenty conditions joined and ten brackets are no nesting to speak of."""
    condition = " && ".join(['context.tier != "a"'] * 20) + " && " + "(" * 10 + "true" + ")" * 10

    (read,) = read_foreign(rule(condition), "ours.cedar")

    assert read.id == "a"


def test_an_empty_text_holds_no_rules() -> None:
    """A file with only a comment is read and adds nothing."""
    assert read_foreign("// nothing yet\n", "ours.cedar") == ()
