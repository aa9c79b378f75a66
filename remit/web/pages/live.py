"""`/live`: one stream of news for each browser, as server-sent events."""

import json
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from remit.web.asked import Serial
from remit.web.pages.pulse import Pulse
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)


@router.get("/live")
async def live(
    request: Request, _: AskedVisitor, since: Serial = None, last_event_id: Annotated[str, Header(max_length=40)] = ""
) -> StreamingResponse:
    """Tell the topics of what happens, until the browser goes or the house stops."""
    pulse: Pulse = request.app.state.pulse
    if last_event_id.isdecimal() and last_event_id.isascii() and len(last_event_id) < 19:  # noqa: PLR2004  # 64 bits
        since = int(last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(pulse, since), media_type="text/event-stream", headers=headers)


async def _events(pulse: Pulse, since: int | None) -> AsyncGenerator[str]:
    yield "retry: 2000\n\n"
    async for news in pulse.listen(since):
        yield f"id: {news.next}\ndata: {json.dumps(news.topics)}\n\n" if news.topics else ": here\n\n"
