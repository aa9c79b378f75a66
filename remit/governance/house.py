"""The house rules: what holds for every worker, written as Cedar files that a risk owner can read.

The files packaged here are a beginning. A house that brings its own directory replaces them, and a change that two
people agreed on overlays one of them, all but `always.cedar` and `origin.cedar`: no house is without the rules on
halts, vacant seats and budgets, and on where the data comes from.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from remit.canonical import digest_of
from remit.errors import PolicyInvalid
from remit.governance.policy_check import read_foreign, read_own
from remit.governance.rule import Rule

PACKAGED: Final = Path(__file__).parent / "house_rules"

ALWAYS: Final = ("always.cedar", "origin.cedar")
"""The files every house has as they are."""

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,79}")
_RESERVED: Final = frozenset({"no-grant", "no-read", "engine-failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """The rules of one house."""

    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, directory: Path = PACKAGED) -> Self:
        """Read a directory of `*.cedar` files; files of another directory than the packaged one may take seconds.

        Raises:
            PolicyInvalid: The directory holds no rules, or one that cannot be used.
        """
        if directory.resolve() != PACKAGED.resolve():
            return cls.parse(_texts(directory))
        return cls._of(rule for name, text in _texts(PACKAGED).items() for rule in _read_packaged(text, name))

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> Self:
        """Read rules that people wrote, given by file name, and what always holds. Blocks for seconds at worst.

        Raises:
            PolicyInvalid: A rule cannot be used.
        """
        always = [
            rule for name in ALWAYS for rule in _read_packaged((PACKAGED / name).read_text(encoding="utf-8"), name)
        ]
        theirs = [rule for name, text in sorted(texts.items()) for rule in read_foreign(text, name)]
        return cls._of([*always, *theirs])

    def overlaid(self, texts: Mapping[str, str | None]) -> Self:
        """Put files in the place of those of the same name, or beside them; None takes one away. It may take seconds.

        Raises:
            PolicyInvalid: A rule cannot be used, or one that every house has would be another.
        """
        if fixed := sorted({*ALWAYS} & texts.keys()):
            raise PolicyInvalid(f"`{fixed[0]}` holds in every house as it is. Write your rule in a file of its own")
        kept = [rule for rule in self.rules if rule.origin not in texts]
        theirs = [rule for name, text in sorted(texts.items()) if text is not None for rule in _read(text, name)]
        return self._of([*kept, *theirs])

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, in order."""
        return tuple(sorted({rule.origin for rule in self.rules}))

    @property
    def digest(self) -> str:
        """The version of all the rules: the same digest, the same rules."""
        return digest_of({rule.id: rule.as_json() for rule in self.rules})

    def digest_of_file(self, name: str) -> str:
        """The version of one file, whatever stands in it besides rules; empty when there is no such file."""
        rules = {rule.id: rule.as_json() for rule in self.rules if rule.origin == name}
        return digest_of(rules) if rules else ""

    @classmethod
    def _of(cls, rules: Iterable[Rule]) -> Self:
        kept = tuple(rules)
        origins: dict[str, str] = {}
        for rule in kept:
            _check_house_rule(rule)
            if rule.id in origins:
                where = f"in `{origins[rule.id]}` and in `{rule.origin}`"
                raise PolicyInvalid(f"rule `{rule.id}` stands twice, {where}. Rename or remove one")
            origins[rule.id] = rule.origin
        return cls(rules=kept)

    def check_names(self, *, operations: Collection[str], workers: Collection[str] | None = None) -> None:
        """Check that every worker, operation and system a rule names exists; workers only when they are given.

        Raises:
            PolicyInvalid: A rule names something unknown, so that it would never speak.
        """
        known: dict[str, Collection[str]] = {
            "Operation": operations,
            "System": {name.partition(".")[0] for name in operations},
        }
        if workers is not None:
            known["Worker"] = workers
        for rule in self.rules:
            for kind, name in sorted(rule.names):
                if kind in known and name not in known[kind]:
                    what = f"an unknown {kind.lower()} `{name}`"
                    raise PolicyInvalid(f"rule `{rule.id}` in `{rule.origin}` names {what}. Correct or remove it")


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> tuple[Rule, ...]:
    """Read a foreign file once: what it holds never changes."""
    return read_foreign(text, name)


@lru_cache(maxsize=64)
def _read_packaged(text: str, name: str) -> tuple[Rule, ...]:
    """Read a packaged file once: all of them take longer than a page may."""
    return read_own(text, name)


def _check_house_rule(rule: Rule) -> None:
    if not _ID.fullmatch(rule.id) or rule.id in _RESERVED:
        wanted = "small letters, digits, `-` and `_`"
        raise PolicyInvalid(f"rule `{rule.id}` in `{rule.origin}` cannot have this id. Choose another of {wanted}")
    if rule.effect != "forbid":
        hint = "Only a charter grants: write `forbid`"
        raise PolicyInvalid(f"rule `{rule.id}` in `{rule.origin}` permits. {hint}")


def _texts(directory: Path) -> dict[str, str]:
    files = sorted(directory.glob("*.cedar"))
    if not files:
        raise PolicyInvalid(f"`{directory}` holds no rules. Name a directory with `.cedar` files")
    try:
        return {file.name: file.read_text(encoding="utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyInvalid(f"a rule file in `{directory}` cannot be read: {error}. Save it as UTF-8") from error
