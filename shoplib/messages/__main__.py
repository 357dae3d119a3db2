"""`python -m shoplib.messages` brings catalogs and what is made of them up to date; `--check` says what is not."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import shoplib
from shoplib.core.languages import DEFAULT, LANGUAGES
from shoplib.messages import catalogs, extraction, locale_table, page

ROOT = Path(shoplib.__file__).parents[1]
SERVICES = ROOT / "shoplib" / "services"
COMPILED = ROOT / "shoplib" / "core" / "messages"
# The static site, and the translations of its messages.
PAGE = SERVICES / "storefront" / "assets"
OF_PAGE = ROOT / "shoplib" / "messages" / "page"
TRANSLATED = [language for language in LANGUAGES if language != DEFAULT]


def of_functions() -> Iterator[tuple[Path, bytes]]:
    """The files that functions read, and what they are made of, with their contents."""
    yield COMPILED / "table.py", locale_table.as_python()
    messages = extraction.of_python(ROOT, sorted(SERVICES.rglob("*.py")))
    for language in TRANSLATED:
        path = COMPILED / f"{language}.po"
        catalog = catalogs.update(catalogs.read(path, language), messages)
        yield path, catalogs.as_po(catalog)
        yield COMPILED / "assets" / f"{language}.mo", catalogs.as_mo(catalog)


def of_page() -> Iterator[tuple[Path, bytes]]:
    """The files that the page reads, and what they are made of, with their contents."""
    messages = extraction.of_page(ROOT, PAGE)
    for language in TRANSLATED:
        path = OF_PAGE / f"{language}.po"
        catalog = catalogs.update(catalogs.read(path, language), messages)
        yield path, catalogs.as_po(catalog)
        yield PAGE / "messages" / f"{language}.json", page.as_json(catalog, language)


def outdated(files: Iterable[tuple[Path, bytes]]) -> list[Path]:
    """The files that are not as they should be."""
    return [path for path, content in files if not path.is_file() or path.read_bytes() != content]


def missing() -> list[str]:
    """What is not translated, as `language: message`."""
    paths = [(folder / f"{language}.po", language) for folder in (COMPILED, OF_PAGE) for language in TRANSLATED]
    return [
        f"{language}: {message}"
        for path, language in paths
        if path.is_file()
        for message in catalogs.missing(catalogs.read(path, language))
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        wrong = [
            f"out of date: {path.relative_to(ROOT)}" for path in outdated([*of_functions(), *of_page()])
        ] + missing()
        print("\n".join(wrong))
        return 1 if wrong else 0
    for path, content in [*of_functions(), *of_page()]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print("\n".join(f"not translated: {each}" for each in missing()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
