"""Reads a charter from YAML. Every problem names file, line and, where there is one, the nearest valid word."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from remit.charters.charter import (
    Access,
    Budget,
    Charter,
    Condition,
    EscalationPath,
    Grant,
    Prohibition,
    ReviewRule,
    Seats,
    Trigger,
)
from remit.charters.charter_form import (
    BudgetForm,
    CharterForm,
    ConditionForm,
    GrantForm,
    ReviewForm,
    SeatsForm,
    TriggerForm,
)
from remit.errors import CharterInvalid

_MOST = 200_000  # characters; a charter is a few pages, and an alias bomb is short but grows
_DEEPEST = 30


@lru_cache(maxsize=256)
def parse_charter(text: str, *, file: str) -> Charter:
    """Read a charter.

    Raises:
        CharterInvalid: It breaks a rule of charters; every problem stands on a line of its own.
    """
    tree = _load(text, file)
    try:
        form = CharterForm.model_validate(_plain(tree, file))
    except ValidationError as error:
        problems = sorted({_problem(problem, tree, file) for problem in error.errors()})
        raise CharterInvalid("\n".join(line for _, line in problems)) from None
    return _charter(form)


def _load(text: str, file: str) -> Mapping[str, Any]:
    if len(text) > _MOST:
        raise CharterInvalid(f"{file}: a charter has at most {_MOST} characters, this has {len(text)}")
    reader = YAML(typ="rt", pure=True)
    try:
        tree: Any = reader.load(io.StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CharterInvalid(f"{file}:{line}: {str(error.problem).lower()}. See docs/charters.md") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise CharterInvalid(f"{file}:1: this is not YAML: {error}. See docs/charters.md") from None
    if not isinstance(tree, Mapping):
        raise CharterInvalid(f"{file}:1: a charter is a list of `name: value` lines. See docs/charters.md")
    return cast("Mapping[str, Any]", tree)


def _plain(value: Any, file: str, depth: int = 0, budget: list[int] | None = None) -> Any:
    """Turn the reader's values into plain ones; an alias bomb runs out of its budget."""
    budget = budget if budget is not None else [20_000]
    budget[0] -= 1
    if depth > _DEEPEST or budget[0] < 0:
        raise CharterInvalid(f"{file}:1: the charter is nested too deep or repeats itself too often")
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {str(name): _plain(each, file, depth + 1, budget) for name, each in items}
    if isinstance(value, list | tuple):
        return [_plain(each, file, depth + 1, budget) for each in cast("Sequence[Any]", value)]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value) if isinstance(value, float) else int(value)
    raise CharterInvalid(f"{file}:1: `{value}` is neither text nor number. Put it in quotes")


# ── problems ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _problem(problem: Any, tree: Mapping[str, Any], file: str) -> tuple[int, str]:
    """Write one problem as `file:line: what is wrong. What to do`, with its line to sort by."""
    path = tuple(part for part in problem["loc"] if not _is_branch(part))
    line = _line_of(tree, path)
    return line, f"{file}:{line}: {_sentence(problem, path)}"


def _is_branch(part: object) -> bool:
    """Tell the names pydantic gives to the branches of a union from those of fields."""
    return isinstance(part, str) and (part in {"str", "int", "float", "bool"} or part.endswith(("Form", "]")))


def _sentence(problem: Any, path: tuple[Any, ...]) -> str:
    place = ".".join(str(part) for part in path)
    match problem["type"]:
        case "extra_forbidden":
            known = _words_at(path[:-1])
            near = get_close_matches(str(path[-1]), known, n=1)
            return f"unknown word `{place}`. " + (
                f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}"
            )
        case "missing":
            return f"`{place}` is missing. See docs/charters.md"
        case "enum":
            words = [word.strip("' ") for word in problem["ctx"]["expected"].replace(" or ", ", ").split(",")]
            near = get_close_matches(str(problem["input"]), words, n=1)
            given = f"unknown word `{problem['input']}` in `{place}`. "
            return given + (f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(words)}")
        case "value_error":
            said = str(problem["ctx"]["error"])
            return f"`{place}`: {said}" if place else said
        case "string_pattern_mismatch":
            return (
                f"`{problem['input']}` in `{place}` has to look like {_SHAPES.get(problem['ctx']['pattern'], 'a word')}"
            )
        case _:
            return f"`{place}` cannot be `{problem['input']}`: {problem['msg'].lower()}"


