from datetime import date

import orjson

from remit.practice.signals import sample_signals
from remit.runtime.signal import read_cloudevent

DAY = date(2026, 3, 4)


def test_signals_are_cloudevents_known_by_id() -> None:
    """Every sample signal is read by the house as a signal, no two have one id, and they are the same every time."""
    signals = sample_signals(DAY)

    read = [read_cloudevent(orjson.dumps(signal)) for signal in signals]

    assert len({(signal.source, signal.signal_id) for signal in read}) == len(signals)
    assert signals == sample_signals(DAY)
    assert {signal.type for signal in read} == {
        "usage.reported",
        "opportunity.stalled",
        "opportunity.won",
        "ticket.opened",
    }


def test_a_fall_is_reported_and_nothing_is_invented() -> None:
    """A known fall is reported with its percentage; where nothing was used before, no percentage is given."""
    usage = {one["data"]["account"]: one["data"] for one in sample_signals(DAY) if one["type"] == "usage.reported"}

    assert usage["A-101"]["tier"] == "platinum"
    assert 55 < usage["A-101"]["usage"]["drop_percent"] < 60
    assert "drop_percent" not in usage["A-104"]["usage"]
    assert sum(one["usage"].get("drop_percent", 0) > 40 for one in usage.values()) == 4
    assert "A-110" not in usage


def test_an_instruction_in_a_ticket_is_only_text() -> None:
    """The ticket that tries to give orders is announced by its number; its words stay in the desk."""
    tickets = [one for one in sample_signals(DAY) if one["subject"] == "ticket:T-9201"]

    assert len(tickets) == 1
    assert "ignore your instructions" not in str(tickets)
