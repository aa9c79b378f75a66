"""Reading a charter: what a good one becomes, and what a bad one is told."""

import re

import pytest

from remit.charters.charter import Condition, Stage
from remit.charters.charter_file import parse_charter
from remit.errors import CharterInvalid


def faults_of(text: str) -> list[str]:
    """Give the lines that a bad charter is told, without the name of the file."""
    with pytest.raises(CharterInvalid) as caught:
        parse_charter(text, file="f")
    lines = str(caught.value).split("\n")
    assert all(re.match(r"f:[1-9][0-9]*: ", line) for line in lines), lines
    return [line.removeprefix("f:") for line in lines]


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Change a text in places that must be there."""
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def line_of(text: str, part: str) -> int:
    """Find the line of a part that must be there."""
    assert part in text
    return text.count("\n", 0, text.index(part)) + 1


def test_a_whole_charter_becomes_a_value(example: str) -> None:
    """Every part of a charter arrives: amounts in minor units, spans in seconds, conditions by field."""
    charter = parse_charter(example, file="f")

    clear = charter.grant("erp.clear_invoice")
    assert clear is not None
    assert (clear.limit, clear.currency, clear.stage) == (250_000, "EUR", Stage.CONDITIONAL)
    assert charter.seats_for("erp.clear_invoice").accountable == "lena.fischer"
    assert charter.seats_for("erp.hold_invoice").accountable == "maria.rossi"
    assert charter.triggers[0].where == (
        Condition(field="source", equals="portal"),
        Condition(field="invoice.amount", over=0, under=1_000_000),
        Condition(field="invoice.kind", is_in=("invoice", "credit_note")),
        Condition(field="invoice.is_draft", equals=False),
    )
    assert charter.reviews[0].amount_over == 100_000
    assert charter.escalation_paths[0].acknowledge_within == 4 * 3600
    assert (charter.budget.money, charter.budget.cost, charter.retention_days) == (10_000_000, 5_000_000, 3650)
    assert charter.reads == {"erp.get_invoice", "erp.get_order"}


def test_what_is_left_out_has_its_default(example: str) -> None:
    """Without a word on it, a grant begins assistive and a review expires in a day."""
    text = changed(example, ("review_within: 24h\n", ""), ("    acknowledge_within: 4h\n", ""))

    charter = parse_charter(text, file="f")

    draft = charter.grant("mail.draft_message")
    assert draft is not None
    assert draft.stage is Stage.ASSISTIVE
    assert (charter.review_within, charter.escalation_paths[0].acknowledge_within) == (86400, 3600)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "over: 0",
            "ovr: 0",
            "unknown word `triggers.0.where.invoice.amount.ovr`. Did you mean `over`?",
        ),
        ("stage: supervised", "stage: superviced", "Did you mean `supervised`?"),
        ("roles: [finance-reviewer]", "roles: [finance-reviwer]", "Did you mean `finance-reviewer`?"),
        ("roles: [finance-reviewer]", "roles: [auditor]", "an auditor answers no reviews. Ask another role"),
        ("domain: finance", "domain: financial", "Did you mean `finance`?"),
        ("per_day: 200", "perday: 200", "Did you mean `per_day`?"),
        ("per_day: 200", "per_day: true", "`grants.0.per_day` cannot be `true`. Write a whole number"),
        ("per_day: 200", "per_day: 2.5", "`grants.0.per_day` cannot be `2.5`. Write a whole number"),
        ("per_day: 200", "per_day: 0", "`grants.0.per_day` cannot be `0`. Write a number above 0"),
        ("per_day: 200", 'per_day: "200"', "`grants.0.per_day` cannot be `200`. Write a whole number"),
        ("per_day: 200", "per_day:", "`grants.0.per_day` is empty. Give it a value or leave the word out"),
        ("per_day: 200", "per_day: ~", "`grants.0.per_day` is empty. Give it a value or leave the word out"),
        ("per_day: 200", "per_day: 1e400", "`1e400` is larger than the house counts"),
        ("per_day: 200", "per_day: .nan", "`.nan` is larger than the house counts, or no number at all"),
        ("per_day: 200", f"per_day: {'9' * 5000}", "is larger than the house counts"),
        ("over: 0", "over: -.inf", "`-.inf` is larger than the house counts"),
        ("over: 0", "over: 1000000", "nothing is over 1e+06 and under 1e+06. Exchange the two"),
        ("{equals: false}", "{}", "a condition compares nothing. Give `equals`, `in`, `over` or `under`"),
        ("{equals: false}", "[1, 2]", "Write a value, or a condition as in `{over: 40}`"),
        ("{equals: false}", "{equals: [1]}", "it has to be a text, a number, true or false. Several stand under `in`"),
        ("[invoice, credit_note]", "[]", "Write at least 1"),
        ("source: portal", "so..urce: portal", "names with dots between them"),
        ("limit: 2500.00 EUR", "limit: 2500.00", "needs its currency. Write it like `1000.00 EUR`"),
        ("limit: 2500.00 EUR", "limit: 2500.005 EUR", "more decimals than EUR has. Write 2"),
        ("review_within: 24h", "review_within: 24", "`24` is no duration. Write it like `30min`, `24h` or `3d`"),
        ("review_within: 24h", "review_within: 999999999d", "too short or too long a duration"),
        ("draft_only: true", "draft_only: yes", "cannot be `yes`. Write true or false"),
        ("technical: ken.ito", "technical: maria.rossi", "are two different people"),
        ("risk_owner: ruth.adler", "risk_owner: Ruth Adler", "has to look like a person's id, as in `maria.rossi`"),
        ("risk_owner: ruth.adler", "risk_owner: 5", "a number that is meant as text stands in quotes"),
        ("cron: 0 7 * * 1-5", "cron: 0 25 * * 1-5", "is no cron expression. It has five fields"),
        ("cron: 0 7 * * 1-5", "cron: 0 0 30 2 *", "`0 0 30 2 *` is never due"),
        ("cron: 0 7 * * 1-5", "cron: R R * * *", "`R R * * *` is no cron expression"),
        ("cron: 0 7 * * 1-5", 'cron: "@daily"', "is no cron expression"),
        ("cron: 0 7 * * 1-5", "event: a\n    cron: 0 7 * * 1-5", "exactly one of `event`, `cron` and `since`"),
        ("    days: 3\n", "", "needs `since`, `by` and `days` together"),
        ("erp.pay_invoice", "erp.hold_invoice", "`erp.hold_invoice` is both granted and prohibited"),
        ("bank.*", "mail.*", "`mail.draft_message` is both granted and prohibited"),
        ("system: mail", "system: erp", "the system `erp` stands twice. Keep one"),
        ("erp.get_order]", "erp.get_invoice]", "the read `erp.get_invoice` stands twice. Keep one"),
        ("name: unsure-about-a-strategic-vendor", "name: above-the-fast-path", "the review `above-the-fast-path`"),
        ("erp.get_order]", "get_order]", "`get_order` in `systems.0.reads.1` has to look like `system.verb_noun`"),
        ("confidence_under: 700", "confidence_under: 1001", "Write 1000 or less"),
        ("confidence_under: 700", "confidence_under: -1", "Write 0 or more"),
        ("confidence_under: 700", "confidence_under: true", "cannot be `true`. Write a whole number"),
        ("confidence_under: 700", "confidence_under: 70", "`70` may be 70 % or 70 of 1000. Write `70%` or `7%`"),
        ("limit: 2500.00 EUR", "limit: 2500.00 EUT", "`EUT` is not a currency of ISO 4217. Did you mean `EUR`?"),
        ("limit: 2500.00 EUR", "limit: 2.500 EUR", "`2.500 EUR` has more decimals than EUR has. Write 2"),
        ("limit: 2500.00 EUR", 'limit: "5\\n"', "`5 ` is no amount of money. Write it like `1000.00 EUR`"),
        ("cron: 0 7 * * 1-5", 'cron: "0 7 * *\\n1"', "`0 7 * * 1` is no cron expression"),
        ("operations: [erp.clear_invoice]", "operations: [erp.clear_invoce]", "Did you mean `erp.clear_invoice`?"),
        ("operations: [erp.clear_invoice]", "operations: [crm.*]", "`crm.*` is reviewed and not granted"),
        ("operation: bank.*", "operation: erp.get_order", "`erp.get_order` is both read and prohibited"),
        ("receiving_domain: revenue", "receiving_domain: finance", "`finance` is the worker's own domain"),
        ("title: Invoice Review", "title: Invoice Review\n'[key]': 1", "unknown word `[key]`. There are: name, title"),
        ("scope: invoices", "'[key]': invoices", "unknown word `systems.0.[key]`. There are: system, reads, scope"),
        (
            "{equals: false}",
            "{'[key]': 1}",
            "unknown word `triggers.0.where.invoice.is_draft.[key]`. There are: equals",
        ),
        ("source: portal", "'a..[key]': portal", "`a..[key]` in `triggers.0.where.a..[key]` has to look like `field`"),
        ("because: A held invoice is not paid", "because: !!str A held", "no anchors and no tags"),
        ("because: A held invoice is not paid", "because: &x A held", "no anchors and no tags"),
        ("title: Invoice Review", "title: *x", "`*x` stands for something else. Write it out"),
        ("title: Invoice Review", 'title: "a\\0b"', "there is a character nobody sees, U+0000. Remove it"),
        ("title: Invoice Review", 'title: "a\\ud800b"', "there is a character nobody sees, U+D800. Remove it"),
        ("title: Invoice Review", "title: a\x00b", "there is a character nobody sees, U+0000. Remove it"),
        ("title: Invoice Review", "title: a\u202eb", "there is a character nobody sees, U+202E. Remove it"),
        ("title: Invoice Review", "title: 2026-01-31T10:00:00Z\ntitel: x", "Did you mean `title`?"),
        ("title: Invoice Review", "title: [a, b]", "`title` cannot be a list. Write a text"),
        ("title: Invoice Review", "title: {a: b}", "`title` cannot be lines of `name: value`. Write a text"),
        ("title: Invoice Review", f"title: {'x' * 3000}", "Write at most 2000 characters"),
        ("title: Invoice Review", "title: '  '", "Write at least one word"),
    ],
)
def test_a_mistake_is_told_once_with_its_line(example: str, before: str, after: str, told: str) -> None:
    """One mistake gives one line, which says where it stands, what is wrong and what to do."""
    text = changed(example, (before, after))

    faults = faults_of(text)

    assert len(faults) == 1, faults
    assert told in faults[0]
    assert int(faults[0].partition(":")[0]) in range(
        line_of(example, before) - 3, line_of(example, before) + after.count("\n") + 1
    )


def test_a_whole_system_that_is_read_cannot_be_prohibited(example: str) -> None:
    """Each read that `system.*` takes back is told."""
    text = changed(example, ("operation: bank.*", "operation: erp.*"), ("operation: erp.pay", "operation: bank.pay"))

    faults = faults_of(text)

    assert [fault.partition(" ")[2] for fault in faults] == [
        f"`{name}` is both {what} and prohibited. Take one of the two out"
        for name, what in (
            ("erp.clear_invoice", "granted"),
            ("erp.get_invoice", "read"),
            ("erp.get_order", "read"),
            ("erp.hold_invoice", "granted"),
        )
    ]


def test_a_field_may_be_called_as_an_author_likes(example: str) -> None:
    """The word by which the checker marks a name is a name like any other."""
    charter = parse_charter(changed(example, ("source: portal", "'[key]': portal")), file="f")

    assert charter.triggers[0].where[0] == Condition(field="[key]", equals="portal")


@pytest.mark.parametrize("reviewed", ["mail.*", "mail.draft_message", "erp.*"])
def test_what_is_granted_can_be_reviewed(example: str, reviewed: str) -> None:
    """A review speaks of an operation that is granted, or of a system in which something is."""
    charter = parse_charter(
        changed(example, ("operations: [erp.clear_invoice]", f"operations: [{reviewed}]")), file="f"
    )

    assert charter.reviews[0].operations == (reviewed,)


def test_a_share_of_a_hundred_is_a_confidence(example: str) -> None:
    """`70%` says what 700 says."""
    plain = parse_charter(example, file="f")

    assert parse_charter(changed(example, ("confidence_under: 700", "confidence_under: 70%")), file="f") == plain


def test_a_missing_word_names_the_line_of_what_encloses_it(example: str) -> None:
    """What is not there has no line of its own, so that of its list item or group is given."""
    text = changed(example, ("  risk_owner: ruth.adler\n", ""), ("    completion: ", "    draft_only: false\n    x: "))

    faults = faults_of(text)

    assert f"{line_of(text, 'seats:')}: `seats.risk_owner` is missing. See docs/charters.md" in faults
    path = line_of(text, "- name: vendor-relationship")
    assert f"{path}: `escalation_paths.0.completion` is missing. See docs/charters.md" in faults


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("purpose", "`purpose` is missing"),
        ("process", "`process` is missing"),
        ("triggers", "`triggers` is missing"),
        ("owners", "`owners` is missing"),
        ("escalation_contacts", "`escalation_contacts` is missing"),
    ],
)
def test_a_job_that_is_not_written_down_makes_no_worker(example: str, word: str, told: str) -> None:
    """What it is for, in which process, what begins it, who owns it and who takes over are said, or it is refused."""
    text = re.sub(rf"^{word}:.*\n(?:[ -].*\n|\n(?=[ -]))*", "", example, flags=re.MULTILINE)

    with pytest.raises(CharterInvalid, match=told):
        parse_charter(text, file="charter.yaml")


def test_all_mistakes_are_told_at_once_by_line(example: str) -> None:
    """Mistakes of every kind stand together, in the order of their lines, and none hides another."""
    text = changed(
        example,
        ("title: Invoice Review", "title:"),
        ("domain: finance", "domain: finances"),
        ("over: 0", "ovr: 0"),
        ("cron: 0 7 * * 1-5", "cron: soon"),
        ("system: mail", "system: erp"),
        ("per_day: 200", "per_day: many"),
        ("roles: [finance-reviewer]", "roles: [nobody]"),
        ("failure_owner: maria.rossi", "failure_owner: maria.rossi\n    owner: ken.ito"),
        ("review_within: 24h\n", "review_within: 24h\nretention: {days: 1}\n"),
    )

    faults = faults_of(text)

    lines = [int(fault.partition(":")[0]) for fault in faults]
    assert lines == sorted(lines)
    assert len(faults) == 9, faults


def test_a_list_of_mistakes_is_not_called_too_short(example: str) -> None:
    """Where each item of a list is wrong, the list itself is not blamed for being empty."""
    text = changed(example, ("[lena.fischer, maria.rossi]", "[Lena Fischer]"))

    faults = faults_of(text)

    assert len(faults) == 1
    assert "has to look like a person's id" in faults[0]


def test_a_word_that_stands_twice_names_both_lines(example: str) -> None:
    """The second of two equal words is told where the first one stands."""
    text = changed(example, ("process:", "title: Again\nprocess:"))

    faults = faults_of(text)

    assert faults == [f"{line_of(text, 'title: Again')}: `title` stands twice, first on line 2. Keep one"]


def test_values_are_those_of_yaml_1_2(example: str) -> None:
    """`no`, a date and a number with underscores are texts; only true and false are true and false."""
    text = changed(
        example,
        ("source: portal", "source: no"),
        ("[invoice, credit_note]", "[2026-01-31, 1_000, 0x10, 010, true]"),
        ("title: Invoice Review", "title: 2026-01-31"),
    )

    charter = parse_charter(text, file="f")

    assert charter.title == "2026-01-31"
    assert charter.triggers[0].where[0].equals == "no"
    assert charter.triggers[0].where[2].is_in == ("2026-01-31", "1_000", 16, 10, True)


def test_a_byte_order_mark_and_foreign_line_ends_do_not_matter(example: str) -> None:
    """What an editor of another system leaves behind changes nothing."""
    plain = parse_charter(example, file="f")

    assert parse_charter("\ufeff" + example.replace("\n", "\r\n"), file="f") == plain


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the charter is empty"),
        ("# nothing yet\n", "the charter is empty"),
        ("- a\n- b\n", "a charter is made of `name: value` lines"),
        ("just words", "a charter is made of `name: value` lines"),
        ("name: a\n---\nname: b\n", "2: a second document begins here. Keep one charter a file"),
        ("? [a]\n: b\n", "a name is one word"),
        ("name: 'a", "found unexpected end of stream"),
        ("name: {a: b", "expected ',' or '}'"),
        ("name: a: b", "mapping values are not allowed here"),
        ("name: @a", "found character '@' that cannot start any token"),
        ("a: " + "[" * 99_000, "this is nested too deep for a charter"),
        ("{a: " * 24_000, "this is nested too deep for a charter"),
        ("- " * 49_000, "a charter is made of `name: value` lines"),
        ("a: &a [*a]", "`*a` stands for something else. Write it out"),
        ("a: &a x\n" + "b: [*a, *a]\n" * 3, "`*a` stands for something else. Write it out"),
        ("x" * 100_001, "a charter has at most 100000 characters, this one 100001"),
        ("%YAML 3.0\n---\na: b", "found incompatible YAML document"),
        ("a: !!python/object/apply:os.system [x]", "no anchors and no tags"),
    ],
)
def test_what_is_no_charter_at_all_is_told_so(text: str, told: str) -> None:
    """Text that is empty, broken or hostile ends in one of our own errors, quickly."""
    faults = faults_of(text)

    assert any(told in fault for fault in faults), faults


def test_a_thousand_mistakes_are_cut_short() -> None:
    """A long list ends with how many more there are, so that a hostile text costs nothing."""
    faults = faults_of("".join(f"word{number}: x\n" for number in range(3000)))

    assert len(faults) == 51
    assert "more. Mend those above first" in faults[-1]
