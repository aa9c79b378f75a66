"""What language models used, whether or not their answer could be used: paid is paid."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """What was used while something was done."""

    cost: int = 0
    """in millionths of the currency; an answer without a known price costs nothing here"""
    tokens: int = 0


_current: ContextVar[Usage | None] = ContextVar("remit_usage", default=None)


@contextmanager
def counting() -> Generator[Usage]:
    """Count what models use while the block lasts."""
    usage = Usage()
    before = _current.set(usage)
    try:
        yield usage
    finally:
        _current.reset(before)


def count(*, cost: int, tokens: int) -> None:
    """Count what a model used, for whoever counts now."""
    usage = _current.get()
    if usage is not None:
        usage.cost += max(cost, 0)
        usage.tokens += max(tokens, 0)
