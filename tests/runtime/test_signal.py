from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from remit.errors import SignalInvalid
from remit.runtime.signal import read_cloudevent

GOOD: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "test", "type": "test.happened"}


def event(**changes: Any) -> bytes:
    """Write a CloudEvent."""
    return orjson.dumps({name: value for name, value in (GOOD | changes).items() if value is not ...})


def test_a_cloudevent_is_read_whole() -> None:
    """Every attribute the house uses comes through; the time is in UTC and the trace is the sender's."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    body = event(
        subject="account:1",
        time="2030-01-01T10:00:00+02:00",
        data={"a": [1, {"b": None}]},
        traceparent=f"00-{trace}-b7ad6b7169203331-01",
        datacontenttype="application/json",
        myextension="ignored",
    )

    signal = read_cloudevent(body, requested_by="you")

    assert (signal.source, signal.signal_id, signal.type, signal.subject) == ("test", "1", "test.happened", "account:1")
    assert signal.time == datetime(2030, 1, 1, 8, tzinfo=UTC)
    assert signal.data == {"a": [1, {"b": None}]}
    assert (signal.trace_id, signal.requested_by) == (trace, "you")


@pytest.mark.parametrize(
    "traceparent",
    ["", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "x", "00-" + "A" * 32 + "-b7ad6b7169203331-01", "é\n"],
)
def test_a_broken_trace_is_replaced(traceparent: str) -> None:
    """A traceparent nobody can follow is no reason to refuse a signal; it gets a trace of its own."""
    signal = read_cloudevent(event(traceparent=traceparent))

    assert len(signal.trace_id) == 32
    assert int(signal.trace_id, 16) > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"specversion": "0.3"},
        {"specversion": 1.0},
        {"specversion": ...},
        {"id": ...},
        {"id": ""},
        {"id": "   "},
        {"id": 1},
        {"id": None},
        {"id": "x" * 401},
        {"source": "x" * 251},
        {"id": "a\x00b"},
        {"source": ["test"]},
        {"source": "\x00"},
        {"type": {}},
        {"type": "x" * 100_000},
        {"subject": "x" * 501},
        {"subject": 7},
        {"time": "2030-01-01T10:00:00"},
        {"time": "yesterday"},
        {"time": 1_700_000_000},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"time": "9999-12-31T23:59:59-14:00"},
        {"time": "2030-13-01T00:00:00Z"},
        {"data": None},
        {"data": []},
        {"data": "text"},
        {"data": {"a": "\x00"}},
        {"data": {"\x00": 1}},
        {"data_base64": "AAAA"},
    ],
)
def test_what_is_no_cloudevent_is_refused_in_words(changes: dict[str, Any]) -> None:
    """A missing, empty, huge or wrongly typed attribute, a time without a zone, a NUL: refused, nothing guessed."""
    with pytest.raises(SignalInvalid) as refused:
        read_cloudevent(event(**changes))

    assert str(refused.value)[0].islower()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"specversion":"1.0","id":"\xff","source":"s","type":"t"}',
        b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"t"}',
        b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"n":1' + b"0" * 400 + b"}}",
        b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        b'{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"a":"' + b"x" * 300_000 + b'"}}',
    ],
)
def test_what_is_no_json_is_refused_in_words(body: bytes) -> None:
    """Broken, foreign, endless or huge bytes are refused and break nothing."""
    with pytest.raises(SignalInvalid):
        read_cloudevent(body)


def test_a_nul_that_is_only_written_out_is_text() -> None:
    """The six characters that spell an escape are text like any other."""
    signal = read_cloudevent(event(data={"a": "\\u0000"}))

    assert signal.data == {"a": "\\u0000"}


def test_only_five_problems_are_listed() -> None:
    """A body with a thousand faults is answered with the first few."""
    with pytest.raises(SignalInvalid) as refused:
        read_cloudevent(
            orjson.dumps({"time": 1, "data": 1, "subject": 1, "id": 1, "source": 1, "type": 1, "x" * 9000: 1})
        )

    assert len(str(refused.value)) < 1000
