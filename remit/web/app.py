"""The API under `/v1` and the control plane: one FastAPI application over one house, behind its door."""

import asyncio
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from remit.runtime.house import House
from remit.web import (
    bypasses,
    changes,
    connections,
    drills,
    halts,
    health,
    identities,
    incidents,
    ledger,
    limits,
    notices,
    passkeys,
    provider_sign_in,
    reversals,
    review_batches,
    reviews,
    rules,
    runs,
    seats,
    sign_in,
    signals,
    stand_ins,
    subjects,
    workers,
)
from remit.web.door import Door
from remit.web.pages import (
    absences,
    activity,
    api_page,
    audit,
    entrance,
    escalation_map,
    inbox,
    inbox_answers,
    kill_switch,
    live,
    overview,
    people,
    readiness,
    registry,
    settings,
    start,
    story_pages,
    verification,
    worker_page,
)
from remit.web.pages import changes as change_pages
from remit.web.pages import connections as connection_pages
from remit.web.pages import drills as drill_pages
from remit.web.pages import incidents as incident_pages
from remit.web.pages import notices as notice_pages
from remit.web.pages import rules as rule_pages
from remit.web.pages.pulse import Pulse
from remit.web.pages.rendering import HERE
from remit.web.problems import PROBLEM, add_problems
from remit.web.verifying import Verifying
from remit.web.ways import SignInWays

DESCRIPTION = """
Digital workers: the signals they watch, the runs they work on, the reviews they ask for, the halts that stop them and
the ledger of everything that happened. Errors are problem details (RFC 9457). Everything but health, metrics and the
newest checkpoint needs a session, begun by `POST /v1/sign-in`, or the header `Authorization: Bearer TOKEN` with a
personal token. The token in `api.token` of the data directory acts for whoever the header `Remit-Person` names, as long
as that person has no sign-in of their own.
"""

ROOMS = (
    sign_in,
    provider_sign_in,
    signals,
    runs,
    reviews,
    review_batches,
    stand_ins,
    bypasses,
    workers,
    limits,
    rules,
    changes,
    identities,
    seats,
    notices,
    passkeys,
    subjects,
    connections,
    halts,
    reversals,
    incidents,
    drills,
    ledger,
    health,
)
"""Each with its part of the paths of the API."""

SCREENS = (
    inbox_answers,
    inbox,
    entrance,
    live,
    registry,
    activity,
    story_pages,
    verification,
    audit,
    escalation_map,
    kill_switch,
    drill_pages,
    incident_pages,
    people,
    absences,
    connection_pages,
    notice_pages,
    settings,
    start,
    overview,
    worker_page,
    rule_pages,
    change_pages,
    readiness,
    api_page,
)
"""Each with its part of the paths of the control plane."""


def create_app(
    house: House,
    *,
    token: str,
    person: str,
    hosts: Iterable[str] = (),
    ways: SignInWays | None = None,
    stop: asyncio.Event | None = None,
) -> FastAPI:
    """Make the application.

    Args:
        house: What it speaks for.
        token: The token of the house.
        person: For whom a request acts that does not say.
        hosts: The names it answers to, besides those of this machine to itself.
        ways: How people sign in.
        stop: Set when the process ends: the streams of news end with it.
    """
    app = FastAPI(
        title="Remit",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # its page takes its script from elsewhere; ours stands in `pages/api_page.py`
        redoc_url=None,
        responses=PROBLEM,
        separate_input_output_schemas=False,
    )
    app.state.house = house
    app.state.token = token
    app.state.person = person
    app.state.signer = None  # who gives the API its key can export
    app.state.vault = None  # who gives the control plane its key can keep secrets
    app.state.ways = ways or SignInWays()
    app.state.verifying = Verifying(house)
    app.state.pulse = Pulse(house, stop or asyncio.Event())
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    for room in (*ROOMS, *SCREENS):
        app.include_router(room.router)
    add_problems(app)
    app.add_middleware(Door, hosts=tuple(hosts))
    return app
