from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.signal import Signal
from tests.houses import kinds_of, send, state_of, work


def asked(account: str = "A-101", number: str = "1") -> Signal:
    return Signal(source="test", signal_id=number, type="test.double_write", data={"account": account})


async def test_a_signal_becomes_recorded_effects(opened: tuple[House, Company]) -> None:
    """A signal ends in exactly its two effects, each decided and performed in the ledger, and the run settled."""
    house, company = opened

    [run] = await send(house, asked())
    await work(house)

    row = await state_of(house, run)
    assert (row["state"], row["reason"]) == ("done", "scored and planned")
    assert [effect.operation for effect in await company.effects()] == ["crm.set_health_score", "tasks.create_task"]
    assert await kinds_of(house, run) == [
        "signal.received",
        "action.decided",
        "action.performed",
        "action.decided",
        "action.performed",
        "run.settled",
    ]
