import pytest

from remit.connections.connector import Connector
from remit.connections.connectors.http_json.connector import HttpJsonConnector
from tests.connections.conformance import CHECKS, Check, name_of
from tests.connections.erp_server import Erp, describe
from tests.connections.subject import Subject


@pytest.fixture(params=["known key", "findable", "blind"])
def subject(erp: Erp, request: pytest.FixtureRequest) -> Subject:
    """One write of each kind of repeat."""

    def make() -> HttpJsonConnector:
        return HttpJsonConnector("erp", describe(erp), time_limit=0.1)

    async def agrees(connector: Connector, answer: dict[str, object]) -> bool:
        return await connector.read("erp.get_invoice", {"invoice": answer["invoice"]}) == answer

    match request.param:
        case "known key":
            return Subject(
                make=make,
                write="erp.hold_invoice",
                arguments={"invoice": "R 1/2", "reason": "twice"},
                others={"invoice": "R-2", "reason": "no order"},
                effects=erp.count,
                fail=erp.fail,
                agrees=agrees,
                read=("erp.get_invoice", {"invoice": "R-0"}),
                text="reason",
            )
        case "findable":
            note = {"text": "called"}
            return Subject(
                make=make, write="erp.add_note", arguments=note, effects=erp.count, fail=erp.fail, text="text"
            )
        case _:
            return Subject(
                make=make, write="erp.pay_invoice", arguments={"amount": 1}, effects=erp.count, fail=erp.fail
            )


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_keeps_the_promises_of_connectors(check: Check, subject: Subject) -> None:
    """A system described in a few lines keeps every promise of connectors."""
    await check(subject)


async def test_an_empty_system_is_not_read_as_a_failure(erp: Erp) -> None:
    """There is no such invoice: that is None, and nothing else."""
    connector = HttpJsonConnector("erp", describe(erp))

    answer = await connector.read("erp.get_invoice", {"invoice": "R-1"})
    await connector.close()

    assert answer is None
