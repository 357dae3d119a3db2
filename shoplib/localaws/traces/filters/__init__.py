"""X-Ray's filter expressions."""

from shoplib.localaws.traces.filters.grammar import parse

__all__ = ["parse"]
