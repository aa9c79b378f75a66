"""Finds what is wrong with a charter whose YAML can be read: every fault at once, each with the nearest valid word."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, cast, get_args

from pydantic import BaseModel, ValidationError

from remit.charters import charter_values as form
from remit.charters.charter_form import CharterForm
from remit.charters.charter_text import CharterText, Fault, Place, spell

_MOST: Final = 50  # more than anybody mends in one go, and few enough that a hostile text costs nothing


def check(text: CharterText) -> tuple[CharterForm | None, list[Fault]]:
    """Check words, values and what must hold between them; give the form when nothing is wrong."""
    shaped, misshapen = _shape(text.tree)
    wrong = {fault.place for fault in text.faults}
    rest = [fault for fault in misshapen if fault.place not in wrong]
    faults = [*text.faults, *rest, *_between(text.tree)]
    return (None if faults else shaped), faults


def write_faults(faults: Sequence[Fault], text: CharterText, file: str) -> str:
    """Write faults by line, as `file:line: what is wrong. What to do`."""
    placed = sorted({(fault.line or text.line_of(fault.place), _on_one_line(fault.sentence)) for fault in faults})
    lines = [f"{file}:{line}: {sentence}" for line, sentence in placed[:_MOST]]
    if len(placed) > _MOST:
        lines.append(f"{file}:{placed[_MOST][0]}: and {len(placed) - _MOST} more. Mend those above first")
    return "\n".join(lines)


def _on_one_line(sentence: str) -> str:
    """Join lines that came in with what is quoted."""
    return " ".join(sentence.split())


# ── words and values ───────────────────────────────────────────────────────────────────────────────────────────────


def _shape(tree: Mapping[str, Any]) -> tuple[CharterForm | None, list[Fault]]:
    try:
        return CharterForm.model_validate_json(json.dumps(tree)), []
    except ValidationError as error:
        found = cast("list[Mapping[str, Any]]", error.errors(include_url=False))
    places = [_place(problem) for problem in found]
    nested = {place[:length] for place in places for length in range(len(place))}
    kept = [
        (place, problem)
        for place, problem in zip(places, found, strict=True)
        # A list all of whose items are wrong is also called too short.
        if not (problem["type"] == "too_short" and place in nested)
    ]
    faults = [Fault(place=place, sentence=_sentence(problem, place)) for place, problem in kept[: 4 * _MOST]]
    return None, faults


def _place(problem: Mapping[str, Any]) -> Place:
    """Find the place a problem is at: one with the name of a field ends in `[key]`, a word anybody may write too."""
    place: Place = tuple(problem["loc"])
    is_about_a_name = place[-1:] == ("[key]",) and place[-3:-2] == ("where",) and problem["type"].startswith("string_")
    return place[:-1] if is_about_a_name else place


def _sentence(problem: Mapping[str, Any], place: Place) -> str:
    where, given = spell(place), problem.get("input")
    match problem["type"]:
        case "missing":
            return f"`{where}` is missing. See docs/charters.md"
        case "extra_forbidden":
            return f"unknown word `{where}`. {_nearest(str(place[-1]), _words_at(place[:-1]))}"
        case "enum":
            expected = str(problem["ctx"]["expected"]).replace(" or ", ", ")
            words = [word.strip("' ") for word in expected.split(",")]
            return f"unknown word {_show(given)} in `{where}`. {_nearest(str(given), words)}"
        case "value_error":
            return f"`{where}`: {problem['ctx']['error']}"
        case "string_pattern_mismatch":
            shape = _SHAPES[problem["ctx"]["pattern"]]
            return f"{_show(given)} in `{where}` has to look like {shape}"
        case kind:
            return f"`{where}` cannot be {_show(given)}. Write {_wanted(kind, problem, place)}"


def _wanted(kind: str, problem: Mapping[str, Any], place: Place) -> str:
    if kind == "model_type" and "where" in place:
        return "a value, or a condition as in `{over: 40}`"
    limits: Mapping[str, Any] = problem.get("ctx") or {}
    return _WANTED.get(kind, "what docs/charters.md shows").format(**limits)


_SHAPES: Final = {
    form.NAME: "`some-name`: small letters, digits and dashes",
    form.PERSON: "a person's id, as in `maria.rossi`",
    form.OPERATION: "`system.verb_noun`: small letters, digits and `_`",
    form.OPERATION_OR_SYSTEM: "`system.verb_noun` or `system.*`",
    form.SYSTEM: "`system`: small letters, digits and `_`",
    form.FIELD_PATH: "`field` or `field.inner`: names with dots between them",
    form.MAIL: "a mail address in small letters, as in `invoice-review@example.com`",
    form.PHONE: "a number with its country, as in `+49 30 901820`",
    form.RISK: "`low`, `medium` or `high`",
    form.RECIPIENT: "`example.com`, or `*.example.com` for everything below it",
}

_WANTED: Final = {
    "string_type": "a text; a number that is meant as text stands in quotes",
    "string_too_short": "at least one word",
    "string_too_long": "at most {max_length} characters",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list, as in `[one, two]`",
    "list_type": "a list, as in `[one, two]`",
    "dict_type": "lines of `name: value`",
    "model_type": "lines of `name: value`",
    "too_short": "at least {min_length}",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}


def _nearest(given: str, words: Sequence[str]) -> str:
    near = get_close_matches(given[:80], words, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(words)}"


def _show(given: object) -> str:
    match given:
        case dict():
            return "lines of `name: value`"
        case list():
            return "a list"
        case bool():
            return f"`{str(given).lower()}`"
        case _:
            return f"`{spell((str(given),))}`"


def _words_at(place: Place) -> list[str]:
    """List the words a place in the charter knows."""
    here: type[BaseModel] = CharterForm
    for part in place:
        fields = {field.alias or name: field for name, field in here.model_fields.items()}
        if isinstance(part, str) and part in fields:
            here = next(_forms_in(fields[part].annotation), here)
    return [field.alias or name for name, field in here.model_fields.items()]


def _forms_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _forms_in(each)


# ── between the parts ──────────────────────────────────────────────────────────────────────────────────────────────

_ONCE: Final[tuple[tuple[str, tuple[str | None, ...]], ...]] = (
    ("the trigger", ("triggers", None, "name")),
    ("the system", ("systems", None, "system")),
    ("the read", ("systems", None, "reads", None)),
    ("the grant of", ("grants", None, "operation")),
    ("the prohibition of", ("prohibitions", None, "operation")),
    ("the review", ("reviews", None, "name")),
    ("the escalation path", ("escalation_paths", None, "name")),
    ("the escalation contact", ("escalation_contacts", None)),
)


def _between(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Find what only the whole shows; a part that is wrong in itself is passed over here."""
    for what, path in _ONCE:
        yield from _twice(what, list(_find(tree, path, ())))
    granted = {name for _, name in _find(tree, ("grants", None, "operation"), ())}
    read = {name for _, name in _find(tree, ("systems", None, "reads", None), ())}
    for place, name in _find(tree, ("prohibitions", None, "operation"), ()):
        for what, allowed in (("granted", granted), ("read", read)):
            for both in _covered(name, allowed):
                yield Fault(
                    place=place, sentence=f"`{spell((both,))}` is both {what} and prohibited. Take one of the two out"
                )
    for place, name in _find(tree, ("reviews", None, "operations", None), ()):
        if not _covered(name, granted):
            yield Fault(place=place, sentence=_ungranted(name, granted))
    for place, name in _find(tree, ("escalation_paths", None, "receiving_domain"), ()):
        if name == tree.get("domain"):
            yield Fault(
                place=place, sentence=f"`{spell((name,))}` is the worker's own domain. Name the one that takes over"
            )


