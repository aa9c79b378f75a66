"""Errors as problem details, RFC 9457: the same words as everywhere, with the word of the error as its type."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from remit.errors import RemitError

_log = logging.getLogger(__name__)


def add_problems(app: FastAPI) -> None:
    """Answer every error of an application as problem details."""
    app.add_exception_handler(RemitError, _on_remit_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_any_error)


def _problem(status: int, code: str, title: str, detail: str) -> JSONResponse:
    body = {"type": f"urn:remit:{code}", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _on_remit_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RemitError):
        return _on_any_error(_, error)
    return _problem(error.status, error.code, (type(error).__doc__ or "").strip().rstrip("."), str(error))


def _on_validation_error(_: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(f"`{'.'.join(map(str, problem['loc'][1:]))}`: {problem['msg'].lower()}" for problem in problems)
    return _problem(422, "input-invalid", "the input cannot be understood", said)


def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    said = str(error.detail).lower() if isinstance(error, HTTPException) else "something went wrong"
    return _problem(status, "http", said, f"{said}. The paths are described at `/docs`")


def _on_any_error(request: Request, error: Exception) -> JSONResponse:
    # One of the three rims: what nobody foresaw is logged whole and told without detail.
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _problem(500, "remit-error", "something went wrong in Remit", "the log of the process says what")
