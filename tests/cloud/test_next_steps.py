"""Every command that an error or a note advises works: each is run here, in the state in which it is advised."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import shoplib
from shoplib import localaws
from tests.commands import Command

PACKAGE = Path(shoplib.__file__).parent
ADVISED = re.compile(r"`(shoplib [^`]+)`")
TEMPLATE = "Resources:\n  Mail:\n    Type: AWS::SQS::Queue\n"
FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: index.handler, InlineCode: "def handler(event, context): return 1"}
"""
# What stands in braces in the program -> what stands there in this test.
VALUES = {"other": "mail.yaml", "pattern": "fulfilment", "stack": "mail", "function": "Hello"}
# Advice that another test follows, or that asks for more than a laptop: why.
ELSEWHERE = {
    "shoplib demo --keep": "test_demo.py runs it, and everything that it offers",
    "shoplib deploy shop": "test_deploy_command.py plans it",
    "shoplib env": "test_client_settings.py",
    "shoplib gameday mend {resource} CAUSE": "test_shop_gameday.py",
    "shoplib gameday run": "test_shop_gameday.py",
    "shoplib gameday score": "test_shop_gameday.py",
    "shoplib gameday status": "test_shop_gameday.py",
    "shoplib lab": "test_lab_command.py, in a browser",
    "shoplib logs SetRoleFunction": "test_function_commands.py, of other functions",
    "shoplib mailbox {who}": "test_mailbox.py",
    "shoplib plan {plan.template.path} --target aws": "a real account",
}


def texts(path: Path) -> Iterator[str]:
    """String constants and f-strings of a module but its docstrings, with the expressions of these in braces."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {id(node.body[0].value) for node in documented if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{" + ast.unparse(part.value) + "}"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def advised() -> set[str]:
    return {command for path in PACKAGE.rglob("*.py") for text in texts(path) for command in ADVISED.findall(text)}


def typed(command: str) -> list[str]:
    return shlex.split(re.sub(r"\{(\w+)\}", lambda name: VALUES[name[1]], command))[1:]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """With templates, and a local AWS of its own that is up."""
    for name, text in {"mail.yaml": TEMPLATE, "old.yaml": TEMPLATE, "new.yaml": FUNCTION}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPLIB_STATE_DIR", str(tmp_path / "state"))
    localaws.up()
    yield tmp_path
    localaws.down()


def test_what_is_tried_elsewhere_is_advised():
    assert set(ELSEWHERE) <= advised()


@pytest.mark.usefixtures("folder")
def test_each_advised_command_works(command: Command):
    for name in ("fulfilment", "mail.yaml", "new.yaml"):
        assert command("deploy", name).code == 0
    here = advised() - set(ELSEWHERE)
    assert len(here) > 8
    failed = {}
    for advice in sorted(here, key=lambda words: (words == "shoplib down", words.startswith("shoplib destroy"))):
        done = command(*typed(advice))
        failed |= {advice: done.err or done.out} if done.code else {}
    assert failed == {}
