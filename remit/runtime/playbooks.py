"""Loads playbooks from their text, so that a run can end on the version it began with although the file has changed."""

import functools
import inspect
import types
from collections.abc import Awaitable, Callable
from typing import Any, cast

from remit.errors import PlaybookInvalid

Playbook = Callable[[Any], Awaitable[object]]
"""What a playbook is: an async function `run(context)` that gives an outcome."""


@functools.lru_cache(maxsize=256)
def load_playbook(text: str, name: str) -> Playbook:
    """Load a playbook from its text.

    The text comes from the registry, where only those who may deploy workers can put it: it is code of this house.

    Raises:
        PlaybookInvalid: It is no Python, fails when loaded, or has no async function `run`.
    """
    module = types.ModuleType(f"playbook {name}")
    try:
        exec(compile(text, f"{name}/playbook.py", "exec"), module.__dict__)  # noqa: S102  # see the docstring
    except (Exception, SystemExit) as error:
        raise PlaybookInvalid(f"the playbook of `{name}` cannot be loaded: {error}") from error
    run = getattr(module, "run", None)
    if not inspect.iscoroutinefunction(run):
        raise PlaybookInvalid(f"the playbook of `{name}` has no `async def run(context)`. Copy a neighbour's to begin")
    return cast("Playbook", run)
