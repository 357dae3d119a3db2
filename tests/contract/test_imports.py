"""The rooms' law: imports point one way, and nothing happens at import. The tables are the whole rule."""

import ast
import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shoplib"
# Anyone may import these.
COMMON = {"clean_environment", "core", "documents", "errors", "themed_svg", "whole_files", "yaml_text"}
# room -> rooms of which it may import, beside itself and the common ones
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "clean_environment": set(),
    "themed_svg": set(),
    "whole_files": set(),
    "core": set(),
    "documents": set(),
    "yaml_text": set(),
    "services": set(),
    "localaws": set(),
    "provision": {"localaws"},
    "dashboards": {"provision"},
    "lab": {"dashboards", "lessons", "provision"},
    "architecture": {"provision"},
    "costs": {"localaws", "provision", "architecture"},
    "analytics": {"lab"},
    "shoppers": {"provision", "lab"},
    "experiments": {"provision", "lab", "architecture", "analytics"},
    "demo": {"provision", "lab", "shoppers", "analytics", "architecture"},
    "lessons": {"architecture", "localaws", "provision"},
    "gameday": {"localaws", "provision", "lab", "shoppers"},
    "teaching": {"architecture", "costs", "provision"},
    "console": {"localaws"},
    "course": {"lessons", "localaws"},
    "doctor": {"localaws", "shoppers"},
    "messages": set(),
    "cli": {
        "console",
        "localaws",
        "provision",
        "lab",
        "dashboards",
        "shoppers",
        "analytics",
        "architecture",
        "costs",
        "demo",
        "gameday",
        "course",
        "doctor",
    },
    "__main__": {"cli", "localaws"},
    "__init__": set(),
}
# Rooms that are named in signatures alone: code that runs gets the object, and does not know where it is from.
FOR_TYPES_ALONE = {"analytics": {"lab"}}
# The same within the local AWS, for its rooms alone; the files beside them are what all rooms share.
LOCALAWS_MAY_IMPORT: dict[str, set[str]] = {
    "ingress": set(),
    "guard": {"apigateway", "ingress"},
    "policies": set(),
    "event_patterns": set(),
    "moto_fixes": {"policies"},
    "absent_operations": {"ingress"},
    "athena": set(),
    "dynamodb": {"moto_fixes"},
    "functions": {"permissions", "policies"},
    "fast_path": {"moto_fixes"},
    "queues": {"ingress", "moto_fixes"},
    "streams": {"fast_path", "ingress", "moto_fixes"},
    "redrive": {"moto_fixes"},
    "delivery_streams": {"functions", "ingress"},
    "table_feeds": {"moto_fixes"},
    "metrics": {"dynamodb", "functions"},
    "event_sources": {"event_patterns", "functions", "moto_fixes", "permissions"},
    "pipes": {"event_patterns", "event_sources", "functions", "notifications", "permissions"},
    "notifications": {"event_patterns", "functions", "ingress", "permissions"},
    "fault_injection": {"functions", "ingress", "policies"},
    "schedules": {"functions", "notifications", "permissions"},
    "log_insights": set(),
    "log_metrics": {"notifications"},
    "alarms": {"functions", "metrics", "notifications", "permissions"},
    "call_log": {"ingress", "metrics"},
    "cloud_control": {"functions", "ingress"},
    "schema_registries": {"ingress"},
    "state_machines": {"ingress", "notifications", "permissions"},
    "permissions": {"ingress", "policies"},
    "traces": {"functions", "ingress"},
    "cloudformation": {"functions", "notifications", "permissions", "policies", "state_machines"},
    "apigateway": {"functions", "ingress", "permissions", "policies"},
    "snapshots": set(),
    "audit_trail": {"call_log", "ingress", "permissions"},
    "mailbox": {"ingress"},
    "user_pools": {"absent_operations", "functions", "moto_fixes"},
}
# These put the rooms together.
COMPOSED_BY = {"__init__", "composition", "coverage", "engine", "moto_routes", "moto_services", "on_demand"}
LONGEST_FILE = 300
# Names that say nothing, so that everything ends up there.
EMPTY_NAMES = {"utils", "util", "manager", "base", "helpers", "helper", "common", "misc"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path, tree: ast.AST | None = None) -> Iterator[tuple[int, str]]:
    """Line and room (second part of a dotted name) of each import of ours, wherever in the file it is."""
    for node in ast.walk(tree) if tree else import_nodes(path):
        for name in imported(node, path):
            if name.startswith("shoplib."):
                yield node.lineno, name.split(".")[1]


