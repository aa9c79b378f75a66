"""The description of the API as people read it: made from its OpenAPI document and from nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_SHAPE: Final = "#/components/schemas/"
_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS: Final = {"uuid": "UUID", "date-time": "moment", "date": "day"}
_BOUNDS: Final = {"minimum": "at least", "maximum": "at most", "minLength": "length from", "maxLength": "length up to"}
_SAYS_NOTHING: Final = "Successful Response"
_NO_BOUND: Final = 2**53  # what only says that a number fits is left out

Words = Sequence[tuple[str, str]]
"""A text in pieces, each with the shape it names, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a field of a shape."""

    name: str
    place: str
    """`path`, `query`, `header`; empty in a shape"""
    kind: Words
    is_needed: bool
    says: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may be answered."""

    status: str
    says: str
    media: str
    kind: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One request."""

    method: str
    path: str
    summary: str
    says: str
    is_free: bool
    """whether it needs neither a session nor a token"""
    parameters: Sequence[Field]
    takes: Sequence[Answer]
    """its body, in each form it may have"""
    answers: Sequence[Answer]

    @property
    def anchor(self) -> str:
        """Its name in the address of the page."""
        return f"{self.method} {self.path}".lower().replace("/", "-").replace(" ", "").replace("{", "").replace("}", "")

    def matches(self, text: str) -> bool:
        """Tell whether every word of a text stands in its method, path or summary."""
        told = f"{self.method} {self.path} {self.summary}".lower()
        return all(word in told for word in text.lower().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a body or an answer is made of."""

    name: str
    says: str
    fields: Sequence[Field]
    values: Sequence[str]
    """of a word that is one of a few"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The whole API."""

    says: str
    groups: Mapping[str, Sequence[Route]]
    shapes: Sequence[Shape]


def describe(document: Mapping[str, Any]) -> Description:
    """Read an OpenAPI document: routes by their tag, in the order they stand in, and the shapes they name."""
    groups: dict[str, list[Route]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            groups.setdefault(str(told["tags"][0]), []).append(_route(method, path, told))
    shapes = document.get("components", {}).get("schemas", {})
    return Description(
        says=str(document["info"].get("description", "")).strip(),
        groups=groups,
        shapes=[_shape(name, told) for name, told in sorted(shapes.items())],
    )


def _route(method: str, path: str, told: Mapping[str, Any]) -> Route:
    body: Mapping[str, Any] = told.get("requestBody", {})
    return Route(
        method=method.upper(),
        path=path,
        summary=str(told.get("summary", "")),
        says=str(told.get("description", "")),
        is_free="security" not in told,
        parameters=[_parameter(each) for each in told.get("parameters", ())],
        takes=list(_contents("", "", body.get("content", {}))) if body else [],
        answers=[one for status, answer in told["responses"].items() for one in _answers(status, answer)],
    )


def _parameter(told: Mapping[str, Any]) -> Field:
    says = str(told.get("description", ""))
    schema = dict(told["schema"])
    if several := [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]:
        schema["anyOf"] = several  # what is not given is left out, never null
    return _field(told["name"], schema, needed=bool(told.get("required")), place=told["in"], says=says)


def _answers(status: str, told: Mapping[str, Any]) -> Iterator[Answer]:
    named = "any other" if status == "default" else status
    says = str(told.get("description", ""))
    yield from _contents(named, "" if says == _SAYS_NOTHING else says, told.get("content", {"": {}}))


def _contents(status: str, says: str, contents: Mapping[str, Mapping[str, Any]]) -> Iterator[Answer]:
    for media, content in contents.items():
        yield Answer(status=status, says=says, media=media, kind=list(_kind(content.get("schema", {}))))


def _shape(name: str, told: Mapping[str, Any]) -> Shape:
    needed = set(told.get("required", ()))
    fields = [_field(each, of, needed=each in needed) for each, of in told.get("properties", {}).items()]
    values = [str(value) for value in told.get("enum", ())]
    return Shape(name=name, says=str(told.get("description", "")), fields=fields, values=values)


def _field(name: str, told: Mapping[str, Any], *, needed: bool, place: str = "", says: str = "") -> Field:
    default = told.get("default")
    return Field(
        name=name,
        place=place,
        kind=list(_kind(told)),
        is_needed=needed,
        says=says or str(told.get("description", "")),
        default="" if default in (None, "", [], {}) else str(default),
    )


def _kind(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say of what kind a value is, in words; a shape is named, so that it can be linked."""
    if reference := str(told.get("$ref", "")):
        yield reference.removeprefix(_SHAPE), reference.removeprefix(_SHAPE)
    elif several := told.get("anyOf") or told.get("oneOf"):
        yield from _either(several)
    elif "enum" in told or "const" in told:
        yield ", ".join(str(value) for value in told.get("enum", [told.get("const")])), ""
    elif told.get("type") == "array":
        yield "list of ", ""
        yield from _kind(told.get("items", {}))
    elif told.get("type") == "object" and isinstance(told.get("additionalProperties"), dict):
        yield "object of ", ""
        yield from _kind(told["additionalProperties"])
    else:
        word = _FORMATS.get(str(told.get("format", ""))) or _WORDS.get(str(told.get("type", "")), "any")
        yield word + "".join(_bounds(told)), ""


def _either(several: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for number, each in enumerate(several):
        if number:
            yield " or ", ""
        yield from _kind(each)


def _bounds(told: Mapping[str, Any]) -> Iterator[str]:
    for name, words in _BOUNDS.items():
        if name in told and abs(told[name]) <= _NO_BOUND:
            yield f", {words} {told[name]}"
