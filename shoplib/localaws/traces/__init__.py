"""X-Ray: traces of what the engine observes and of the segments that it is sent."""

from shoplib.localaws.traces.service import Traces

__all__ = ["Traces"]
