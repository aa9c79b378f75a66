"""Renders pages: one Jinja environment, and the headers that let a page run nothing but its own script."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from remit.web.browser import CSRF_FIELD
from remit.web.pages.visitor import Visitor

HERE: Final = Path(__file__).parents[1]
SAID: Final = "remit_said"

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_LONGEST_SAID: Final = 500


@dataclass(frozen=True, slots=True)
class Screen:
    """One entry of the navigation."""

    path: str
    name: str
    key: str


NAVIGATION: Final = (
    (
        "Work",
        (Screen("/", "Overview", "g o"), Screen("/reviews", "Reviews", "g r"), Screen("/runs", "Activity", "g a")),
    ),
    (
        "Workers",
        (
            Screen("/workers", "Registry", "g w"),
            Screen("/map", "Escalation map", "g m"),
            Screen("/rules", "Rules", "g u"),
            Screen("/readiness", "Readiness", "g d"),
        ),
    ),
    ("Evidence", (Screen("/ledger", "Audit", "g l"), Screen("/incidents", "Incidents", "g i"))),
    (
        "House",
        (
            Screen("/people", "People", "g p"),
            Screen("/connections", "Connections", "g c"),
            Screen("/notices", "Notices", "g n"),
            Screen("/settings", "Settings", "g s"),
            Screen("/start", "First steps", "g f"),
        ),
    ),
)

KEYS: Final = (
    ("j / k", "next and previous in a list"),
    ("Enter", "open"),
    ("↓ / ↑", "next and previous path on the escalation map"),
    ("/", "search or filter"),
    ("a", "approve"),
    ("e", "edit"),
    ("r", "reject: goes to the reason; Enter there rejects"),
    ("x", "ask something"),
    ("s", "hand on"),
    ("u", "take the last answer back"),
    ("c", "choose the item, to decide several together; in an incident, write its review"),
    ("p", "hold news back, or let it come"),
    ("n", "next open line of a checklist"),
    ("[ / ]", "previous and next run"),
    ("g r, g a, g w, g l", "go to reviews, activity, registry, audit"),
    ("g k", "go to the kill switch"),
    ("?", "this list"),
)

TONES: Final = {
    **dict.fromkeys(("approved", "used", "performed", "done", "completed", "on duty", "healthy", "verified"), "good"),
    **dict.fromkeys(("permit", "active", "delivered", "approve", "closed", "high_trust", "live"), "good"),
    **dict.fromkeys(("waiting", "review", "open", "pending", "degraded", "medium", "unknown", "paused"), "warn"),
    **dict.fromkeys(("failed", "rejected", "reject", "forbid", "forbidden", "halted", "high", "blocked"), "bad"),
    **dict.fromkeys(("critical", "escalated", "vacant", "stopped", "revoked", "exception"), "bad"),
    **dict.fromkeys(("running", "performing", "acknowledged", "conditional", "supervised"), "info"),
}
"""How a state is coloured; its word is always written."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    shown: dict[str, Any] = {"static": _static, "csrf": _csrf, "navigation": NAVIGATION, "keys": KEYS, "tones": TONES}
    environment.globals.update(shown)
    environment.filters["ticks"] = _ticks
    return environment


def _ticks(text: str) -> Markup:
    """Set what stands between backticks as code, and nothing else."""
    parts = str(escape(text)).split("`")
    if len(parts) % 2 == 0:  # one is left over: nothing is certain to be code
        return escape(text)
    return Markup("").join(Markup(f"<code>{part}</code>" if at % 2 else part) for at, part in enumerate(parts))  # noqa: S704  # escaped above


@cache
def _static(name: str) -> str:
    """Give the address of a static file, which changes with its content."""
    content = (HERE / "static" / name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


@pass_context
def _csrf(context: Context) -> Markup:
    """Give the hidden field that shows that a page of this house sent a form."""
    visitor: Visitor = context["visitor"]
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, visitor.session.csrf_token)


def page(
    request: Request, visitor: Visitor | None, template: str, shown: Mapping[str, Any], *, http_status: int = 200
) -> HTMLResponse:
    """Render a page.

    Args:
        request: What was asked.
        visitor: Who looks; None on the pages before signing in.
        template: The file in `templates`.
        shown: What the template shows.
        http_status: Of the answer.
    """
    said = _read_said(request.cookies.get(SAID, ""))
    text = (
        _environment()
        .get_template(template)
        .render(visitor=visitor, here=request.url.path, url=request.url, said=said, **shown)
    )
    response = HTMLResponse(text, http_status, headers=_HEADERS)
    if said:
        response.delete_cookie(SAID)
    return response


def see_other(path: str, said: str = "") -> Response:
    """Lead the browser to a page after it changed something, where one sentence tells what became of it."""
    response = RedirectResponse(path, 303)
    if said:
        text = urlsafe_b64encode(json.dumps(said[:_LONGEST_SAID]).encode()).decode()
        response.set_cookie(SAID, text, max_age=30, httponly=True, samesite="lax")
    return response


def _read_said(cookie: str) -> str:
    try:
        return str(json.loads(urlsafe_b64decode(cookie.encode()))) if cookie else ""
    except ValueError:
        return ""
