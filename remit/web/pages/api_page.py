"""`/docs`: every request of the API, for people, made from the document that `/openapi.json` gives to programs.

Whoever is not signed in reads it too: it tells nothing about this house.
"""

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response

from remit.web.api_description import Description, describe
from remit.web.pages.rendering import page
from remit.web.pages.visitor import visitor_or_nobody

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_api(request: Request, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """List the requests, by what they are about; what is sought stands in the address."""
    described = _described(request.app)
    sought = q.strip()
    groups = {tag: [route for route in routes if route.matches(sought)] for tag, routes in described.groups.items()}
    shown = {
        "api": described,
        "groups": {tag: routes for tag, routes in groups.items() if routes},
        "q": sought,
        "many": sum(len(routes) for routes in described.groups.values()),
        "found": sum(len(routes) for routes in groups.values()),
    }
    return page(request, await visitor_or_nobody(request), "api.html", shown)


@lru_cache(maxsize=1)
def _described(app: FastAPI) -> Description:
    return describe(app.openapi())