_SHAPES = {
    r"^[a-z][a-z0-9-]{0,79}$": "`some-name`: small letters, digits and dashes",
    r"^[a-z][a-z0-9._-]{0,79}$": "a person's id, as in `maria.rossi`",
    r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": "`system.verb_noun`",
    r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)$": "`system.verb_noun` or `system.*`",
    "^(low|medium|high)$": "`low`, `medium` or `high`",
}


def _words_at(path: tuple[Any, ...]) -> list[str]:
    """List the words a place in the charter knows."""
    form: type[BaseModel] = CharterForm
    for part in path:
        if isinstance(part, str) and (field := form.model_fields.get(part)):
            inner = [each for each in _forms_in(field.annotation) if each is not form]
            form = inner[0] if inner else form
        elif isinstance(part, str):  # a field of the signal's data, in `where`
            form = ConditionForm
    return [field.alias or name for name, field in form.model_fields.items()]


def _forms_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [form for each in getattr(annotation, "__args__", ()) for form in _forms_in(each)]


def _line_of(tree: Any, path: tuple[Any, ...]) -> int:
    """Find the line of a place, or of the nearest thing around it."""
    line = 1
    for part in path:
        marks = getattr(tree, "lc", None)
        if marks is None:
            return line
        try:
            line = int(marks.key(part)[0] if isinstance(tree, Mapping) else marks.item(part)[0]) + 1
            tree = tree[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            return line
    return line


# ── from form to charter ───────────────────────────────────────────────────────────────────────────────────────────


def _charter(form: CharterForm) -> Charter:
    return Charter(
        name=form.name,
        title=form.title,
        domain=form.domain,
        purpose=form.purpose,
        process=form.process,
        business_owner=form.owners.business,
        technical_owner=form.owners.technical,
        seats=_seats(form.seats),
        triggers=tuple(_trigger(trigger) for trigger in form.triggers),
        systems=tuple(Access(**dict(access)) for access in form.systems),
        grants=tuple(_grant(grant) for grant in form.grants),
        prohibitions=tuple(Prohibition(**dict(each)) for each in form.prohibitions),
        reviews=tuple(_review(rule) for rule in form.reviews),
        escalation_contacts=form.escalation_contacts,
        escalation_paths=tuple(EscalationPath(**dict(path)) for path in form.escalation_paths),
        budget=_budget(form.budget),
        retention_days=form.retention.days,
        review_within=form.review_within,
    )


def _seats(form: SeatsForm) -> Seats:
    return Seats(**dict(form))


def _trigger(form: TriggerForm) -> Trigger:
    return Trigger(
        name=form.name,
        event=form.event or "",
        where=tuple(_condition(field, value) for field, value in form.where.items()),
        cron=form.cron or "",
        since=form.since or "",
        by=form.by or "",
        days=form.days or 0,
    )


def _condition(field: str, value: object) -> Condition:
    if isinstance(value, ConditionForm):
        return Condition(field=field, equals=value.equals, is_in=value.in_, over=value.over, under=value.under)
    return Condition(field=field, equals=value)


def _grant(form: GrantForm) -> Grant:
    limit, currency = form.limit or (None, "")
    plain = Grant(operation=form.operation, stage=form.stage, per_day=form.per_day, because=form.because)
    return replace(plain, limit=limit, currency=currency, seats=_seats(form.seats) if form.seats else None)


def _review(form: ReviewForm) -> ReviewRule:
    amount, currency = form.amount_over or (None, "")
    return ReviewRule(
        name=form.name,
        operations=form.operations,
        risks=form.risks,
        tiers=form.tiers,
        stages=form.stages,
        domains=form.domains,
        amount_over=amount,
        currency=currency,
        confidence_under=form.confidence_under,
        roles=tuple(role.value for role in form.roles),
        approvals=form.approvals,
        because=form.because,
    )


def _budget(form: BudgetForm) -> Budget:
    money, currency = form.money or (None, "")
    return Budget(money=money, currency=currency, actions=form.actions, cost=form.cost)
