"""Which functions a set of saved files belongs to, which folders are watched for it, and what cannot be run."""

from pathlib import Path

import pytest

from shoplib.errors import LabError
from shoplib.provision.affected_sources import folders, require_syntax, select_affected
from shoplib.provision.artifacts import Source
from shoplib.provision.bundle import make_zip
from shoplib.provision.closure import IMPORT_ROOT

FUNCTION = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "app.handler"}}


def source(name: str, root: Path) -> Source:
    return Source(name, root, name, FUNCTION)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("cart", "orders"):
        (tmp_path / name).mkdir()
    return tmp_path.resolve()


@pytest.fixture
def both(project: Path) -> list[Source]:
    return [source("Cart", project / "cart"), source("Orders", project / "orders")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], []),
        (["template.yaml", "README.md", "carton/app.py"], []),
        (["cart/app.py"], ["Cart"]),
        (["cart/deep/down/data.json", "cart/requirements.txt"], ["Cart"]),
        (["cart/app.py", "orders/app.py"], ["Cart", "Orders"]),
        (["orders"], ["Orders"]),  # the whole folder was renamed
        (["cart/__pycache__/app.cpython-312.pyc", "cart/.venv/lib/a.py"], []),
        (["cart/.app.py.swp", "cart/app.py~", "cart/app.py.tmp"], []),
    ],
)
def test_a_file_touches_the_functions_whose_folder_it_lies_in(project, both, changed, expected):
    found = select_affected(both, [project / name for name in changed])
    assert [each.logical_id for each in found] == expected


def test_of_the_shop_any_module_may_be_a_handlers_own_but_nothing_else():
    shop = [source("Cart", IMPORT_ROOT.resolve())]
    assert select_affected(shop, [IMPORT_ROOT / "shoplib" / "core" / "money.py"])
    assert select_affected(shop, [IMPORT_ROOT / "shoplib" / "core" / "not_yet_written.py"])
    assert not select_affected(
        shop, [IMPORT_ROOT / "tests" / "test_x.py", IMPORT_ROOT / "shoplib" / "core" / "README.md"]
    )


def test_an_archive_is_its_own_folder(project):
    archive = project / "made.zip"
    archive.write_bytes(make_zip({"app.py": b""}))
    assert select_affected([source("Made", archive)], [archive])
    assert not select_affected([source("Made", archive)], [project / "other.zip"])
    assert folders([], [source("Made", archive)]) == [project]


def test_folders_inside_one_another_are_watched_once(project, both, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere").resolve()
    found = folders([project / "template.yaml"], [*both, source("Far", elsewhere)])
    assert found == sorted([project, elsewhere])
    assert folders([project / "cart" / "template.yaml"], both) == [project / "cart", project / "orders"]
    assert folders([IMPORT_ROOT / "shoplib" / "x" / "t.yaml"], [source("Cart", IMPORT_ROOT.resolve())]) == [
        IMPORT_ROOT / "shoplib"
    ]


def test_a_file_that_cannot_be_compiled_is_named_with_its_line(project):
    cart, before = source("Cart", project / "cart"), make_zip({"app.py": b"good = 1\n", "old.py": b"broken ("})
    require_syntax(cart, before, make_zip({"app.py": b"good = 2\n", "old.py": b"broken (", "data.txt": b"("}))
    for code, line in ((b"one = 1\ntwo = (\n", 2), (b"\n\nreturn 1\n", 3), (b"a\0b", 1)):
        with pytest.raises(LabError) as refused:
            require_syntax(cart, before, make_zip({"app.py": code}))
        assert refused.value.what.startswith(f"{project / 'cart' / 'app.py'}:{line}: ")
