"""What a function imports before its first answer: the large libraries are for those functions that work with them."""

import subprocess
import sys

from shoplib.provision import pattern_names
from tests.contract import patterns

LARGE = {"pyarrow", "pandas", "numpy", "duckdb", "scipy", "matplotlib"}
# Writes the lake's Parquet with each batch.
WORKS_WITH_THEM = {"shoplib.services.analytics.handler"}


def test_no_handler_imports_a_large_library_that_it_may_never_need() -> None:
    handlers = {
        str(resource["Properties"]["Handler"]).rpartition(".")[0]
        for pattern in pattern_names()
        for resource in patterns.expanded(pattern)["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function" and "Handler" in resource["Properties"]
    }
    ours = sorted(handler for handler in handlers - WORKS_WITH_THEM if handler.startswith("shoplib."))
    assert len(ours) > 10
    code = f"import sys\nfor name in {ours}: __import__(name)\nprint(*sorted({LARGE} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
