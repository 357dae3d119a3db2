"""A comprehension's variable does not hide a name of the module that another comprehension of the function reads.

Python 3.12.1 takes the one for the other and raises UnboundLocalError.
"""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "shoplib").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def within(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function but those of functions inside it, which have variables of their own."""
    for each in ast.iter_child_nodes(node):
        yield each
        if not isinstance(each, FUNCTIONS):
            yield from within(each)


def bound(node: ast.AST) -> set[str]:
    targets = [each.target for each in getattr(node, "generators", ())]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def own_variables(function: ast.AST) -> set[str]:
    """Arguments and what statements assign, without the variables of comprehensions."""
    names = {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)}
    inside = {id(name) for each in within(function) if isinstance(each, COMPREHENSIONS) for name in ast.walk(each)}
    assigned = [each for each in within(function) if isinstance(each, ast.Name) and id(each) not in inside]
    return names | {each.id for each in assigned if isinstance(each.ctx, ast.Store)}


def read(node: ast.AST, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names that a comprehension reads and does not bind itself."""
    inner = hidden | bound(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
        yield node.id
    for each in ast.iter_child_nodes(node):
        yield from read(each, inner)


def confused(source: str) -> list[str]:
    """`line name` of each variable of a comprehension that another one in the function reads as the module's."""
    found, tree = [], ast.parse(source)
    known = names_of_module(tree) | set(dir(builtins))
    if not known & {name for each in ast.walk(tree) if isinstance(each, COMPREHENSIONS) for name in bound(each)}:
        return []
    for function in [each for each in ast.walk(tree) if isinstance(each, FUNCTIONS)]:
        comprehensions = [each for each in within(function) if isinstance(each, COMPREHENSIONS)]
        both = {name for each in comprehensions for name in bound(each)} & known
        if not both:
            continue
        nested = {id(inner) for each in comprehensions for inner in ast.walk(each) if inner is not each}
        both &= {name for each in comprehensions if id(each) not in nested for name in read(each)}
        found += [f"{function.lineno} {name}" for name in sorted(both - own_variables(function))]
    return found


def names_of_module(tree: ast.Module) -> set[str]:
    imported = [alias for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom)) for alias in each.names]
    defined = [each.name for each in tree.body if isinstance(each, (*FUNCTIONS[:2], ast.ClassDef))]
    assigned = [name.id for each in tree.body if isinstance(each, (ast.Assign, ast.AnnAssign)) for name in stored(each)]
    return {*defined, *assigned, *(alias.asname or alias.name for alias in imported)}


def stored(statement: ast.AST) -> list[ast.Name]:
    return [each for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def test_the_check_sees_both_kinds() -> None:
    both = """def key(z): return z
def mean(x):
    return {key: 1 for key in x}, [key(each) for each in x], [len(y) for y in [len for len in x]]"""
    assert confused(both) == ["2 key", "2 len"]
    assert confused("def fine(x):\n    return [key(each) for each in x], [each for each in x]") == []
    assert confused("def key(z): return z\ndef fine(x):\n    return [[key + z for z in x] for key in x]") == []
    assert confused("def fine(x):\n    for y in x:\n        print([y for y in x], [y + z for z in x])") == []


def test_no_name_means_two_things() -> None:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
    assert [f"{path}:{wrong}" for path, text in sources.items() for wrong in confused(text)] == []
