"""Translations are complete and up to date, and functions write amounts and days as CLDR says."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core import currencies, languages, messages
from shoplib.core.languages import LANGUAGES
from shoplib.core.messages import formats
from shoplib.messages import __main__ as tool
from shoplib.messages import catalogs, extraction, locale_table, page

_VALUE = re.compile(r"%\((\w+)\)s")


def test_what_is_made_is_up_to_date_and_translated() -> None:
    assert (tool.outdated(tool.of_functions()), tool.missing()) == ([], [])


@pytest.mark.parametrize("path", sorted(tool.ROOT.rglob("shoplib/**/[a-z][a-z].po")), ids=lambda path: path.stem)
def test_a_translation_has_the_values_of_its_message(path: Path) -> None:
    for message in catalogs.read(path, path.stem):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        if message.id:
            assert all(set(_VALUE.findall(each)) <= set(_VALUE.findall("".join(ids))) for each in strings), message.id
            assert set(_VALUE.findall(strings[-1])) == set(_VALUE.findall(ids[-1])), message.id


@given(st.sampled_from(LANGUAGES), st.integers(0, 10**12), st.sampled_from([*locale_table.CURRENCIES, "XYZ"]))
def test_amounts_are_those_of_cldr(language: str, amount: int, currency: str) -> None:
    shown = formats.amount(language, amount, currency)
    of_babel = format_currency(currencies.units(amount, currency), currency, locale=language)
    # Letters before digits keep off them; Babel leaves that out.
    assert re.sub(r"(?<=[A-Z])\u00a0(?=[0-9])", "", shown) == of_babel


@given(st.sampled_from(LANGUAGES), st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_days_are_those_of_cldr(language: str, day: date) -> None:
    assert formats.day(language, day.isoformat()) == format_date(day, "long", locale=language)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,es;q=0.3,en;q=0.2", "es"),
        ("en;q=0.1, AR-EG ;q=0.7", "ar"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("de;q=x,es", "es"),
        ("*", "en"),
        (";;,,q=", "en"),
    ],
)
def test_the_language_of_a_header(header: str | None, language: str) -> None:
    assert languages.preferred(header) == language


def test_a_code_in_a_right_to_left_mail_can_be_copied() -> None:
    assert messages.direct("ar", "مرحبًا\n\nu1.secret\n") == "\u200fمرحبًا\n\nu1.secret\n"
    assert messages.direct("de", "Hallo\n") == "Hallo\n"


def test_the_messages_of_a_page_are_found(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "library.js").write_text('t("not ours")')
    (tmp_path / "shop.js").write_text('const a = t("Add to cart"); tn("%(num)s piece", "%(num)s pieces", n);')
    (tmp_path / "template.js").write_text(
        'html`<b>${t("Hello %(name)s", { name: a({ b }) })} ${html`<i>${t("Inner")}</i>`}</b>`'
    )
    (tmp_path / "index.html").write_text('<p data-t>Hello\n  you</p><a data-t-attr="title" title="Home">x</a><p>no</p>')
    found = extraction.of_page(tmp_path, tmp_path)
    assert [message.id for message in found] == [
        "Add to cart",
        ("%(num)s piece", "%(num)s pieces"),
        "Hello %(name)s",
        "Inner",
        "Hello you",
        "Home",
    ]
    assert found[4].locations == [("index.html", 1)]


def test_a_page_gets_plural_forms_by_the_names_of_its_own_rules() -> None:
    catalog = Catalog(locale="ar")
    catalog.add(("%(num)s piece", "%(num)s pieces"), tuple("abcdef"))
    catalog.add("Hello", "مرحبًا")
    catalog.add("Untranslated", "")
    content = json.loads(page.as_json(catalog, "ar"))
    assert (content["language"], content["direction"]) == ("ar", "rtl")
    # The last two as the catalog's own expression has them: hundreds, and eleven to ninety-nine.
    forms = {"zero": "a", "one": "b", "two": "c", "few": "d", "other": "e", "many": "f"}
    assert content["messages"] == {"%(num)s piece": forms, "Hello": "مرحبًا"}
    spanish = Catalog(locale="es")
    spanish.add(("piece", "pieces"), ("pieza", "piezas"))
    said = json.loads(page.as_json(spanish, "es"))["messages"]["piece"]
    assert said == {"one": "pieza", "many": "piezas", "other": "piezas"}


def test_a_message_that_changes_is_a_new_one() -> None:
    old = Catalog(locale="de")
    old.add("Hello", "Hallo")
    old.add("Gone", "Weg")
    fresh = catalogs.update(old, [extraction.Message("Hello", [("a.py", 1)]), extraction.Message("Hello!")])
    assert [(message.id, message.string) for message in fresh if message.id] == [("Hello", "Hallo"), ("Hello!", "")]
    assert catalogs.missing(fresh) == ["Hello!"]
