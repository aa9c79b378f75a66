"""`/v1/signals`: signals come in as CloudEvents 1.0 over HTTP: structured, binary or in batches."""

from collections.abc import Iterator
from typing import Annotated, Any, cast
from urllib.parse import unquote
from uuid import UUID

import orjson
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from remit.errors import SignalInvalid
from remit.runtime.inbox import receive
from remit.runtime.signal import Signal, read_cloudevent
from remit.web.asked import AskedHouse, AskedPerson
from remit.web.door import read_json

router = APIRouter(prefix="/v1/signals", tags=["signals"])

_MOST_IN_BATCH = 1000


class TakenIn(BaseModel):
    """What became of a signal."""

    signal: UUID
    is_new: bool = Field(description="false when it came before: nothing was begun now")
    runs: list[UUID] = Field(description="the runs it began, now or then")


@router.post("", status_code=202, summary="Send a signal, or a batch")
async def send_signal(
    request: Request,
    house: AskedHouse,
    person: AskedPerson,
    _: Annotated[Any, Body(description="a CloudEvent 1.0", media_type="application/cloudevents+json")] = None,
) -> TakenIn | list[TakenIn]:
    """Take signals in, each once however often it is sent.

    The content type says how they come: `application/cloudevents+json` or `application/json` for one,
    `application/cloudevents-batch+json` for a list, and any JSON with `ce-` headers for the binary mode. A batch that
    holds something else than CloudEvents is refused as a whole.

    A signal sent with the header `Remit-Person` counts as asked for by that person, who then may not approve what it
    leads to.
    """
    body = await request.body()
    asked_by = person if "remit-person" in request.headers else ""
    if request.headers.get("content-type", "").lower().startswith("application/cloudevents-batch+json"):
        signals = [read_cloudevent(event, requested_by=asked_by) for event in _batch(body)]
        return [await _take_in(house, signal) for signal in signals]
    event = _binary(request, body) if "ce-specversion" in request.headers else body
    return await _take_in(house, read_cloudevent(event, requested_by=asked_by))


async def _take_in(house: AskedHouse, signal: Signal) -> TakenIn:
    received = await receive(house.database, house.roster, signal, house.clock.now())
    return TakenIn(signal=received.signal, is_new=received.is_new, runs=list(received.runs))


def _batch(body: bytes) -> Iterator[bytes]:
    events = read_json(body or b"null")
    if not isinstance(events, list) or len(cast("list[Any]", events)) > _MOST_IN_BATCH:
        raise SignalInvalid(f"a batch is a JSON list of at most {_MOST_IN_BATCH} CloudEvents")
    return map(orjson.dumps, cast("list[Any]", events))


def _binary(request: Request, body: bytes) -> bytes:
    """Read the binary mode of https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md."""
    event: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value) for name, value in request.headers.items() if name.startswith("ce-")
    }
    return orjson.dumps(event | {"data": read_json(body) if body else {}})
