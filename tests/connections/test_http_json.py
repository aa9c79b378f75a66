import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import orjson
import pytest

from remit.connections.connectors.http_json.connector import HttpJsonConnector
from remit.connections.vault import Secret
from remit.errors import OutcomeUnknown, SystemBusy, SystemFailed, SystemRefused
from tests.connections.erp_server import Erp, describe

PLANTED = "planted-s3cret-value"
GET = "erp.get_invoice"
HOLD = "erp.hold_invoice"
HELD = {"invoice": "R-1", "reason": "twice"}


@pytest.fixture
async def connector(erp: Erp) -> AsyncGenerator[HttpJsonConnector]:
    """The ERP, with a token."""
    connector = HttpJsonConnector("erp", describe(erp, auth="bearer"), secret=Secret(PLANTED))
    yield connector
    await connector.close()


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (204, "answer", "answer"),
        (301, SystemRefused, OutcomeUnknown),
        (303, SystemRefused, OutcomeUnknown),
        (400, SystemRefused, SystemRefused),
        (401, SystemRefused, SystemRefused),
        (404, None, SystemRefused),
        (408, SystemBusy, SystemBusy),
        (409, SystemRefused, SystemRefused),
        (429, SystemBusy, SystemBusy),
        (500, OutcomeUnknown, OutcomeUnknown),
        (502, OutcomeUnknown, OutcomeUnknown),
        (503, SystemBusy, SystemBusy),
    ],
)
async def test_a_status_means_what_happened(erp: Erp, status: int, read: Any, write: Any) -> None:
    """Each status becomes what is known of the effect, for a read and for a write."""
    description = describe(erp)
    plain = description.operations[0].model_copy(update={"answer": ""})
    connector = HttpJsonConnector(
        "erp", description.model_copy(update={"operations": (plain, *description.operations[1:])})
    )

    erp.can(status, b"" if status == 204 else b"{}")
    was_read = await _outcome(connector.read(GET, {"invoice": "R-1"}))
    erp.can(status, b"" if status == 204 else b"{}")
    was_written = await _outcome(connector.perform(HOLD, HELD, "k"))
    await connector.close()

    assert was_read == read
    assert was_written == write


async def test_a_status_can_be_given_another_meaning(erp: Erp) -> None:
    """A system that says 409 for `still at it` can be described so."""
    hold = describe(erp).operations[1].model_dump() | {"statuses": {409: "busy"}}
    connector = HttpJsonConnector("erp", describe(erp, operations=[hold]))
    erp.can(409)

    outcome = await _outcome(connector.perform(HOLD, HELD, "k"))
    await connector.close()

    assert outcome is SystemBusy


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("12", 12, 12),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 2999 23:59:59 GMT", 86400, 86400),
        ("Fri, 31 Dec 2999 23:59:59", 86400, 86400),
        ("soon", 1, 1),
        ("-5", 1, 1),
        ("9" * 400, 86400, 86400),
    ],
)
async def test_retry_after_is_understood(
    erp: Erp, connector: HttpJsonConnector, header: str, least: float, most: float
) -> None:
    """Seconds, dates, nonsense and eternities become a wait one can use."""
    erp.can(429, b"", f"Retry-After: {header}")

    with pytest.raises(SystemBusy) as raised:
        await connector.read(GET, {"invoice": "R-1"})

    assert least <= raised.value.retry_after <= most


