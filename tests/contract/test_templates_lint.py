"""AWS's own schemas say whether our templates are valid."""

from pathlib import Path

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

PATTERNS = Path(__file__).parent.parent.parent / "shoplib" / "patterns"


@pytest.mark.parametrize("path", sorted(PATTERNS.glob("*/template.yaml")), ids=lambda path: path.parent.name)
def test_cfn_lint_finds_nothing_not_even_a_hint(path: Path):
    settings = ManualArgs(regions=["us-east-1"], include_checks=["I"])
    assert [str(match) for match in lint(path.read_text(encoding="utf-8"), config=settings)] == []
