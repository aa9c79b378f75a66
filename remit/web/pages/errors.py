"""Errors as people meet them: a page that says what was wrong and what to do; or the way to sign in."""

import json
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from remit.web.pages.rendering import page
from remit.web.pages.visitor import visitor_or_nobody
from remit.web.paths import path_of_ours

_FOR_PROGRAMS: Final = ("/v1/", "/scim", "/health/", "/metrics", "/openapi.json", "/static/", "/live")
_SIGNED_OUT: Final = 401
_NO_PATH: Final = "not found"  # of a path; whatever else there is not is named


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
    title, detail = told["title"], told["detail"]
    if title == _NO_PATH:
        title, detail = "there is no such page", f"nothing stands at `{request.url.path[:200]}`. Go to one there is"
    shown = {"title": _capitalized(title), "detail": sentence(detail), "back": _back(request)}
    return page(request, await visitor_or_nobody(request), "error.html", shown, http_status=told["status"])


def sentence(message: str) -> str:
    """Write an error's message as a sentence on a page."""
    return f"{_capitalized(message)}."


def _capitalized(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}"


def _back(request: Request) -> str:
    """Give the page a person came from, if it was one of this house."""
    parts = urlsplit(request.headers.get("referer", ""))
    is_ours = parts.netloc.lower() == request.headers.get("host", "").lower()
    return path_of_ours(parts.path + (f"?{parts.query}" if parts.query else "")) if is_ours and parts.path else "/"
