"""Compares two versions of a text line by line, for people who read what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_AROUND = 3
_LONGEST = 5000  # lines; what is longer is compared as one piece, because comparing takes the square of it


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line, and whether it was added, removed or kept; or a gap where equal lines are left out."""

    change: Literal["added", "removed", "same", "gap"]
    text: str


def compare(before: str, after: str) -> Sequence[ComparedLine]:
    """Tell what another text adds and removes, with a few lines around it; nothing when they are equal."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return ()
    if max(len(old), len(new)) > _LONGEST:
        return [*(ComparedLine("removed", each) for each in old), *(ComparedLine("added", each) for each in new)]
    return list(_lines(old, new))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[ComparedLine]:
    for at, group in enumerate(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND)):
        if at or group[0][1] or group[0][3]:
            yield ComparedLine("gap", "")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (ComparedLine("same", each) for each in old[i1:i2])
                continue
            yield from (ComparedLine("removed", each) for each in old[i1:i2])
            yield from (ComparedLine("added", each) for each in new[j1:j2])
