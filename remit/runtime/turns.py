"""The turns of a run's steps: one after the other, and none any more once a step has led out of the playbook."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from remit.errors import PlaybookInvalid
from remit.runtime.run import Escalate, Leave

_Result = TypeVar("_Result")


class Turns:
    """The turns of one run in one process."""

    def __init__(self) -> None:
        self._number = 0
        self._lock = asyncio.Lock()
        self._left: Leave | None = None

    async def take(self, do: Callable[[int], Awaitable[_Result]]) -> _Result:
        """Do the next step, given its number, when the one before is done.

        Raises:
            Leave: It, or one before it, led out of the playbook: whatever goes wrong in a step does.
        """
        self._number += 1
        number = self._number
        async with self._lock:
            if self._left is not None:
                raise self._left
            try:
                return await do(number)
            except Leave as leave:
                self._left = leave
            except asyncio.CancelledError:
                self._left = Leave(Escalate(f"the playbook did not wait for the end of its step {number}"))
                raise
            except Exception as error:  # noqa: BLE001  # one of the three rims: passed on by `follow`
                self._left = Leave(error=error)
            raise self._left

    async def follow(self, playing: Awaitable[object]) -> object:
        """Wait for a playbook to end, whatever it returns or raises; then nothing more is done.

        Raises:
            Leave: A step led out of it, whether or not the playbook took notice.
            PlaybookInvalid: It failed by itself.
        """
        outcome, failure = None, None
        try:
            outcome = await playing
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  # one of the three rims: a playbook may raise anything
            failure = error
        async with self._lock:  # held by a step that the playbook began and did not wait for
            left, self._left = self._left, self._left or Leave()
        if left is not None:
            raise left.error or left
        if failure is not None:
            raise PlaybookInvalid(f"the playbook failed: {_in_words(failure)}") from failure
        return outcome


def _in_words(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__
