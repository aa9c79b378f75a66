from pathlib import Path
from typing import Any

import pytest

from remit.web.app import create_app

API = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def described() -> dict[str, Any]:
    """The description of the API."""
    return create_app(None, token="", person="").openapi()  # pyright: ignore[reportArgumentType]  # described, never asked


def routes(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List each route as `METHOD /path`, with what is told of it."""
    return [
        (f"{method.upper()} {path}", told)
        for path, methods in described["paths"].items()
        for method, told in methods.items()
    ]


def test_every_route_is_described(described: dict[str, Any]) -> None:
    """Each route has a summary, a description, a tag, an answer with a shape, and tells of problems."""
    for name, told in routes(described):
        assert told["summary"], name
        assert told["description"], name
        assert told["tags"], name
        assert "application/problem+json" in told["responses"]["default"]["content"], name
        success = next(answer for status, answer in told["responses"].items() if status.startswith("2"))
        shape = success.get("content", {}).get("application/json", {}).get("schema", {"type": "string"})
        assert shape.keys() & {"$ref", "items", "type", "anyOf"}, name


def test_what_needs_the_token_says_so(described: dict[str, Any]) -> None:
    """A program can read from the description which routes need the token."""
    free = {name for name, told in routes(described) if "security" not in told}

    assert free == {
        "GET /health/live",
        "GET /health/ready",
        "GET /metrics",
        "GET /v1/ledger/checkpoint",
        "POST /v1/sign-in",
    }


def test_every_route_and_filter_stands_in_the_docs(described: dict[str, Any]) -> None:
    """The page of the API names each route and each filter, and no route that is not there."""
    text = API.read_text()

    for name, told in routes(described):
        assert f"`{name}`" in text, name
        for parameter in told.get("parameters", ()):
            if parameter["in"] == "query":
                assert f"`{parameter['name']}`" in text, (name, parameter["name"])
    named = {
        line.split("`")[1]
        for line in text.splitlines()
        if line.startswith(("| `GET", "| `POST", "| `PUT", "| `DELETE"))
    }
    assert named == {name for name, _ in routes(described)}
