"""Check rule text: what the house wrote here, what people wrote in a process of its own.

Cedar's parser has no limit of its own: text nested about a thousand deep ends the process that parses it. So text from
people is bounded in size and depth first, then parsed by a child that may die; this process only reads the child's
JSON, whose depth its reader bounds.
"""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import cedarpy
import orjson

from remit.errors import PolicyInvalid
from remit.governance.rule import Rule, rules_of

SCHEMA: Final = Path(__file__).parent / "schema.cedarschema"

_CHILD: Final = Path(__file__).parent / "policy_child.py"
_MOST_LETTERS: Final = 250_000
_MOST_DEPTH: Final = 50
_SECONDS: Final = 5.0
# Strings and comments. An unclosed string runs to the end, so that the scan is linear in every case.
_SKIPPED: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|//[^\n]*', re.DOTALL)
_BRACKETS: Final = re.compile(r"[(\[{]|[)\]}]")


@cache
def schema() -> cedarpy.Schema:
    """Give the schema all rules are written against."""
    return cedarpy.Schema.from_str(SCHEMA.read_text(encoding="utf-8"))


def read_own(text: str, origin: str) -> tuple[Rule, ...]:
    """Read rules that the house wrote itself, in this process.

    Raises:
        PolicyInvalid: A rule is not one.
    """
    try:
        parsed = cedarpy.policies_to_json_str(text)
        result = cedarpy.validate_policies(text, schema())  # pyright: ignore[reportUnknownMemberType]  # bare `dict`
    except ValueError as error:
        raise PolicyInvalid(f"`{origin}` is not a rule text: {error}") from error
    names = cast("dict[str, str]", result.id_annotations_by_policy_id)  # pyright: ignore[reportUnknownMemberType]  # bare `dict`
    for error in result.errors:
        raise PolicyInvalid(f"rule `{names.get(error.policy_id, '')}` in `{origin}` cannot be used: {error.error}")
    return rules_of(parsed, origin)


def read_foreign(text: str, origin: str) -> tuple[Rule, ...]:
    """Read rules that people wrote, in a child process; it takes a moment, at most five seconds, and blocks.

    Raises:
        PolicyInvalid: A rule is not one, or reading it did not end well.
    """
    _check_bounds(text, origin)
    answer = _ask_child(text, origin)
    for error in answer["errors"]:
        raise PolicyInvalid(f"`{origin}` cannot be used: {error}")
    return rules_of(answer["parsed"], origin)


def _check_bounds(text: str, origin: str) -> None:
    if len(text) > _MOST_LETTERS:
        raise PolicyInvalid(f"`{origin}` is longer than {_MOST_LETTERS:,} letters. Split it into several files")
    depth = 0
    for bracket in _BRACKETS.finditer(_SKIPPED.sub('""', text)):
        depth += 1 if bracket.group() in "([{" else -1
        if depth > _MOST_DEPTH:
            raise PolicyInvalid(f"`{origin}` is nested more than {_MOST_DEPTH} deep. Split it into several rules")


def _ask_child(text: str, origin: str) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603  # our own file, run by our own interpreter
            [sys.executable, "-I", str(_CHILD), str(SCHEMA)],
            input=text.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        return orjson.loads(done.stdout)
    except UnicodeEncodeError as error:
        raise PolicyInvalid(f"`{origin}` holds a character that is not Unicode text. Remove it") from error
    except subprocess.TimeoutExpired as error:
        raise PolicyInvalid(f"`{origin}` takes longer than {_SECONDS:.0f} s to read. Simplify its rules") from error
    except (subprocess.CalledProcessError, orjson.JSONDecodeError) as error:
        raise PolicyInvalid(f"reading `{origin}` failed, as it does for rules nested deep. Split its rules") from error
