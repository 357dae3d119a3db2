"""The rooms' law: imports point one way, and nothing happens at import. The table is the whole rule."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shoplib"
# Anyone may import these.
COMMON = {"core", "errors"}
# room -> rooms of which it may import, beside itself and the common ones
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "core": set(),
    "services": set(),
    "localaws": set(),
    "provision": {"localaws"},
    "lab": {"provision"},
    "architecture": {"provision", "lab"},
    "analytics": {"provision", "lab"},
    "shoppers": {"provision", "lab"},
    "demo": {"provision", "lab", "shoppers", "analytics", "architecture"},
    "lessons": {"provision", "lab", "shoppers", "analytics", "architecture", "demo"},
    "course": {"localaws", "lab"},
    "doctor": {"localaws", "provision", "shoppers"},
    "cli": {"localaws", "provision", "lab", "shoppers", "analytics", "architecture", "demo", "course", "doctor"},
    "__main__": {"cli"},
    "__init__": set(),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """Rooms (second part of a dotted name) that a file imports, wherever in the file it does."""
    names = (name for node in ast.walk(ast.parse(path.read_bytes())) for name in imported(node, path))
    return {name.split(".")[1] for name in names if name.startswith("shoplib.")}


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
    allowed = MAY_IMPORT[room] | {room} | (COMMON if room not in ("localaws", "errors") else {"errors"})
    wrong = {
        str(path.relative_to(ROOT)): above
        for path in FILES
        if room_of(path) == room and (above := imported_rooms(path) - allowed)
    }
    assert not wrong


def test_the_rule_has_no_circle():
    done: set[str] = set()
    while ready := {room for room, below in MAY_IMPORT.items() if room not in done and below <= done}:
        done |= ready
    assert done == set(MAY_IMPORT)


def contexts() -> list[str]:
    return sorted(path.name for path in (PACKAGE / "services").iterdir() if (path / "handler.py").is_file())


@pytest.mark.parametrize("context", contexts())
def test_a_service_imports_no_other_service(context):
    mine = f"shoplib.services.{context}"
    for path in sorted((PACKAGE / "services" / context).rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_bytes()))
        names = [name for node in nodes for name in imported(node, path) if name.startswith("shoplib.services")]
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
    lawless = [room.name for room in rooms if not (room / "README.md").is_file() and room.name != "cli"]
    assert not lawless


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
