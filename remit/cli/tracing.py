"""Sends the spans of this process where the environment says, in the words of OpenTelemetry; nowhere by itself."""

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from remit.errors import SettingsInvalid

EXPORTER = "OTEL_TRACES_EXPORTER"
"""`console` prints spans, `otlp` sends them, `none` does neither"""
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""where spans are sent; set, it is as if the exporter were `otlp`"""

_OTLP = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_PACKAGE = "opentelemetry-exporter-otlp-proto-http"


@contextmanager
def tracing(environment: Mapping[str, str] = os.environ) -> Generator[None]:
    """Export spans while the block lasts, if the environment asks for it; what is left is sent at the end.

    Raises:
        SettingsInvalid: The exporter is unknown, or its package is not installed.
    """
    exporter = _choose(environment)
    if exporter is None:
        yield
        return
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "remit"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _choose(environment: Mapping[str, str]) -> SpanExporter | None:
    wanted = environment.get(EXPORTER, "") or ("otlp" if environment.get(ENDPOINT) else "none")
    match wanted:
        case "none":
            return None
        case "console":
            return ConsoleSpanExporter(out=sys.stderr)
        case "otlp":
            return _load_otlp()
        case _:
            raise SettingsInvalid(f"`{EXPORTER}` cannot be `{wanted[:100]}`. It takes console, otlp or none")


def _load_otlp() -> SpanExporter:
    try:
        return import_module(_OTLP).OTLPSpanExporter()
    except ImportError:
        raise SettingsInvalid(
            f"sending spans needs the package `{_PACKAGE}`. Install it, or set `{EXPORTER}=none`"
        ) from None
