"""Expressions of the Amazon States Language, in its two query languages: what a state reads, and what it answers."""

from shoplib.localaws.state_machines.language.failures import EvaluationFailure, StateFailure
from shoplib.localaws.state_machines.language.json_path import JsonPath
from shoplib.localaws.state_machines.language.jsonata_language import Jsonata
from shoplib.localaws.state_machines.language.protocol import Language, Result
from shoplib.localaws.state_machines.language.scope import Scope

__all__ = ["EvaluationFailure", "JsonPath", "Jsonata", "Language", "Result", "Scope", "StateFailure", "language_of"]


def language_of(name: str) -> Language:
    """The query language by the name that QueryLanguage has."""
    return Jsonata() if name == "JSONata" else JsonPath()
