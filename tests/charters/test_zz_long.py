"""Whatever is done to a charter, it is read, or refused in words."""

import io
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.charters.in_words import describe
from remit.errors import CharterInvalid

_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", "*", "&a", "!x", "<<", "2026-01-31", "1e400", "0x", "\0", "\u202e", "1 EUR", "9" * 70 + " EUR"]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=8), st.integers(), max_size=3),
    st.dates(),
    st.binary(max_size=4),
)

quick = settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _load(text: str) -> Any:
    load = cast("Callable[[str], Any]", YAML(typ="safe", pure=True).load)  # pyright: ignore[reportUnknownMemberType]  # ruamel leaves its streams untyped
    return load(text)


def _dump(tree: Any) -> str:
    writer, stream = YAML(typ="safe", pure=True), io.StringIO()
    writer.dump(tree, stream)  # pyright: ignore[reportUnknownMemberType]  # ruamel leaves its streams untyped
    return stream.getvalue()


def _nodes(tree: Any) -> list[tuple[Any, Any]]:
    """List every node below the top as (what holds it, its key there)."""
    if isinstance(tree, dict):
        keys = list(cast("dict[Any, Any]", tree))
    else:
        keys = list(range(len(cast("list[Any]", tree)))) if isinstance(tree, list) else []
    found: list[tuple[Any, Any]] = [(cast("Any", tree), key) for key in keys]
    return found + [each for holder, key in found for each in _nodes(holder[key])]


def _mutate(tree: Any, data: st.DataObject) -> None:
    nodes = _nodes(tree)
    if not nodes:
        return
    (holder, key), (other_holder, other) = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from(nodes))
    is_list = bool(type(holder) is list)
    match data.draw(st.sampled_from(["delete", "rename", "retype", "double", "move"])):
        case "delete":
            del holder[key]
        case "rename" if not is_list:
            holder[data.draw(st.one_of(st.text(max_size=9), st.just(f"{key}s"), st.integers()))] = holder.pop(key)
        case "double" if is_list:
            holder.append(deepcopy(holder[key]))
        case "move":
            holder[key] = deepcopy(other_holder[other])
        case _:
            holder[key] = data.draw(_ODD)


def _read(text: str) -> Charter | None:
    """Read a charter; check that a refusal is in words a person can use."""
    try:
        return parse_charter(text, file="f")
    except CharterInvalid as error:
        for line in str(error).split("\n"):
            found = re.match(r"f:([0-9]+): (.+)", line)
            assert found is not None, line
            assert 1 <= int(found.group(1)) <= len(re.findall("\r\n|[\n\r\x85\u2028\u2029]", text)) + 1
            assert not re.search(r"[a-z]Form\b|pydantic|NoneType|\bdict\b|\btuple\b|what docs", line), line
        return None


@quick
@given(data=st.data())
def test_a_mutated_charter_is_read_or_refused(example: str, data: st.DataObject) -> None:
    """Deleting, renaming, retyping, doubling and moving nodes ends in a charter or in CharterInvalid, nothing else."""
    tree = _load(example)
    for _ in range(data.draw(st.integers(1, 6))):
        _mutate(tree, data)

    charter = _read(_dump(tree))

    assert charter is None or all(describe(charter))


@quick
@given(data=st.data())
def test_a_garbled_charter_is_read_or_refused(example: str, data: st.DataObject) -> None:
    """Cutting pieces out of the text and putting others in ends in a charter or in CharterInvalid, nothing else."""
    start = data.draw(st.integers(0, len(example)))
    end = data.draw(st.integers(start, min(len(example), start + 40)))
    piece = data.draw(st.one_of(st.text(max_size=10), st.text("{}[]:,&*!?|>-'\"#%@`\n \t", max_size=10)))

    charter = _read(example[:start] + piece + example[end:])

    assert charter is None or charter.name


@quick
@given(text=st.text(max_size=200))
def test_any_text_is_refused_in_words(text: str) -> None:
    """No text of a few characters is a charter, and none does worse than being refused."""
    charter = _read(text)

    assert charter is None
