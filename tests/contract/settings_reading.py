"""Which settings a Lambda entry point comes to read, found in the code of its service: who names whom."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SERVICES = Path(__file__).parents[2] / "shoplib" / "services"
Name = tuple[str, str]  # module and name at its top level


def settings_read(service: str, handler: str) -> set[str]:
    """Names of the dataclasses of `config.py` that are loaded by `handler.<handler>` or by what it leads to."""
    names = _names(service)
    met, waiting = set[Name](), [("handler", handler)]
    while waiting:
        if (name := waiting.pop()) not in met:
            met.add(name)
            waiting += names.get(name, [])
    return {name for module, name in met if module == "config" and name.endswith("Config")}


@cache
def _names(service: str) -> dict[Name, list[Name]]:
    """What each top-level definition of a service names of the service. A router names its routes."""
    found: dict[Name, list[Name]] = {}
    for path in (SERVICES / service).glob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        imported = dict(_imports(body, f"shoplib.services.{service}"))
        for statement in body:
            for defined in _defined(statement):
                found.setdefault((path.stem, defined), []).extend(_named(statement, path.stem, imported))
                for router in _routers(statement):
                    found.setdefault((path.stem, router), []).append((path.stem, defined))
    return found


def _routers(statement: ast.stmt) -> Iterator[str]:
    """The routers whose routes a function serves: `@router.get("/products")`."""
    for decorator in getattr(statement, "decorator_list", ()):
        match decorator:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=router))):
                yield router


def _imports(body: list[ast.stmt], package: str) -> Iterator[tuple[str, Name]]:
    """Local name -> module of the service ("" as its name), or name in one."""
    for statement in body:
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith(package):
            module = str(statement.module).removeprefix(package).lstrip(".")
            for alias in statement.names:
                yield alias.asname or alias.name, (module, alias.name) if module else (alias.name, "")


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _named(statement: ast.stmt, module: str, imported: dict[str, Name]) -> Iterator[Name]:
    """Without the names of the statement's own variables."""
    nodes = list(ast.walk(statement))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner, inner = imported.get(node.value.id, ("", "?"))
            if not inner:
                yield owner, node.attr
        elif isinstance(node, ast.Name) and node.id not in own:
            yield imported.get(node.id, (module, node.id))