@cache
def import_nodes(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Wherever in the file they are. To read all files takes seconds: each is read once."""
    return [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Import | ast.ImportFrom)]


def for_types_alone(path: Path) -> set[tuple[int, str]]:
    blocks = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.If)]
    typed = [each for node in blocks if ast.unparse(node.test).endswith("TYPE_CHECKING") for each in node.body]
    return {found for each in typed for found in imports_of(path, each)}


def said(path: Path, line: int, room: str) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{line} imports shoplib.{room}"


def imported(node: ast.AST, path: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert not node.level, f"{path}:{node.lineno}: say `from shoplib...`; relative imports hide the room"
    # `from shoplib import lab` names the room in the second half.
    return [f"shoplib.{alias.name}" for alias in node.names] if node.module == "shoplib" else [node.module or ""]


def test_every_room_has_a_rule():
    assert {room_of(path) for path in FILES} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(room):
    lower = {"clean_environment", "documents", "errors", "whole_files", "yaml_text"}
    allowed = MAY_IMPORT[room] | {room} | (COMMON if room not in ("localaws", "errors") else lower)
    mine = [path for path in FILES if room_of(path) == room]
    wrong = [said(path, line, name) for path in mine for line, name in imports_of(path) if name not in allowed]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("room", "typed"), FOR_TYPES_ALONE.items())
def test_what_is_for_types_alone_is_not_imported_by_code_that_runs(room, typed):
    mine = [path for path in FILES if room_of(path) == room]
    found = [(path, *each) for path in mine for each in set(imports_of(path)) - for_types_alone(path)]
    wrong = [said(*each) for each in found if each[2] in typed]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("rule", [MAY_IMPORT, LOCALAWS_MAY_IMPORT], ids=["shoplib", "localaws"])
def test_the_rule_has_no_circle(rule):
    TopologicalSorter(rule).prepare()  # CycleError names the circle


@pytest.mark.parametrize("room", LOCALAWS_MAY_IMPORT)
def test_a_room_of_the_local_aws_imports_only_what_its_readme_allows(room):
    below = siblings(PACKAGE / "localaws")[room] & set(LOCALAWS_MAY_IMPORT)
    assert below <= LOCALAWS_MAY_IMPORT[room]


def test_every_room_of_the_local_aws_has_a_rule():
    home = PACKAGE / "localaws"
    assert {path.parent.name for path in home.glob("*/__init__.py")} == set(LOCALAWS_MAY_IMPORT)
    shared = set(siblings(home)) - set(LOCALAWS_MAY_IMPORT) - COMPOSED_BY
    mixed = {name: siblings(home)[name] & set(LOCALAWS_MAY_IMPORT) for name in shared}
    assert not {name: rooms for name, rooms in mixed.items() if rooms - {"moto_fixes"}}


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda path: path.name)
def test_what_lies_side_by_side_does_not_import_each_other(folder):
    """At every level, rooms and files alike: what is imported lies below."""
    TopologicalSorter(siblings(folder)).prepare()  # CycleError names the circle


@cache
def siblings(folder: Path) -> dict[str, set[str]]:
    """What each file or room of a folder imports of the others in it."""
    home = "shoplib." + "".join(f"{part}." for part in folder.relative_to(PACKAGE).parts)
    imports: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        names = {name.removeprefix(home).split(".")[0] for name in full_names(path) if name.startswith(home)}
        imports.setdefault(own, set()).update(names - {own})
    return {name: below & set(imports) for name, below in imports.items()}


@cache
def full_names(path: Path) -> frozenset[str]:
    """`from a import b` may mean the module a.b, or a name within a."""
    nodes = import_nodes(path)
    inner = {f"{n.module}.{alias.name}" for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names}
    return frozenset(inner.union(*(imported(node, path) for node in nodes)))


def contexts() -> list[str]:
    return sorted(path.name for path in (PACKAGE / "services").iterdir() if (path / "handler.py").is_file())


@pytest.mark.parametrize("context", contexts())
def test_a_service_imports_no_other_service(context):
    mine = f"shoplib.services.{context}"
    for path in sorted((PACKAGE / "services" / context).rglob("*.py")):
        names = [
            name for node in import_nodes(path) for name in imported(node, path) if name.startswith("shoplib.services")
        ]
        assert all(name == mine or name.startswith(f"{mine}.") for name in names), f"{path}: {names}"


@pytest.mark.parametrize("context", contexts())
def test_the_domain_of_a_service_knows_nothing_of_aws(context):
    names = set()
    for node in ast.walk(ast.parse((PACKAGE / "services" / context / "domain.py").read_bytes())):
        names |= {name.split(".")[0] for name in imported(node, PACKAGE / context)}
    assert not names & {"boto3", "botocore", "aws_lambda_powertools", "os", "requests", "urllib"}


@pytest.mark.parametrize("context", contexts())
def test_every_service_has_the_same_files(context):
    files = {path.name for path in (PACKAGE / "services" / context).iterdir()}
    assert {"__init__.py", "config.py", "domain.py", "store.py", "handler.py"} <= files


def test_every_room_states_its_law():
    rooms = [path for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))]
    assert rooms
    lawless = [room.name for room in rooms if not (room / "README.md").is_file()]
    assert not lawless


def test_files_can_be_read_at_one_sitting():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST_FILE}


def test_names_say_what_is_inside():
    modules = {path: {*path.relative_to(PACKAGE).parts[:-1], path.stem} for path in FILES}
    assert not [str(path.relative_to(ROOT)) for path, names in modules.items() if names & EMPTY_NAMES]


def test_importing_a_service_makes_no_client_and_reads_no_setting():
    """A test or a notebook may look at any service; only a handler that is called talks to AWS."""
    services = [path for path in FILES if room_of(path) == "services"]
    modules = [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in services]
    code = (
        "import importlib, botocore.session\n"
        "def create_client(*_, **__): raise AssertionError('a client was made')\n"
        "botocore.session.Session.create_client = create_client\n"
        f"for name in {modules!r}: importlib.import_module(name)"
    )
    # No region, no table name: whoever reads a setting fails. Only what Python itself needs is left.
    bare = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=bare, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room", ["localaws", "provision"])
def test_public_names_exist_and_say_what_they_do(room):
    module = importlib.import_module(f"shoplib.{room}")
    assert len(module.__all__) == len(set(module.__all__))
    for name in module.__all__:
        found = getattr(module, name)
        assert found.__doc__ or not (inspect.isclass(found) or inspect.isfunction(found)), name


def test_importing_the_command_line_loads_nothing_heavy():
    """`shoplib --help` is quick, and importing makes no client and reads no setting."""
    heavy = ("boto3", "botocore", "moto", "pandas", "pyarrow", "matplotlib", "samtranslator", "cfnlint", "diagrams")
    code = (
        "import sys; from shoplib.cli import application; application(); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
    )
    assert done.stdout.strip() == "[]"
