"""The committed pictures say what the templates say, and `shoplib diagrams --check` notices when they do not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shoplib import architecture
from shoplib.cli import application

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "diagrams"
EVENT_SOURCES = [
    ("clickstream", "AnalyticsFunction", "Stream", "EventStream -> AnalyticsFunction batch"),
    ("fulfilment", "OrdersFunction", "Orders", "OrdersQueue -> OrdersFunction batch"),
    ("fulfilment", "CheckoutFunction", "Checkout", "CheckoutApi -> CheckoutFunction POST /checkout"),
]


def test_committed_pictures_are_true() -> None:
    assert architecture.check(architecture.names(), COMMITTED) == {}, "draw them again: shoplib diagrams"


def test_the_folder_does_not_shadow_the_diagrams_package() -> None:
    assert not (COMMITTED / "__init__.py").exists()


def test_only_pictures_of_the_set_are_committed() -> None:
    pictures = {name: architecture.picture_of(name) for name in architecture.names()}
    made = {
        file
        for name, picture in pictures.items()
        for ending in architecture.FORMATS
        for file in picture.file_names(name, ending)
    }
    of_runs = ("live", "deployed", "change")  # what the command writes there besides, which git ignores
    there = {path.name for path in COMMITTED.iterdir() if path.is_file() and not path.name.startswith(of_runs)}
    assert there - {"README.md"} == made


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(application(), ["diagrams", *arguments])
    return result.exit_code, result.output


def without_event(pattern: str, function: str, event: str, folder: Path) -> Path:
    """A copy of a pattern's template in which one event source is missing."""
    from shoplib.provision.template import load, plain

    body = plain(load(ROOT / "shoplib" / "patterns" / pattern / "template.yaml").body)
    del body["Resources"][function]["Properties"]["Events"][event]
    path = folder / pattern / "template.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(body))
    return path


@pytest.mark.parametrize(("pattern", "function", "event", "edge"), EVENT_SOURCES)
def test_a_missing_event_source_is_named(pattern: str, function: str, event: str, edge: str, tmp_path: Path) -> None:
    path = without_event(pattern, function, event, tmp_path)
    code, output = invoke(str(path), "--check", "--out", str(COMMITTED))
    assert code == 1
    lines = [line.strip() for line in output.splitlines() if "->" in line]
    assert any(
        line.startswith(f"- {edge}") and line.endswith("in the diagram, not in the template") for line in lines
    ), output


def test_check_names_missing_and_foreign_files(tmp_path: Path) -> None:
    code, output = invoke("rest", "--check", "--out", str(tmp_path))
    assert code == 1 and "rest.svg is missing" in output
    architecture.write(["rest"], tmp_path)
    assert invoke("rest", "--check", "--out", str(tmp_path))[0] == 0
    svg = tmp_path / "rest.svg"
    svg.write_text(svg.read_text().replace(architecture.from_patterns("rest").model.hash, "00000000"))
    code, output = invoke("rest", "--check", "--out", str(tmp_path))
    assert code == 1 and "rest.svg was drawn from another model" in output
    (tmp_path / "rest.model.json").write_text("{}")
    code, output = invoke("rest", "--check", "--out", str(tmp_path), "--json")
    assert code == 1 and "not a model" in json.loads(output)["differences"]["rest"][0]


def test_writing_twice_gives_the_same_files(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in architecture.write(["clickstream"], tmp_path / "one")}
    second = {path.name: path.read_bytes() for path in architecture.write(["clickstream"], tmp_path / "two")}
    assert first == second and len(first) == len(architecture.FORMATS)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    from shoplib.errors import LabError

    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(LabError, match="cannot write into"):
        architecture.write(["clickstream"], blocked)


def test_two_templates_that_would_be_one_file_are_refused(tmp_path: Path) -> None:
    from shoplib.errors import LabError

    templates = [tmp_path / part / "build" / "template.yaml" for part in ("orders", "users")]
    for template in templates:
        template.parent.mkdir(parents=True)
        template.write_text("Resources: {Jobs: {Type: AWS::SQS::Queue}}")
    ended = CliRunner().invoke(application(), ["diagrams", *map(str, templates), "--out", str(tmp_path)])
    assert isinstance(ended.exception, LabError) and "would both be written as build" in ended.exception.what
    assert not list(tmp_path.glob("build*"))


def test_a_picture_of_a_run_in_a_format_without_its_figures_is_refused(tmp_path: Path) -> None:
    from shoplib.architecture.runs.run import Live
    from shoplib.errors import LabError

    run = Live(architecture.from_patterns("rest").model, [], {})
    with pytest.raises(LabError, match="live-rest cannot be written as .mmd"):
        architecture.save({"live-rest": run}, tmp_path, [".mmd"])


def test_a_web_socket_api_is_called_so() -> None:
    text = (COMMITTED / "support.mmd").read_text(encoding="utf-8")
    assert "SupportSocket<br/><small>WebSocket API<" in text and "SupportApi<br/><small>HTTP API<" in text
