"""`/live`: one stream of news for each browser, as server-sent events."""

import json
from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from remit.web.pages.pulse import Pulse
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)


@router.get("/live")
async def live(request: Request, _: AskedVisitor) -> StreamingResponse:
    """Tell the topics of what happens, until the browser goes or the house stops."""
    pulse: Pulse = request.app.state.pulse
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(pulse), media_type="text/event-stream", headers=headers)


async def _events(pulse: Pulse) -> AsyncGenerator[str]:
    yield "retry: 2000\n\n"
    async for topics in pulse.listen():
        yield f"data: {json.dumps(sorted(topics))}\n\n" if topics else ": here\n\n"
