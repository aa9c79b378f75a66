"""Compile a charter into Cedar text: grants permit, limits and prohibitions forbid, reviews forbid until approved.

What stands in a charter is hostile input: every name is written as an escaped Cedar string, and the text compiled is
parsed again and must hold exactly the rules meant.
"""

from collections.abc import Iterable, Iterator

from remit.charters.charter import Charter, Grant, Prohibition, ReviewRule
from remit.errors import PolicyInvalid
from remit.governance.policy_check import read_own
from remit.governance.rule import Rule
from remit.money import write_money


def compile_charter(charter: Charter) -> tuple[Rule, ...]:
    """Make the rules of a charter that has been checked.

    Raises:
        PolicyInvalid: A name in it cannot be written in a rule.
    """
    texts = list(_texts(charter))
    origin = f"charter of {charter.name}"
    rules = read_own("\n".join(text for _, text in texts), origin)
    # INVARIANT: nothing in a charter adds, drops or renames a rule.
    if [rule.id for rule in rules] != [rule_id for rule_id, _ in texts]:
        raise PolicyInvalid(f"the `{origin}` does not compile to its own rules. Use plain names in it")
    return rules


def quoted(text: str) -> str:
    """Write any text as a Cedar string.

    Raises:
        PolicyInvalid: It is not Unicode text.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PolicyInvalid("a name in the charter is not Unicode text. Remove its unpaired surrogates")
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    # Beyond plain ASCII everything is escaped, so that no look-alike, line break or direction mark reaches the parser.
    return letter if " " <= letter <= "~" and letter not in '"\\' else f"\\u{{{ord(letter):x}}}"


def _texts(charter: Charter) -> Iterator[tuple[str, str]]:
    """Each rule's id with its text."""
    for grant in charter.grants:
        yield from _grant(charter, grant)
    for prohibition in charter.prohibitions:
        yield _prohibition(prohibition)
    for review in charter.reviews:
        yield _review(review)


def _grant(charter: Charter, grant: Grant) -> Iterator[tuple[str, str]]:
    operation = f"Operation::{quoted(grant.operation)}"
    scope = f'principal == Worker::{quoted(charter.name)}, action == Action::"perform", resource == {operation}'
    because = grant.because or f"The charter grants `{grant.operation}`."
    yield _rule(f"grant:{grant.operation}", because, f"permit ({scope});")
    if grant.limit is not None:
        currency = quoted(grant.currency)
        sentence = f"`{grant.operation}` moves at most {write_money(grant.limit, grant.currency)} at once."
        over = f"context has amount && context.currency == {currency} && context.amount > {grant.limit}"
        yield _rule(f"limit:{grant.operation}", sentence, _forbid(over, operation))
        sentence = f"`{grant.operation}` needs an amount in {grant.currency}: another cannot be held against its limit."
        unlike = f"!(context has amount) || context.currency != {currency}"
        yield _rule(f"currency:{grant.operation}", sentence, _forbid(unlike, operation))
    if grant.per_day is not None:
        sentence = f"`{grant.operation}` is done at most {grant.per_day} times a day."
        spent = f"context.performed_today >= {grant.per_day}"
        yield _rule(f"per-day:{grant.operation}", sentence, _forbid(spent, operation))


def _prohibition(prohibition: Prohibition) -> tuple[str, str]:
    sentence = f"`{prohibition.operation}` is prohibited: {prohibition.because or 'the charter says so'}"
    return _rule(f"prohibition:{prohibition.operation}", sentence, _forbid(_concerns([prohibition.operation])))


def _review(review: ReviewRule) -> tuple[str, str]:
    sentence = review.because or f"The charter asks for a review here: {review.name}"
    asked = f'@roles({quoted(", ".join(review.roles))})\n@approvals("{review.approvals}")\n'
    return _rule(f"review:{review.name}", sentence, asked + _forbid(" && ".join(_conditions(review)) or "true"))


def _conditions(review: ReviewRule) -> Iterator[str]:
    if review.operations:
        yield _concerns(review.operations)
    if review.risks:
        yield f"[{_entities('Risk', review.risks)}].contains(resource.risk)"
    if review.tiers:
        yield f"[{', '.join(quoted(tier) for tier in review.tiers)}].contains(context.tier)"
    if review.stages:
        yield f"[{_entities('Stage', review.stages)}].contains(context.stage)"
    if review.domains:
        yield f"[{_entities('Domain', review.domains)}].contains(principal.domain)"
    if review.amount_over is not None:
        over = f"context.currency != {quoted(review.currency)} || context.amount > {review.amount_over}"
        yield f"(context has amount && ({over}))"
    if review.confidence_under is not None:
        yield f"context.confidence < {review.confidence_under}"


def _concerns(names: Iterable[str]) -> str:
    """Whether the operation asked is among these; `system.*` is any operation of a system."""
    wanted = list(names)
    systems = [name.removesuffix(".*") for name in wanted if name.endswith(".*")]
    operations = [name for name in wanted if not name.endswith(".*")]
    parts = [
        f"resource in [{_entities(kind, of_kind)}]"
        for kind, of_kind in (("System", systems), ("Operation", operations))
        if of_kind
    ]
    return f"({' || '.join(parts)})"


def _entities(kind: str, names: Iterable[str]) -> str:
    return ", ".join(f"{kind}::{quoted(str(name))}" for name in names)


def _forbid(condition: str, operation: str = "") -> str:
    resource = f"resource == {operation}" if operation else "resource"
    return f"forbid (principal, action, {resource})\nwhen {{ {condition} }};"


def _rule(rule_id: str, sentence: str, body: str) -> tuple[str, str]:
    return rule_id, f"@id({quoted(rule_id)})\n@sentence({quoted(sentence)})\n{body}\n"