def _covered(name: str, operations: Iterable[str]) -> list[str]:
    """List the operations a name stands for: itself, or all of `system.*`."""
    return sorted(each for each in operations if each == name or (name.endswith(".*") and each.startswith(name[:-1])))


def _ungranted(name: str, granted: Collection[str]) -> str:
    near = get_close_matches(name[:80], [*granted, *(f"{each.partition('.')[0]}.*" for each in granted)], n=1)
    advice = f"Did you mean `{spell((near[0],))}`?" if near else "Grant it, or take it out of the review"
    return f"`{spell((name,))}` is reviewed and not granted, so nobody would ever be asked. {advice}"


def _twice(what: str, found: list[tuple[Place, str]]) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for place, name in found:
        seen[name] += 1
        if seen[name] > 1 and name:
            yield Fault(place=place, sentence=f"{what} `{spell((name,))}` stands twice. Keep one")


def _find(tree: Any, path: tuple[str | None, ...], place: Place) -> Iterator[tuple[Place, str]]:
    """Find the texts at a path; None stands for every item of a list."""
    if not path:
        if isinstance(tree, str):
            yield place, tree
    elif path[0] is None and isinstance(tree, list):
        for number, each in enumerate(cast("list[Any]", tree)):
            yield from _find(each, path[1:], (*place, number))
    elif path[0] is not None and isinstance(tree, dict) and path[0] in tree:
        yield from _find(cast("dict[str, Any]", tree)[path[0]], path[1:], (*place, path[0]))
