"""The form that asks for an action to be taken back: what was typed, read as what it was when the action was done."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.datastructures import FormData

from remit.errors import InputInvalid, NotFound
from remit.runtime.house import House
from remit.runtime.reversals import Request, request_reversal
from remit.runtime.runs import show_run
from remit.web.pages.visitor import Visitor

_ARGUMENT: Final = "argument."


async def ask_for(house: House, visitor: Visitor, key: str, reason: str, form: FormData) -> UUID:
    """Ask for an action to be taken back, with the arguments of a form; give the run that does it once approved."""
    given = read_arguments(form, await _done(house, key))
    wanted = Request(key=key, who=visitor.person.id, reason=reason, arguments=given)
    return await request_reversal(house.database, house.connections.operations, wanted, house.clock.now())


def read_arguments(form: Mapping[str, object], done: Mapping[str, Any]) -> dict[str, Any]:
    """Read the arguments of a form as what each was when the action was done: a text stays a text.

    Raises:
        InputInvalid: What was no text then is typed as something that is one.
    """
    return {
        name.removeprefix(_ARGUMENT): _read(name.removeprefix(_ARGUMENT), str(text), done)
        for name, text in form.items()
        if name.startswith(_ARGUMENT) and str(text).strip()
    }


def _read(name: str, text: str, done: Mapping[str, Any]) -> Any:
    if isinstance(done.get(name), str):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if name in done:
            raise InputInvalid(f"`{text[:60]}` is not of the kind it was. Write a number as a number") from None
        return text


async def _done(house: House, key: str) -> Mapping[str, Any]:
    """Give the arguments of an action; nothing of one there is not, which is refused where it is asked for."""
    run, _, step = key.partition(":")
    try:
        actions: list[dict[str, Any]] = (await show_run(house.database, UUID(run)))["actions"]
    except (ValueError, NotFound):
        return {}
    none: dict[str, Any] = {}
    return next((each["arguments"] for each in actions if str(each["step"]) == step), none)
