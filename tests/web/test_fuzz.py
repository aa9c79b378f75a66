import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.runtime.house import House
from remit.web.app import create_app
from tests.houses import work

ROUTES = [
    (method.upper(), path, [each["name"] for each in told.get("parameters", ()) if each["in"] == "query"])
    for path, methods in create_app(None, token="", person="").openapi()["paths"].items()  # pyright: ignore[reportArgumentType]  # described, never asked
    for method, told in methods.items()
]

odd_text = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["\x00", "a\x00b", "%", "_", "'; DROP TABLE run; --", "𐍈", "9" * 40, "null", "-1", "1e999", "../.."]
    ),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00Z", "infinity"]),
)
known_words = st.sampled_from(
    ["open", "done", "everything", "worker:double-write", "domain:finance", "approve", "reject", "1.0", "test", "you"]
)
odd_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text | known_words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(odd_text | known_words, inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    [
        "scope",
        "reason",
        "verdict",
        "digest",
        "arguments",
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "data",
    ]
)
near_body = st.dictionaries(names, odd_json, max_size=8)
body = st.one_of(
    near_body.map(lambda value: orjson.dumps(value, default=str) if _is_plain(value) else repr(value).encode()),
    odd_json.map(lambda value: repr(value).encode("utf-8", "replace")),
    st.binary(max_size=60),
    st.just(b"[" * 5000),
)
signal = st.fixed_dictionaries(
    {"specversion": st.just("1.0"), "id": odd_text, "source": odd_text, "type": known_words | odd_text},
    optional={
        "subject": odd_text,
        "time": odd_text,
        "data": odd_json,
        "traceparent": odd_text,
        "datacontenttype": odd_text,
    },
)
header = st.sampled_from(
    ["remit-person", "content-type", "ce-specversion", "ce-time", "ce-id", "traceparent", "accept"]
)
header_value = st.one_of(
    odd_text,
    known_words,
    st.sampled_from(
        ["application/json", "application/cloudevents-batch+json", "text/html", "multipart/form-data; boundary=x"]
    ),
).map(lambda text: re.sub(r"[\r\n]", "", text).encode("utf-8", "replace"))


def _is_plain(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a request to some route, odd in every part."""
    method, path, filters = draw(st.sampled_from(ROUTES))
    segment = st.one_of(odd_text, st.uuids().map(str)).filter(lambda text: text not in {"", ".", ".."})
    filled = re.sub(r"{\w+}", lambda _: quote(draw(segment), safe=""), path)
    query = draw(st.dictionaries(st.sampled_from(filters), odd_text | known_words, max_size=3)) if filters else {}
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return {
        "method": method,
        "url": f"{filled}?{pairs}" if pairs else filled,
        "headers": draw(st.dictionaries(header, header_value, max_size=3)),
        "content": draw(body | signal.map(repr_json)),
    }


def repr_json(value: object) -> bytes:
    """Write a signal, plain or not."""
    return orjson.dumps(value) if _is_plain(value) else repr(value).encode("utf-8", "replace")


loosely = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@loosely
@given(request=requests())
async def test_no_request_is_answered_with_500(asking: httpx.AsyncClient, request: dict[str, Any]) -> None:
    """Odd paths, filters, headers and bodies are taken in or refused as the asker's doing, on every route."""
    answer = await asking.request(**request)

    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


@settings(loosely, max_examples=60)
@given(data=st.dictionaries(odd_text, odd_json, max_size=4).filter(_is_plain), subject=odd_text)
async def test_odd_data_of_a_signal_never_breaks_its_run(
    asking: httpx.AsyncClient, house: House, data: dict[str, Any], subject: str
) -> None:
    """A signal that is taken in opens a run that can be shown and ends, whatever its data are."""
    event = {"specversion": "1.0", "source": "fuzz", "type": "test.double_write", "subject": subject}
    event |= {"id": str(hash(orjson.dumps([data, subject]))), "data": {"account": "A-101"} | data}

    answer = await asking.post("/v1/signals", content=orjson.dumps(event))

    assert answer.status_code in {202, 422}
    if answer.status_code == 202:
        await work(house)
        [run] = answer.json()["runs"]
        shown = (await asking.get(f"/v1/runs/{UUID(run)}")).json()
        assert shown["state"] in {"done", "exception", "stopped"}
