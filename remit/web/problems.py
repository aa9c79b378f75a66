"""Errors as problem details, RFC 9457: the same words as everywhere, with the word of the error as its type."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from remit.errors import Conflict, RemitError
from remit.web.pages.errors import error_page, is_for_programs

_log = logging.getLogger(__name__)

_CODES = {401: "token-missing", 404: "not-found", 405: "method-not-allowed"}
_SECOND = {
    401: "Sign in, or send the header `Authorization: Bearer` with a personal token or the one in `api.token`",
    405: "The header `Allow` of this answer says what it can be asked",
}

PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem details (RFC 9457): what was wrong, and what to do",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string", "description": "`urn:remit:` and the word of the error"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string", "description": "what was wrong, and what to do"},
                        "current": {"type": "object", "description": "of a conflict, perhaps: what stands there now"},
                    },
                }
            }
        },
    }
}
"""How the description of the API tells of errors."""


def add_problems(app: FastAPI) -> None:
    """Answer every error of an application: to programs as problem details, to people as a page."""
    for kind, told in ((RemitError, _on_remit_error), (RequestValidationError, _on_validation_error)):
        app.add_exception_handler(kind, partial(_answer, told))
    app.add_exception_handler(HTTPException, partial(_answer, _on_http_error))


async def _answer(told: Callable[[Request, Exception], JSONResponse], request: Request, error: Exception) -> Response:
    answer = told(request, error)
    return answer if is_for_programs(request.url.path) else await error_page(request, answer)


def problem(  # the members of RFC 9457
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    current: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """Make an answer that tells of an error, and of what stands there now where that is known."""
    body: dict[str, Any] = {"type": f"urn:remit:{code}", "title": title, "status": status, "detail": detail}
    body |= {"current": dict(current)} if current else {}
    # What an asker sent may hold halves of characters, which no answer can.
    cleaned = {name: _writable(value) for name, value in body.items()}
    return JSONResponse(cleaned, status_code=status, media_type="application/problem+json", headers=headers)


def on_surprise(method: str, path: str, error: Exception) -> JSONResponse:
    """Log whole what nobody foresaw, and tell it without detail: one of the three rims."""
    _log.error("%s %s failed", method, path, exc_info=error)
    return problem(500, "remit-error", "something went wrong in Remit", "the log of the process says what")


def _writable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _on_remit_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RemitError):
        return on_surprise(request.method, request.url.path, error)
    if error.status >= 500:  # noqa: PLR2004  # not the asker's doing
        _log.warning("%s %s: %s", request.method, request.url.path, error)
    current = error.current if isinstance(error, Conflict) else None
    title = (type(error).__doc__ or "").strip().rstrip(".")
    return problem(error.status, error.code, title, str(error), current=current)


def _on_validation_error(_: Request, error: Exception) -> JSONResponse:
    problems: Sequence[Mapping[str, Any]] = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(_said(found) for found in problems[:10])
    return problem(422, "input-invalid", "the input cannot be understood", said)


def _said(found: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0])
    return f"`{place[:200]}`: {found['msg'][:1].lower()}{found['msg'][1:]}"


def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return on_surprise("", "", error)
    status, said = error.status_code, str(error.detail).lower()
    detail = f"{said}. {_SECOND.get(status, 'The paths are described at `/docs`')}"
    return problem(status, _CODES.get(status, "http-error"), said, detail, headers=error.headers)
