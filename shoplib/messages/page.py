"""A catalog as the page reads it: JSON, with plural forms by the names that `Intl.PluralRules` gives them."""

import json
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog

from shoplib.core.languages import RIGHT_TO_LEFT

# Enough numbers to meet every plural form of every language.
_NUMBERS = (*range(201), 1_000, 10_000, 100_000, 1_000_000)


def as_json(catalog: Catalog, language: str) -> bytes:
    """The translations of a language; what has none is left out, and the page says it in English."""
    forms = _forms(catalog, language)
    content = {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "messages": {_key(message.id): _value(message.string, forms) for message in catalog if _is_said(message)},
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _is_said(message: Any) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(message.id) and all(strings)


def _key(id_: Any) -> str:
    return str(id_[0] if isinstance(id_, tuple | list) else id_)


def _value(string: Any, forms: dict[str, int]) -> Any:
    return {name: string[index] for name, index in forms.items()} if isinstance(string, tuple | list) else string


def _forms(catalog: Catalog, language: str) -> dict[str, int]:
    """Which of gettext's forms each of CLDR's is."""
    rule = Locale.parse(language).plural_form
    index = _compile(catalog.plural_expr)
    return {rule(number): index(number) for number in reversed(_NUMBERS)}


def _compile(expression: str) -> Any:
    """The function that gettext makes of a plural expression in C."""
    from gettext import c2py

    return c2py(expression)
