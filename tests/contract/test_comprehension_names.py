"""A comprehension's variable does not hide a name of the module that the same function reads.

Python 3.12.1 takes the one for the other and raises UnboundLocalError.
"""

import symtable
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted(path for room in ("shoplib", "tests", "bench") for path in (ROOT / room).rglob("*.py"))
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}


def functions(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    if table.get_type() == "function" and table.get_name() not in COMPREHENSIONS:
        yield table
    for each in table.get_children():
        yield from functions(each)


def family(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The function's own scope and those of its comprehensions, however deep."""
    yield table
    for each in table.get_children():
        if each.get_name() in COMPREHENSIONS:
            yield from family(each)


def confused(source: str, path: str = "module.py") -> list[str]:
    """`line name` of each variable of a comprehension that the same function also reads as the module's."""
    found = []
    for function in functions(symtable.symtable(source, path, "exec")):
        scopes = list(family(function))
        variables = {name for scope in scopes[1:] for name in bound(scope)}
        globals_read = {each.get_name() for scope in scopes for each in scope.get_symbols() if each.is_global()}
        found += [f"{function.get_lineno()} {name}" for name in sorted(variables & globals_read)]
    return found


def bound(scope: symtable.SymbolTable) -> list[str]:
    return [each.get_name() for each in scope.get_symbols() if each.is_local() and not each.is_parameter()]


def test_the_check_sees_both_kinds() -> None:
    both = """def mean(x):
    return {key: 1 for key in x}, [key(each) for each in x], [len(y) for y in [len for len in x]]"""
    assert confused(both) == ["1 key", "1 len"]
    assert confused("def fine(x):\n    return [key(each) for each in x], [each for each in x]") == []


def test_no_name_means_two_things() -> None:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
    assert [f"{path}:{wrong}" for path, text in sources.items() for wrong in confused(text, path)] == []
