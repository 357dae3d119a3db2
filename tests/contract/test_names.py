"""Things are nouns and functions are verbs: a participle as a name makes every reader look up what it is of."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Say what it is instead: `matches`, `message`, `requested_tags`, `remaining`, `existing`, ...
WORDS = """
answered asked came counted deaf found given gone heard hears held kept made met mine named ours said says shown spoken
stored taken tell telling tells theirs told wanted
"""
# Of functions, in the rooms that are read most: `merge`, `to_rows`, `find_repeats`, `is_blocked`, ...
FUNCTION_WORDS = """
abandoned abbreviated across aligned alike arranged arrived arriving assigned astray behind below beside beyond
binned blocked bounded broken bundled called checked chosen compacted compared completed compressed computed
confirmed credited dated declared decoded deployed discounted elsewhere encoded exchanged expanded explained failed
filled filtered followed forwarded framed gathered grouped guessed hidden imported installed joined judged leaving
led logged lost malformed managed marked masked matched measured mentioned merged misnamed moved needed nested
numbered once opened ordered packed packaged paged parsed projected pulled quoted reached refused removed renamed
repaired repeated replaced returned reversed rewired salvaged saved scanned shaped shared shortened signed spelled
substituted suffixed summed tagged tallied themed touched typed unbounded unfit unfolded unordered way whole why
without wrapped zipped
"""
ROOMS = ("analytics", "architecture", "cli", "core", "demo", "lessons", "provision", "shoppers")
# The protocol of Python's files.
ALLOWED = {("shoplib/analytics/places.py", "tell")}


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of all that the code itself names."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


def function_names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Of what is called: a property is read, so it may be named as what it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not any(
            "property" in ast.unparse(each) for each in node.decorator_list
        ):
            yield node.lineno, node.name


def participles(source: bytes | str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in names_in(ast.parse(source)) if name.lower().strip("_") in WORDS.split()]


def test_nothing_is_named_by_a_bare_participle():
    astray = []
    for path in sorted((ROOT / "shoplib").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        lines = [(line, name) for line, name in participles(path.read_bytes()) if (file, name) not in ALLOWED]
        astray += [f"{file}:{line}: {name}" for line, name in lines]
    assert not astray, "name the thing or the action:\n" + "\n".join(astray)


def test_functions_are_verbs():
    files = [path for room in ROOMS for path in sorted((ROOT / "shoplib" / room).rglob("*.py"))]
    functions = [(path, *each) for path in files for each in function_names_in(ast.parse(path.read_bytes()))]
    astray = [(path, line, name) for path, line, name in functions if name.strip("_") in FUNCTION_WORDS.split()]
    assert not astray, "name the action:\n" + "\n".join(f"{path}:{line}: {name}" for path, line, name in astray)
    assert len(functions) > 2_000


@pytest.mark.parametrize(
    "code",
    [
        "found = 1",
        "def _told(): ...",
        "def read(given): ...",
        "class Asked: ...",
        "KEPT = 3",
        "self.shown = 1",
        "names = [said for said in texts]",
    ],
)
def test_each_way_to_name_a_thing_is_seen(code: str):
    assert len(participles(code)) == 1


def test_a_noun_with_a_participle_is_a_noun():
    assert not participles("stored_options = 1\nis_found = True\nfor told_twice in rows: pass")
