"""The API under `/v1`: one FastAPI application over one house."""

from fastapi import FastAPI

from remit.runtime.house import House
from remit.web import halts, health, ledger, reviews, runs, signals, workers
from remit.web.problems import add_problems

DESCRIPTION = """
Digital workers: the signals they watch, the runs they work on, the reviews they ask for, the halts that stop them and
the ledger of everything that happened. Errors are problem details (RFC 9457). Everything but health, metrics and the
newest checkpoint needs the header `Authorization: Bearer TOKEN` with the token in `api.token` of the data directory;
the header `Remit-Person` says for whom a request acts.
"""


def create_app(house: House, *, token: str, person: str) -> FastAPI:
    """Make the application.

    Args:
        house: What it speaks for.
        token: What a request must bear.
        person: For whom a request acts that does not say.
    """
    app = FastAPI(title="Remit", version="1", description=DESCRIPTION, docs_url="/docs", redoc_url=None)
    app.state.house = house
    app.state.token = token
    app.state.person = person
    for room in (signals, runs, reviews, workers, halts, ledger, health):
        app.include_router(room.router)
    add_problems(app)
    return app
