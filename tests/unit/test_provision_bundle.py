"""Code as zips: deterministic, complete, nothing too much; wrong paths and handlers are said."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from shoplib.errors import LabError
from shoplib.provision import artifacts, bundle, closure, load
from shoplib.provision.patterns import template_path

PYTHON = {"Runtime": "python3.12", "Handler": "app.handler"}


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "src"
    for name in ("app.py", "lib/__init__.py", "lib/part.py", "data.json", "__pycache__/app.pyc", ".venv/x.py"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n", encoding="utf-8")
    return root


def test_a_folder_is_zipped_whole_but_for_what_is_no_code(source):
    inside = names(bundle.function(source, PYTHON, "here"))
    assert inside == ["app.py", "data.json", "lib/__init__.py", "lib/part.py"]


def test_the_same_files_make_the_same_bytes(source):
    first = bundle.function(source, PYTHON, "here")
    for path in source.rglob("*.py"):
        os.utime(path, (0, 0))
        path.chmod(0o600)
    assert bundle.function(source, PYTHON, "here") == first


def test_another_content_makes_another_key(source):
    before = bundle.digest(bundle.function(source, PYTHON, "here"))
    (source / "data.json").write_text("{}", encoding="utf-8")
    assert bundle.digest(bundle.function(source, PYTHON, "here")) != before


def test_every_file_can_be_read_and_executed_by_the_runtime(source):
    with zipfile.ZipFile(io.BytesIO(bundle.function(source, PYTHON, "here"))) as archive:
        assert {entry.external_attr >> 16 & 0o777 for entry in archive.infolist()} == {0o755}


def test_an_archive_is_taken_as_it_is(tmp_path):
    archive = tmp_path / "code.zip"
    archive.write_bytes(b"PK anything")
    assert bundle.function(archive, PYTHON, "here") == b"PK anything"


def test_missing_code_is_said(tmp_path):
    with pytest.raises(LabError, match="here: code not found"):
        bundle.function(tmp_path / "nowhere", PYTHON, "here")


def test_a_handler_without_its_file_is_said_before_it_is_deployed(source):
    with pytest.raises(LabError, match=r"handler main.handler needs main\.py"):
        bundle.function(source, PYTHON | {"Handler": "main.handler"}, "here")


@pytest.mark.parametrize(
    "properties",
    [
        {"Runtime": "nodejs22.x", "Handler": "index.handler"},
        {"Runtime": "python3.12", "Handler": "datadog.handler", "Layers": ["arn"]},
        {"Runtime": "python3.12", "Handler": "lib.part.handler"},
        {"Runtime": "python3.12", "Handler": "lib.handler"},
    ],
    ids=["other language", "from a layer", "module of a package", "package"],
)
def test_handlers_that_cannot_or_need_not_be_found(source, properties):
    assert bundle.function(source, properties, "here")


def test_a_folder_that_is_no_function_is_refused_before_it_is_read(source, monkeypatch):
    monkeypatch.setattr(bundle, "LARGEST_BYTES", 10)
    with pytest.raises(LabError, match="too large for a function"):
        bundle.function(source, PYTHON, "here")


def test_a_link_that_leads_nowhere_is_said(source):
    try:
        (source / "link.py").symlink_to(source / "nowhere.py")
    except OSError:
        pytest.skip("this system lets us make no links")
    with pytest.raises(LabError, match=r"link\.py cannot be read"):
        bundle.function(source, PYTHON, "here")


def test_a_layer_is_zipped_as_it_lies_unless_sam_would_build_it(source):
    assert "app.py" in names(bundle.layer(source, "", "here"))
    assert "python/app.py" in names(bundle.layer(source, "python3.12", "here"))


def test_requirements_are_installed_beside_the_code(source, tmp_path):
    package = tmp_path / "tiny"
    package.mkdir()
    (package / "pyproject.toml").write_text('[project]\nname = "tiny"\nversion = "1"\n', encoding="utf-8")
    commands: list[list[str]] = []

    def install(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        (Path(command[-1]) / "tiny.py").write_text("", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0, "", "")

    (source / "requirements.txt").write_text("# what we need\ntiny==1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle.subprocess, "run", install)
        assert {"app.py", "tiny.py"} <= set(names(bundle.function(source, PYTHON, "here")))
    assert commands[0][-4:-1] == ["-r", str(source / "requirements.txt"), "--target"]


def test_requirements_that_cannot_be_installed_are_said(source):
    (source / "requirements.txt").write_text(f"{source}/nothing-here\n", encoding="utf-8")
    with pytest.raises(LabError, match="requirements.txt could not be installed"):
        bundle.function(source, PYTHON, "here")


def test_requirements_without_a_package_install_nothing(source, monkeypatch):
    monkeypatch.setattr(bundle.subprocess, "run", lambda *_, **__: pytest.fail("nothing is to be installed"))
    (source / "requirements.txt").write_text("\n# only a remark\n", encoding="utf-8")
    assert bundle.function(source, PYTHON, "here")


def test_the_closure_of_a_handler_is_what_it_imports():
    inside = set(closure.import_closure("shoplib.services.cart.handler.handler", "here"))
    assert {"shoplib/__init__.py", "shoplib/services/__init__.py", "shoplib/services/cart/handler.py"} <= inside
    assert "shoplib/core/lake/__init__.py" not in inside
    assert not [name for name in inside if "localaws" in name or "provision" in name]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `shoplib` of our own, in which files can be broken."""
    monkeypatch.setattr(closure, "IMPORT_ROOT", tmp_path)
    for name, text in {
        "__init__.py": "",
        "a/__init__.py": "",
        "a/handler.py": "from . import near\nfrom ..b import far as f\nimport shoplib.c.d\nimport json\n",
        "a/near.py": "def late():\n    from shoplib.a import later\n",
        "a/later.py": "",
        "a/unused.py": "",
        "b/__init__.py": "",
        "b/far.py": "from .deep import *\n",
        "b/deep.py": "",
        "c/__init__.py": "",
        "c/d.py": "",
    }.items():
        path = tmp_path / "shoplib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "shoplib"


