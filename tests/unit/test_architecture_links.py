"""A node leads to where it is said: to a file that is there, and to the right line. Nothing leads out of a project."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib import architecture
from shoplib.architecture.linking import console
from shoplib.architecture.linking.links import Page, Place
from shoplib.architecture.model import Model, Node
from shoplib.architecture.reading import deployed
from shoplib.provision import Resource, Stack, Target, Template, load

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "tests" / "data" / "templates").glob("*.yaml"))
A = "{http://www.w3.org/2000/svg}a"
TITLE = "{http://www.w3.org/2000/svg}title"


def project(template: Path, folder: Path) -> Path:
    """A copy of a template in a folder of its own, with a file for each Python handler that it names."""
    copy = folder / "project" / template.name
    copy.parent.mkdir()
    shutil.copy(template, copy)
    for path, names in python_handlers(load(copy)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import json\n\n" + "\n\n".join(f"@json\ndef {name}(event, context): ..." for name in names))
    return copy


def functions(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Functions whose code is Python in a folder, with their settings."""
    common = template.body.get("Globals", {}).get("Function", {})
    for id, resource in template.resources.items():
        said = {**common, **resource.get("Properties", {})}
        is_python = "python" in str(said.get("Runtime")) and "CodeUri" in said
        if resource["Type"] == "AWS::Serverless::Function" and is_python:
            yield id, said


def python_handlers(template: Template) -> dict[Path, list[str]]:
    found: dict[Path, list[str]] = {}
    for _, said in functions(template):
        module, _, name = said["Handler"].rpartition(".")
        names = found.setdefault(template.path.parent / said["CodeUri"] / f"{module.replace('.', '/')}.py", [])
        names += [] if name in names else [name]
    return found


def reached(href: str, folder: Path) -> tuple[Path, str]:
    """The file and the text of the line to which a relative link leads from `folder`."""
    way, _, line = href.partition("#L")
    path = (folder / unquote(way)).resolve()
    return path, path.read_text(encoding="utf-8").splitlines()[int(line) - 1]


def key_of(node: Node, model: Model, template: Template) -> str:
    """A pattern of what must be written in the node's line."""
    if node.name in template.resources or node.id in template.parameters:
        return re.escape(node.name)
    if node.external:
        ends = {end for edge in model.edges if node.id in (edge.source, edge.target) for end in edge.key[:2]}
        return "|".join(map(re.escape, ends - {node.id}))
    events = {id: resource.get("Properties", {}).get("Events", {}) for id, resource in template.resources.items()}
    if node.name.startswith("Serverless"):
        kind = node.name.removeprefix("Serverless").replace("RestApi", "Api")
        return "|".join(name for found in events.values() for name in found if found[name]["Type"] == kind)
    owner = max((id for id in events if node.name.startswith(id)), key=len)
    return next((name for name in events[owner] if node.name.startswith(owner + name)), owner)


def check_links(picture: architecture.Picture, folder: Path, templates: Mapping[str, Template]) -> int:
    """Follows every link; how many lead to a handler."""
    links = picture.links(folder)
    handlers = {id: said["Handler"] for template in templates.values() for id, said in functions(template)}
    assert set(links) == {node.id for node in picture.model.nodes} - {"Clients"}
    for id, link in links.items():
        node = picture.model.node(id)
        path, line = reached(link.href, folder)
        if path.suffix == ".py":
            name = handlers[node.name].rpartition(".")[2]
            assert re.match(rf"(async )?def {name}\(|{name} = ", line), (id, line)
        else:
            template = next(each for each in templates.values() if each.path.resolve() == path.resolve())
            assert re.search(rf'(^|[{{,]) *"?({key_of(node, picture.model, template)})"?:', line), (id, line)
    return sum(link.href.partition("#")[0].endswith(".py") for link in links.values())


@pytest.mark.parametrize("name", architecture.patterns())
def test_every_node_of_ours_leads_to_its_line(name: str) -> None:
    templates = {name: load(ROOT / "shoplib" / "patterns" / name / "template.yaml")}
    found = check_links(architecture.picture_of(name), ROOT / "diagrams", templates)
    assert found == sum(len(list(functions(template))) for template in templates.values())


def test_a_group_leads_to_who_covers_it() -> None:
    picture = architecture.domain_map()
    links = picture.links(ROOT / "diagrams")
    assert set(links) >= {node.id for node in picture.model.nodes if node.type.startswith("Capability")}
    path, line = reached(links["C4"].href, ROOT / "diagrams")
    assert (path.parent.name, path.name, line) == ("accounts", "service.toml", "[covers.C4]")
    path, line = reached(links["C6"].href, ROOT / "diagrams")
    assert (path.parent.name, path.name, line) == ("wishlist", "service.toml", "[covers.C6]")


def test_a_logical_view_leads_to_the_service_and_its_store() -> None:
    links = architecture.picture_of("login").links(ROOT / "diagrams")
    assert reached(links["Accounts"].href, ROOT / "diagrams")[1].startswith('title = "Accounts"')
    assert reached(links["AccountsTable"].href, ROOT / "diagrams")[1].strip() == "AccountsTable:"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_node_of_any_template_leads_to_its_line(path: Path, tmp_path: Path) -> None:
    copy = project(path, tmp_path)
    template = load(copy)
    found = check_links(architecture.from_template(copy), copy.parent / "docs" / "pictures", {"": template})
    assert found == len(list(functions(template)))


