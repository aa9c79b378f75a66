"""`/v1/signals`: signals come in as CloudEvents 1.0 over HTTP: structured, binary or in batches."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request

from remit.errors import SignalInvalid
from remit.runtime.inbox import Received, receive
from remit.runtime.signal import read_cloudevent
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/signals", tags=["signals"])

_MOST_IN_BATCH = 1000


@router.post("", status_code=202, summary="Send a signal, or a batch")
async def send_signal(
    request: Request,
    house: AskedHouse,
    person: AskedPerson,
    _: Annotated[Any, Body(description="a CloudEvent 1.0", media_type="application/cloudevents+json")] = None,
) -> dict[str, Any] | list[dict[str, Any]]:
    """Take signals in, each once however often it is sent.

    The content type says how they come: `application/cloudevents+json` or `application/json` for one,
    `application/cloudevents-batch+json` for a list, and any JSON with `ce-` headers for the binary mode.

    A signal sent with the header `Remit-Person` counts as asked for by that person, who then may not approve what it
    leads to.
    """
    body = await request.body()
    asked_by = person if "remit-person" in request.headers else ""
    if request.headers.get("content-type", "").startswith("application/cloudevents-batch+json"):
        return [await _take_in(house, event, asked_by) for event in _batch(body)]
    return await _take_in(house, _binary(request, body) if "ce-specversion" in request.headers else body, asked_by)


async def _take_in(house: AskedHouse, body: bytes, asked_by: str) -> dict[str, Any]:
    signal = read_cloudevent(body, requested_by=asked_by)
    received: Received = await receive(house.database, house.roster, signal, house.clock.now())
    return {"signal": received.signal, "is_new": received.is_new, "runs": list(received.runs)}


def _batch(body: bytes) -> list[bytes]:
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SignalInvalid("the batch is not JSON. Send a JSON list of CloudEvents") from None
    if not isinstance(events, list) or len(events) > _MOST_IN_BATCH:
        raise SignalInvalid(f"a batch is a JSON list of at most {_MOST_IN_BATCH} CloudEvents")
    return [orjson.dumps(event) for event in events]


def _binary(request: Request, body: bytes) -> bytes:
    """Read the binary mode of https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md."""
    event: dict[str, Any] = {
        name.removeprefix("ce-"): value for name, value in request.headers.items() if name.startswith("ce-")
    }
    try:
        event["data"] = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise SignalInvalid("the data of the signal is not JSON. Send a JSON object") from None
    return orjson.dumps(event)
