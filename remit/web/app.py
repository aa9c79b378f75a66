"""The API under `/v1`: one FastAPI application over one house, behind its door."""

from collections.abc import Iterable

from fastapi import FastAPI

from remit.runtime.house import House
from remit.web import connections, drills, halts, health, identities, incidents, ledger, notices, passkeys, reviews, runs, seats, signals, subjects, workers
from remit.web.door import Door
from remit.web.problems import PROBLEM, add_problems

DESCRIPTION = """
Digital workers: the signals they watch, the runs they work on, the reviews they ask for, the halts that stop them and
the ledger of everything that happened. Errors are problem details (RFC 9457). Everything but health, metrics and the
newest checkpoint needs the header `Authorization: Bearer TOKEN` with the token in `api.token` of the data directory;
the header `Remit-Person` says for whom a request acts.
"""

ROOMS = (signals, runs, reviews, workers, identities, seats, notices, passkeys, subjects, connections, halts, incidents, drills, ledger, health)
"""Each with its part of the paths."""


def create_app(house: House, *, token: str, person: str, hosts: Iterable[str] = ()) -> FastAPI:
    """Make the application.

    Args:
        house: What it speaks for.
        token: What a request must bear.
        person: For whom a request acts that does not say.
        hosts: The names it answers to, besides those of this machine to itself.
    """
    app = FastAPI(
        title="Remit",
        version="1",
        description=DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        responses=PROBLEM,
        separate_input_output_schemas=False,
    )
    app.state.house = house
    app.state.token = token
    app.state.person = person
    for room in ROOMS:
        app.include_router(room.router)
    add_problems(app)
    app.add_middleware(Door, hosts=tuple(hosts))
    return app
