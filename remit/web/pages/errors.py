"""Errors as people meet them: a page that says what was wrong and what to do; or the way to sign in."""

import json
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from remit.errors import RemitError
from remit.web.pages.rendering import page
from remit.web.pages.visitor import Visitor, visitor_of
from remit.web.paths import path_of_ours

_FOR_PROGRAMS: Final = ("/v1/", "/scim", "/health/", "/metrics", "/openapi.json", "/docs", "/static/", "/live")
_SIGNED_OUT: Final = 401


def is_for_programs(path: str) -> bool:
    """Whether what answers at a path is asked by programs."""
    return path.startswith(_FOR_PROGRAMS) or path == "/v1"


async def error_page(request: Request, problem: JSONResponse) -> Response:
    """Show a problem to a person; lead whoever is signed out to the page to sign in, and from there back."""
    told = json.loads(bytes(problem.body))
    if told["status"] == _SIGNED_OUT:
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = request.url.path + query if request.method == "GET" else _back(request)
        return RedirectResponse(f"/sign-in?{urlencode({'next': wanted})}", 303)
    title, detail = (f"{text[:1].upper()}{text[1:].rstrip('.')}" for text in (told["title"], told["detail"]))
    shown = {"title": title, "detail": f"{detail}.", "back": _back(request)}
    return page(request, await _visitor(request), "error.html", shown, http_status=told["status"])


async def _visitor(request: Request) -> Visitor | None:
    try:
        return await visitor_of(request, request.app.state.house, changes_nothing=True)
    except (RemitError, HTTPException):  # an error page is shown to anybody
        return None


def _back(request: Request) -> str:
    """Give the page a person came from, if it was one of this house."""
    parts = urlsplit(request.headers.get("referer", ""))
    is_ours = parts.netloc.lower() == request.headers.get("host", "").lower()
    return path_of_ours(parts.path + (f"?{parts.query}" if parts.query else "")) if is_ours and parts.path else "/"