async def test_a_system_that_is_not_there_did_nothing() -> None:
    """A connection that is refused means that nothing was sent."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    connector = HttpJsonConnector("erp", describe(Erp(url=f"http://127.0.0.1:{port}")))

    outcome = await _outcome(connector.perform(HOLD, HELD, "k"))
    await connector.close()

    assert outcome is SystemBusy


@pytest.mark.parametrize(
    "hostile", ["../../admin", "a/b", "%2e%2e", "a?b=c", "a#b", "ü 漢", "a%00b", "a;b", "@evil.example"]
)
async def test_an_argument_stays_within_its_part_of_the_path(
    erp: Erp, connector: HttpJsonConnector, hostile: str
) -> None:
    """No argument can lead to another address."""
    await connector.read(GET, {"invoice": hostile})

    path = erp.asked[-1].path
    assert path.count("/") == 2
    assert path.startswith("/invoices/")
    assert httpx.URL(f"http://x{path}").raw_path.count(b"/") == 2
    assert erp.asked[-1].query == {}


@pytest.mark.parametrize("hostile", ["", ".", "..", "a\r\nX-Evil: 1", "a\0b", "\ud800", None, ["a"], {"a": 1}])
async def test_an_argument_that_is_no_part_of_a_path_is_refused(
    erp: Erp, connector: HttpJsonConnector, hostile: Any
) -> None:
    """What would leave the path, or break the request, is refused before anything is asked."""
    outcome = await _outcome(connector.read(GET, {"invoice": hostile}))

    assert outcome is SystemRefused
    assert erp.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        {**HELD, "reason": {1: object()}},
        {**HELD, "reason": "\ud800"},
        {**HELD, "reason": 2**70},
        {**HELD, "acount": "DE12"},
        {**HELD, "key": "mine"},
        {**HELD, "invoice": "x" * 70_000},
    ],
)
async def test_arguments_that_cannot_be_sent_are_refused(
    erp: Erp, connector: HttpJsonConnector, arguments: dict[str, Any]
) -> None:
    """What is not JSON, or not described, never leaves the house half."""
    outcome = await _outcome(connector.perform(HOLD, arguments, "k"))

    assert outcome is SystemRefused
    assert erp.asked == []


@pytest.mark.parametrize("key", ["", "a\r\nX-Evil: 1", "schlüssel"])
async def test_a_key_that_cannot_travel_is_refused(erp: Erp, connector: HttpJsonConnector, key: str) -> None:
    """A write without its key is not sent."""
    assert await _outcome(connector.perform(HOLD, HELD, key)) is SystemRefused
    assert erp.asked == []


async def test_what_is_sent_is_what_is_described(erp: Erp, connector: HttpJsonConnector) -> None:
    """Body, key and token travel where the description says, with their types."""
    await connector.perform(HOLD, {"invoice": "R-1", "reason": ["a", 1]}, "run:1")

    asked = erp.asked[-1]
    assert (asked.method, asked.path) == ("POST", "/invoices/R-1/hold")
    assert orjson.loads(asked.body) == {"reason": ["a", 1], "source": "remit"}
    assert asked.headers["idempotency-key"] == "run:1"
    assert asked.headers["authorization"] == f"Bearer {PLANTED}"


@pytest.mark.parametrize(
    "body", [b"<html>sign in</html>", b"{", b"[" * 5000, b"NaN", b"\xff\xfe", b"[]", b'"text"', b'{"other": 1}']
)
async def test_an_unreadable_answer_is_no_answer(erp: Erp, connector: HttpJsonConnector, body: bytes) -> None:
    """Of an answer that is not as described nobody concludes anything; of a write it is not known what became."""
    erp.can(200, body)
    read = await _outcome(connector.read(GET, {"invoice": "R-1"}))
    erp.can(200, body)
    found = await _outcome(connector.look_up("erp.add_note", {"text": "x"}, "k"))

    assert read is SystemRefused
    assert found is OutcomeUnknown


async def test_an_endless_answer_is_cut_off(erp: Erp, connector: HttpJsonConnector) -> None:
    """An answer beyond the limit is not read on, and is no answer."""
    erp.can(200, b'"' + b"x" * 10_000_001 + b'"')
    read = await _outcome(connector.read(GET, {"invoice": "R-1"}))
    erp.can(200, b'"' + b"x" * 10_000_001 + b'"')
    written = await _outcome(connector.perform(HOLD, HELD, "k"))

    assert (read, written) == (SystemRefused, OutcomeUnknown)


@pytest.mark.parametrize("status", [401, 403, 404, 500, 301])
async def test_looking_up_concludes_nothing_from_a_no(erp: Erp, connector: HttpJsonConnector, status: int) -> None:
    """Only `not found` means that nothing was done; a lost permission does not."""
    erp.can(status, b"{}")

    found = await _outcome(connector.look_up(HOLD, HELD, "k"))

    assert found == (None if status == 404 else OutcomeUnknown)


async def test_without_a_template_the_rest_is_sent(erp: Erp, connector: HttpJsonConnector) -> None:
    """A write without a body template sends the arguments that stand nowhere else."""
    await connector.perform("erp.pay_invoice", {"amount": 5, "to": "DE12"}, "k")

    assert orjson.loads(erp.asked[-1].body) == {"amount": 5, "to": "DE12"}


async def test_a_query_holds_what_is_given(erp: Erp) -> None:
    """Parameters without an argument are left out, lists are several, and nothing breaks out."""
    search = {
        "name": "find_invoices",
        "kind": "read",
        "summary": "Find invoices",
        "path": "/invoices/all",
        "query": {"state": "{state}", "by": "{by}", "ids": "{ids}", "page": 1},
    }
    connector = HttpJsonConnector("erp", describe(erp, operations=[search]))

    await connector.read("erp.find_invoices", {"state": "a&b=c#d ü\n", "ids": ["1", "2"]})
    await connector.close()

    assert erp.asked[-1].query == {"state": ["a&b=c#d ü\n"], "ids": ["1", "2"], "page": ["1"]}


async def _outcome(asked: Any) -> Any:
    try:
        answer = await asked
    except SystemFailed as error:
        return type(error)
    return "answer" if answer is not None else None
