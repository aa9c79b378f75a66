import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from remit.web.api_description import describe
from remit.web.app import create_app
from remit.web.pages.rendering import HERE
from tests.pages.conftest import Site
from tests.pages.test_every_page import PATHS, faults_of, filled

ABROAD = re.compile(
    r"""(?:src|href|action|srcset|poster|data)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """What `/openapi.json` answers."""
    return create_app(None, token="", person="").openapi()  # pyright: ignore[reportArgumentType]  # described, never asked


def test_every_request_and_shape_is_described(document: dict[str, Any]) -> None:
    """What the document holds is on the page: each request once, with each parameter and answer, and each shape."""
    described = describe(document)

    routes = {f"{route.method.lower()} {route.path}": route for group in described.groups.values() for route in group}
    told = {f"{method} {path}": of for path, methods in document["paths"].items() for method, of in methods.items()}
    assert routes.keys() == told.keys()
    assert len({route.anchor for route in routes.values()}) == len(routes)
    for name, route in routes.items():
        assert [each.name for each in route.parameters] == [each["name"] for each in told[name].get("parameters", ())]
        assert {"any other", "200"} & {answer.status for answer in route.answers}, name
        assert bool(route.takes) == ("requestBody" in told[name])
    assert [shape.name for shape in described.shapes] == sorted(document["components"]["schemas"])


def test_values_are_said_in_words() -> None:
    """Kinds, bounds and choices are said so that one need not know JSON Schema; shapes are named, to be linked."""
    fields = {
        "when": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "many": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
        "serial": {"type": "integer", "maximum": 2**63 - 1},
        "runs": {"type": "array", "items": {"$ref": "#/components/schemas/Run"}},
        "verdict": {"enum": ["approve", "reject"]},
        "sums": {"type": "object", "additionalProperties": {"type": "number"}},
    }
    document = {
        "info": {},
        "paths": {},
        "components": {"schemas": {"It": {"properties": fields, "required": ["many"]}}},
    }

    [shape] = describe(document).shapes

    assert {field.name: "".join(text for text, _ in field.kind) for field in shape.fields} == {
        "when": "moment or null",
        "many": "whole number, at least 1, at most 500",
        "serial": "whole number",
        "runs": "list of Run",
        "verdict": "approve, reject",
        "sums": "object of number",
    }
    assert ("Run", "Run") in shape.fields[3].kind
    assert [field.name for field in shape.fields if field.is_needed] == ["many"]
    assert shape.fields[1].default == "50"


async def test_whoever_is_signed_out_reads_it_too(site: Site) -> None:
    """The page can be reached as the document can, and offers to sign in; nothing of the house stands on it."""
    context = await site.browser.new_context(base_url=site.address)
    page = await context.new_page()

    answer = await page.goto("/docs")

    assert answer is not None
    assert answer.status == 200
    await expect(page.get_by_role("heading", name="API", exact=True)).to_be_visible()
    assert await page.get_by_role("link", name="Sign in").count() == 1
    assert await page.locator("nav").count() == 0
    assert await page.locator("#said").inner_text() == ""
    assert await faults_of(page) == []


async def test_a_request_is_found_and_its_shapes_are_links(site: Site) -> None:
    """What is sought stands in the address; a request opens to what it takes and answers, and leads to a shape."""
    page = await site.visit("/docs")

    await page.keyboard.press("/")
    await page.keyboard.type("review answer")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/docs?q=review+answer")
    await page.get_by_text("/v1/reviews/{review}/answer", exact=True).click()
    opened = page.locator("#post-v1-reviews-review-answer")

    await expect(opened.get_by_role("table", name="Parameters")).to_contain_text("review")
    await expect(opened.get_by_role("table", name="Body")).to_contain_text("AnswerBody")
    await expect(opened.get_by_role("table", name="Answers")).to_contain_text("application/problem+json")
    assert await faults_of(page) == []
    await page.goto("/docs#shape-AnswerBody")
    await expect(page.locator("#shape-AnswerBody")).to_be_visible()  # a link to what is folded opens it


async def test_what_is_not_there_is_named(site: Site) -> None:
    """A search that emptied the page is named, as text, and can be left out."""
    page = await site.visit("/docs?q=<b>nothing</b>")

    await expect(page.locator("main")).to_contain_text("<b>nothing</b>")
    assert await page.locator("main b").count() == 0
    await page.get_by_role("link", name="Leave out the search").click()
    await page.wait_for_url("**/docs")


async def test_no_page_refers_to_another_host(site: Site) -> None:
    """No page loads or offers anything from elsewhere, each says so in its policy, and the browser asks nobody else."""
    await filled(site)
    asked: set[str] = set()
    page = await site.visit(PATHS[0])
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))

    for path in PATHS:
        answer = await page.request.get(path)
        assert ABROAD.findall(await answer.text()) == [], path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';"), path
    await page.goto("/docs")

    assert asked == {urlsplit(site.address).netloc}
    for file in (HERE / "static").iterdir():
        assert ABROAD.findall(file.read_text()) == [], file.name


async def test_the_description_of_others_is_gone(site: Site) -> None:
    """Neither of the pages that load their script from elsewhere answers; the document does."""
    page = await site.visit("/docs")

    for path in ("/redoc", "/docs/oauth2-redirect"):
        assert (await page.request.get(path)).status == 404
    assert (await (await page.request.get("/openapi.json")).json())["openapi"].startswith("3.")
