"""Event patterns: EventBridge's language, which filters of mappings and of SNS speak too. See README.md."""

from shoplib.localaws.event_patterns.events import Event
from shoplib.localaws.event_patterns.invalid import InvalidPattern
from shoplib.localaws.event_patterns.patterns import Pattern, compiled, parse
from shoplib.localaws.event_patterns.places import explained
from shoplib.localaws.event_patterns.wildcards import matches_wildcard

__all__ = ["Event", "InvalidPattern", "Pattern", "compiled", "explained", "matches_wildcard", "parse"]