def test_the_closure_follows_every_kind_of_import(package):
    inside = {name.removeprefix("shoplib/") for name in closure.import_closure("shoplib.a.handler.handler", "here")}
    wanted = {path.relative_to(package).as_posix() for path in package.rglob("*.py")} - {"a/unused.py"}
    assert inside == wanted


def test_the_closure_sees_an_edit_at_once(package):
    closure.import_closure("shoplib.a.handler.handler", "here")
    (package / "a" / "later.py").write_text("import shoplib.a.unused\n", encoding="utf-8")
    assert "shoplib/a/unused.py" in closure.import_closure("shoplib.a.handler.handler", "here")


def test_code_that_cannot_be_parsed_is_named_with_its_line(package):
    (package / "a" / "near.py").write_text("x = 1\ndef broken(:\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"near\.py:2: invalid syntax"):
        closure.import_closure("shoplib.a.handler.handler", "here")


@pytest.mark.parametrize("handler", ["shoplib.nowhere.handler", "handler", "os.path.join"])
def test_a_handler_that_is_no_module_of_ours_is_said(handler):
    with pytest.raises(LabError, match="is not a module"):
        closure.import_closure(handler, "RestFunction")


def test_all_patterns_are_packaged_in_no_time_and_always_alike():
    template = load(template_path("rest"))

    def keys() -> list[str]:
        return [artifact.key for artifact in artifacts.package(template, lambda artifact: artifact.key)[1]]

    assert keys() == keys()
    kinds = [resource["Type"] for resource in template.resources.values()]
    assert len(keys()) == kinds.count("AWS::Serverless::Function")


def test_an_installed_package_makes_the_same_bundle_as_a_checkout(tmp_path):
    """`CodeUri: ../../..` is site-packages there, full of other things: the bundle holds none of them."""
    import shutil

    site = tmp_path / "site-packages"
    shutil.copytree(closure.IMPORT_ROOT / "shoplib", site / "shoplib", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "unrelated.py").write_text("", encoding="utf-8")
    code = (
        "import sys; from shoplib.provision import artifacts, load, template_path; import shoplib\n"
        f"assert shoplib.__file__.startswith({str(site)!r})\n"
        "made = artifacts.package(load(template_path('clickstream')), lambda each: each.key)[1]\n"
        "print(*[each.key for each in made])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    here = artifacts.package(load(template_path("clickstream")), lambda each: each.key)[1]
    assert done.stdout.split() == [each.key for each in here]


NODE = {"Runtime": "nodejs22.x", "Handler": "app.handler"}
# Does what npm and esbuild do, as far as the bundle sees it: no test asks a registry.
NPM = """#!{python}
import pathlib, sys
out = [each.partition("=")[2] for each in sys.argv if each.startswith("--outdir=")]
if out:
    pathlib.Path(out[0]).mkdir()
    entry = next(each for each in sys.argv if each.endswith(".ts"))
    name = entry if "--outbase=." in sys.argv else pathlib.Path(entry).name
    path = pathlib.Path(out[0], name).with_suffix(".js")
    path.parent.mkdir(exist_ok=True)
    path.write_text(" ".join(sys.argv[1:]))
else:
    pathlib.Path("node_modules/dep").mkdir(parents=True)
    pathlib.Path("node_modules/dep/index.js").write_text(pathlib.Path("package.json").read_text())
    pathlib.Path("node_modules/dep/called").write_text(" ".join(sys.argv[1:]))
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(NPM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


@pytest.fixture
def node_source(tmp_path: Path) -> Path:
    root = tmp_path / "node"
    (root / "node_modules" / "dep").mkdir(parents=True)
    (root / "node_modules" / "dep" / "stale.js").write_text("", encoding="utf-8")
    (root / "app.js").write_text("exports.handler = async () => 1", encoding="utf-8")
    (root / "package.json").write_text(json.dumps({"dependencies": {"dep": "1.0.0"}}), encoding="utf-8")
    return root


def read(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def test_packages_of_a_node_function_are_installed_by_npm(npm, node_source):
    content = bundle.function(node_source, NODE, "npm-installs")
    assert "node_modules/dep/index.js" in names(content)
    assert "node_modules/dep/stale.js" not in names(content)
    assert read(content, "node_modules/dep/called").startswith("install --no-package-lock --omit=dev")
    (node_source / "package-lock.json").write_text("{}", encoding="utf-8")
    assert read(bundle.function(node_source, NODE, "npm-ci"), "node_modules/dep/called").startswith("ci --omit=dev")


def test_a_package_of_this_machine_is_installed_from_where_it_is(npm, node_source):
    manifest = {"dependencies": {"dep": "file:../shared"}}
    (node_source / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    there = (node_source.parent / "shared").resolve()
    assert str(there) in read(bundle.function(node_source, NODE, "local"), "node_modules/dep/index.js")


def test_without_npm_packages_that_lie_there_go_along(node_source, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "node_modules/dep/stale.js" in names(bundle.function(node_source, NODE, "here"))


def test_without_npm_and_packages_the_way_out_is_said(node_source, monkeypatch):
    monkeypatch.setenv("PATH", "")
    shutil.rmtree(node_source / "node_modules")
    with pytest.raises(LabError, match=r"needs npm, which is not installed") as caught:
        bundle.function(node_source, NODE, "here")
    assert "install Node.js" in caught.value.next


def test_a_python_function_beside_a_package_json_needs_no_npm(node_source, monkeypatch):
    monkeypatch.setenv("PATH", "")
    (node_source / "app.py").write_text("", encoding="utf-8")
    assert "app.py" in names(bundle.function(node_source, PYTHON, "here"))


def test_esbuild_bundles_the_handlers_file_with_the_templates_properties(npm, node_source):
    (node_source / "app.js").rename(node_source / "app.ts")
    properties = {"Minify": False, "Target": "es2022", "Sourcemap": True, "External": ["@aws-sdk/*"]}
    metadata = {"BuildMethod": "esbuild", "BuildProperties": properties}
    content = bundle.function(node_source, NODE, "here", metadata)
    assert names(content) == ["app.js"]
    call = read(content, "app.js").split()
    assert call[:5] == ["exec", "--yes", "--", "esbuild", "app.ts"]
    assert {"--bundle", "--target=es2022", "--sourcemap", "--external:@aws-sdk/*", "--format=cjs"} <= set(call)
    assert "--minify" not in call


def test_the_folder_of_an_entry_point_is_left_out_as_by_sam(npm, node_source):
    (node_source / "src").mkdir()
    (node_source / "app.js").rename(node_source / "src" / "app.ts")
    metadata = {"BuildMethod": "esbuild", "BuildProperties": {"EntryPoints": ["src/app.ts"]}}
    assert names(bundle.function(node_source, NODE, "here", metadata)) == ["app.js"]
    with pytest.raises(LabError, match=r"handler src/app.handler is in nothing .* EntryPoints: app.js"):
        bundle.function(node_source, NODE | {"Handler": "src/app.handler"}, "here", metadata)
    in_src, plain = NODE | {"Handler": "src/app.handler"}, {"BuildMethod": "esbuild"}
    assert names(bundle.function(node_source, in_src, "here", plain)) == ["src/app.js"]


def test_typescript_without_a_bundler_is_refused(node_source):
    (node_source / "package.json").unlink()
    (node_source / "app.js").rename(node_source / "app.ts")
    with pytest.raises(LabError, match="app.handler is TypeScript") as caught:
        bundle.function(node_source, NODE, "here")
    assert "BuildMethod: esbuild" in caught.value.next


def test_a_build_that_is_not_done_here_is_refused(source):
    with pytest.raises(LabError, match="BuildMethod makefile") as caught:
        bundle.function(source, PYTHON, "here", {"BuildMethod": "makefile"})
    assert "sam build" in caught.value.next


def test_a_node_layer_has_its_packages_where_node_looks(npm, node_source):
    inside = names(bundle.layer(node_source, "nodejs22.x", "here"))
    assert {"nodejs/package.json", "nodejs/node_modules/dep/index.js"} <= set(inside)