def test_what_is_not_there_or_not_python_leads_to_the_template(tmp_path: Path) -> None:
    copy = project(TEMPLATES[0].with_name("one-function.yaml"), tmp_path)
    handler = copy.parent / "src" / "app.py"
    for broken in ("def handler(:", "def other(): ..."):
        handler.write_text(broken)
        (link,) = architecture.from_template(copy).links(copy.parent).values()
        assert link.href.startswith("one-function.yaml#L")
    handler.write_text("def handler(): ...\n\nhandler = print\n")
    (link,) = architecture.from_template(copy).links(copy.parent).values()
    assert link.href == "src/app.py#L3", "what Python would call"


def test_json_has_lines_too_and_a_key_from_an_anchor_that_of_the_anchor(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text('{"Resources": {\n"Queue": {"Type": "AWS::SQS::Queue"},\n"Topic": {"Type": "AWS::SNS::Topic"}}}')
    assert {id: place.location for id, place in architecture.from_template(file).places.items()} == {
        "Queue": "one.json:2",
        "Topic": "one.json:3",
    }
    file = tmp_path / "two.yaml"
    file.write_text("x: &all\n  Queue: {Type: AWS::SQS::Queue}\nResources:\n  <<: *all\n")
    assert architecture.from_template(file).places["Queue"].location == "two.yaml:2"


def test_svg_has_the_links_and_refers_to_nothing_else() -> None:
    picture = architecture.from_patterns()
    text = picture.svg(ROOT / "diagrams")
    links = list(ElementTree.fromstring(text).iter(A))
    assert {str(link.get("href")) for link in links} == {
        link.href for link in picture.links(ROOT / "diagrams").values()
    }
    assert not re.search(r"\bfile:|https?://(?!www\.w3\.org/2000/svg)|href=\"/", text) and str(ROOT) not in text


def test_links_can_be_reached_and_read_without_a_mouse() -> None:
    picture = architecture.from_patterns("rest")
    root = ElementTree.fromstring(picture.svg(ROOT / "diagrams"))
    for link in root.iter(A):
        title = link.find(TITLE)
        assert title is not None and "/" in str(title.text) and title == link[0], "the first title is a link's name"
    assert "a:focus-visible{outline" in picture.svg(ROOT / "diagrams")
    assert root.get("role") != "img", "an image hides what is in it"
    assert "<a " not in picture.svg() and ElementTree.fromstring(picture.svg()).get("role") == "img"


def test_a_notebook_tells_the_place_and_has_no_link() -> None:
    """JupyterLab sets the address of every link in an output, which those within SVG refuse: it shows an error."""
    html = architecture.from_patterns("rest")._repr_html_()
    assert "<a " not in html and "shoplib/services/cart/handler.py:" in html
    assert "shoplib/patterns/rest/template.yaml:" in html and str(ROOT) not in html


def test_the_model_does_not_know_lines_and_check_notices_that_they_moved(tmp_path: Path) -> None:
    copy = project(TEMPLATES[0].with_name("event-bus.yaml"), tmp_path)
    out = copy.parent / "pictures"
    before = architecture.from_template(copy)
    architecture.write([copy], out)
    assert architecture.check([copy], out) == {}
    handler = copy.parent / "src" / "app.py"
    handler.write_text("\n" + handler.read_text())
    (line,) = architecture.check([copy], out)["event-bus"]
    assert re.fullmatch(r"event-bus.svg: \w+ links to (\S+)#L\d+, and is now at \1#L\d+, and 1 more", line)
    copy.write_text("# moved\n" + copy.read_text())
    (line,) = architecture.check([copy], out)["event-bus"]
    assert line.endswith(f"and {len(before.places) - 1} more")
    assert architecture.from_template(copy).model == before.model
    architecture.write([copy], out)
    assert architecture.check([copy], out) == {}


def test_an_installed_package_is_checked_by_file_and_line(tmp_path: Path) -> None:
    """From there no link leads to the code, so what can be compared is where it is said."""
    copy = project(TEMPLATES[0].with_name("event-bus.yaml"), tmp_path)
    architecture.write([copy], tmp_path / "pictures")
    installed = shutil.copytree(copy.parent, tmp_path / "site-packages" / "project") / copy.name
    assert not architecture.from_template(installed).links(tmp_path / "pictures")
    assert architecture.check([installed], tmp_path / "pictures") == {}
    installed.write_text("# moved\n" + installed.read_text())
    (line,) = architecture.check([installed], tmp_path / "pictures")["event-bus"]
    assert line.startswith("event-bus.svg:") and "is now at" in line


def test_an_installed_package_links_to_the_checkout_that_the_pictures_are_in(tmp_path: Path) -> None:
    code, installed = tmp_path / "shop" / "a.py", tmp_path / "venv" / "site-packages" / "shop" / "a.py"
    for path in (code, installed):
        path.parent.mkdir(parents=True)
        path.write_text("the same")
    (tmp_path / "pyproject.toml").touch()
    link = Place(installed, 1, tmp_path).link(tmp_path / "pictures")
    assert link is not None and link.href == "../shop/a.py#L1"
    code.write_text("another version")
    assert Place(installed, 1, tmp_path).link(tmp_path / "elsewhere") is None


def test_nothing_leads_out_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = tmp_path / "homes" / "ann", tmp_path / "homes" / "bob"
    place = Place(ann / "shop" / "template.yaml", 3, ann)
    assert place.link(bob / "pictures") is not None
    monkeypatch.setenv("HOME", str(bob))
    monkeypatch.setenv("USERPROFILE", str(bob))
    assert place.link(bob / "pictures") is None, "the name of somebody's home is nobody's business"
    assert place.link(Path(tmp_path.anchor)) is None
    installed = Place(tmp_path / "lib" / "site-packages" / "shoplib" / "a.py", 1, tmp_path)
    assert installed.link(tmp_path / "pictures") is None


names = st.text("abc #%é.-&'\"", min_size=1, max_size=6).map(lambda name: f"x{name}x")


@given(st.lists(names, max_size=3), st.lists(names, max_size=3), st.integers(1, 9999))
def test_a_link_leads_from_any_folder_to_any_file(folder: list[str], file: list[str], line: int) -> None:
    base = Path(__file__).parent
    path, start = base.joinpath(*file, "handler.py"), base.joinpath(*folder)
    link = Place(path, line, base).link(start)
    assert link is not None
    way, _, fragment = link.href.partition("#")
    assert fragment == f"L{line}" and not way.startswith("/") and "\\" not in way
    # Names of folders that are not there: `..` is taken off by hand.
    parts = list(start.parts)
    for part in unquote(way).split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    assert Path(*parts) == path


QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"
PAGES = [
    ("AWS::Lambda::Function", "cart", "lambda/home?region=eu-west-1#/functions/cart"),
    ("AWS::DynamoDB::Table", "carts", "dynamodbv2/home?region=eu-west-1#table?name=carts"),
    (
        "AWS::SQS::Queue",
        QUEUE,
        "sqs/v3/home?region=eu-west-1#/queues/https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F123456789012%2Forders",
    ),
    ("AWS::S3::Bucket", "lake", "s3/buckets/lake?region=eu-west-1"),
    ("AWS::ApiGateway::RestApi", "a1b2", "apigateway/main/apis/a1b2/resources?api=a1b2&region=eu-west-1"),
    ("AWS::StepFunctions::StateMachine", MACHINE, f"states/home?region=eu-west-1#/statemachines/view/{MACHINE}"),
    ("AWS::Events::Rule", "nightly", "events/home?region=eu-west-1#/eventbus/default/rules/nightly"),
    ("AWS::Events::Rule", "shop|placed", "events/home?region=eu-west-1#/eventbus/shop/rules/placed"),
]


@pytest.mark.parametrize(("kind", "id", "where"), PAGES)
def test_pages_of_the_console(kind: str, id: str, where: str) -> None:
    assert console.page(kind, id, "eu-west-1") == f"https://eu-west-1.console.aws.amazon.com/{where}"


def test_other_partitions_and_unknown_types() -> None:
    table = "AWS::DynamoDB::Table"
    assert str(console.page(table, "t", "cn-north-1")).startswith("https://cn-north-1.console.amazonaws.cn/")
    assert str(console.page(table, "t", "us-gov-west-1")).startswith(
        "https://us-gov-west-1.console.amazonaws-us-gov.com/"
    )
    assert console.page(table, "t", "us-iso-east-1") is None and console.page(table, "", "eu-west-1") is None
    assert console.page("AWS::Pipes::Pipe", "p", "eu-west-1") is None


def test_only_a_real_account_has_pages(tmp_path: Path) -> None:
    model = architecture.from_patterns("clickstream").model
    resources = [Resource(node.id, f"{node.id}-1", node.type, "CREATE_COMPLETE") for node in model.nodes]
    stacks = [Stack("shop-clickstream", {}, tuple(resources))]
    real = Target("aws", "eu-west-1", "123456789012", None, "", None)
    laptop = Target("local", "eu-west-1", "123456789012", "http://127.0.0.1:4566", "", None)
    assert deployed.pages(model, stacks, laptop) == {}
    picture = architecture.Picture(model, deployed.pages(model, stacks, real))
    text = picture.save(tmp_path / "deployed.svg").read_text(encoding="utf-8")
    hrefs = [str(link.get("href")) for link in ElementTree.fromstring(text).iter(A)]
    assert len(hrefs) == len([node for node in model.nodes if not node.external])
    assert all(href.startswith("https://eu-west-1.console.aws.amazon.com/") for href in hrefs)
    links = [str(cell.get("link")) for cell in ElementTree.fromstring(picture.drawio()).iter("UserObject")]
    assert sorted(link for link in links if link != "None") == sorted(hrefs)
    changed = architecture.change(architecture.from_patterns("rest"), picture)
    assert {type(place) for place in changed.places.values()} == {Page, Place}
