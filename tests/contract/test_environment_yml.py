"""environment.yml is a thin shell over pyproject.toml: it says nothing that pyproject says, except Python's version."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def conda_packages(environment: dict[str, Any]) -> dict[str, Requirement]:
    texts = [each for each in environment["dependencies"] if isinstance(each, str)]
    return {requirement.name: requirement for requirement in map(Requirement, texts)}


def pip_lines(environment: dict[str, Any]) -> list[str]:
    return [line for each in environment["dependencies"] if isinstance(each, dict) for line in each["pip"]]


def test_it_is_named_as_the_project(environment, pyproject):
    assert environment["name"] == pyproject["project"]["name"]


def test_it_asks_for_the_same_python(environment, pyproject):
    wanted = SpecifierSet(pyproject["project"]["requires-python"])
    assert conda_packages(environment)["python"].specifier == wanted


def test_it_installs_the_project_itself_and_nothing_beside_it(environment):
    assert pip_lines(environment) == ["-e ."]
    assert set(conda_packages(environment)) == {"python", "pip"}


def test_pip_is_new_enough_for_the_dependency_group_that_it_names(environment, pyproject):
    assert "pip install --group dev" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "dev" in pyproject["dependency-groups"]
    assert not conda_packages(environment)["pip"].specifier.contains("25.0")


def test_tools_read_the_same_python(pyproject):
    least = pyproject["project"]["requires-python"].removeprefix(">=")
    assert pyproject["tool"]["mypy"]["python_version"] == least
    assert pyproject["tool"]["ruff"]["target-version"] == f"py{least.replace('.', '')}"
