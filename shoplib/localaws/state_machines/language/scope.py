"""What the expressions of one state may read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Scope:
    """`document` is the state's input, `context` the context object, `variables` what earlier states assigned."""

    document: Any
    context: Mapping[str, Any]
    variables: Mapping[str, Any]

    def of(self, document: Any) -> "Scope":
        return replace(self, document=document)

    def within(self, **context: Any) -> "Scope":
        """The same with more in the context object."""
        return replace(self, context={**self.context, **context})
