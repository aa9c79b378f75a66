import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from remit.cli.tracing import tracing
from remit.errors import SettingsInvalid
from remit.practice.company import Company
from remit.runtime.house import House
from remit.runtime.signal import Signal
from tests.houses import send, work


async def test_the_spans_of_a_signal_share_its_trace(
    opened: tuple[House, Company], spans: InMemorySpanExporter
) -> None:
    """Run, decision and every question to a system stand in the one trace that came with the signal."""
    house, _ = opened
    signal = Signal(source="test", signal_id="1", type="test.double_write", data={"account": "A-101"})

    await send(house, signal)
    await work(house)

    mine = [
        span
        for span in spans.get_finished_spans()
        if span.context and span.context.trace_id == int(signal.trace_id, 16)
    ]
    asked = {str((span.attributes or {})["operation"]) for span in mine if span.name == "ask"}
    assert {span.name for span in mine} == {"run", "submit", "ask"}
    assert asked == {"crm.get_account", "crm.set_health_score", "tasks.create_task"}
    assert all(span.parent is not None for span in mine)


@pytest.mark.parametrize(
    "environment", [{"OTEL_TRACES_EXPORTER": "otlp"}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}]
)
def test_sending_spans_without_its_package_says_what_to_install(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the exporter's package the error names it, and how to do without."""
    monkeypatch.setattr("remit.cli.tracing._OTLP", "remit.no_such_module")

    with pytest.raises(SettingsInvalid, match="opentelemetry-exporter-otlp-proto-http"), tracing(environment):
        pass


def test_an_unknown_exporter_is_refused() -> None:
    """A mistyped exporter is named with those there are."""
    with pytest.raises(SettingsInvalid, match="console, otlp or none"), tracing({"OTEL_TRACES_EXPORTER": "consle"}):
        pass


@pytest.mark.parametrize("environment", [{}, {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "x"}])
def test_nothing_is_sent_unless_asked_for(environment: dict[str, str]) -> None:
    """Without settings of OpenTelemetry, or with `none`, no provider is set."""
    before = trace.get_tracer_provider()

    with tracing(environment):
        assert trace.get_tracer_provider() is before
