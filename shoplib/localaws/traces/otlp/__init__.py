"""OpenTelemetry's traces over HTTP, as segments of X-Ray."""

from shoplib.localaws.traces.otlp.endpoint import OtlpEndpoint

__all__ = ["OtlpEndpoint"]
