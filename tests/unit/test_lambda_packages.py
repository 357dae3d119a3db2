"""The lab's own packages as folders of a runtime or a layer."""

import os
from importlib.util import cache_from_source
from pathlib import Path

import pytest
import typing_extensions

from shoplib.localaws.functions.packages import link_distributions


@pytest.mark.skipif(os.name != "posix", reason="Windows may have copies instead of links")
def test_a_module_that_is_one_file_brings_its_bytecode(tmp_path: Path) -> None:
    folder = link_distributions(["typing_extensions"], tmp_path / "python")
    module = folder / "typing_extensions.py"
    compiled = Path(cache_from_source(str(module)))
    assert module.samefile(typing_extensions.__file__)
    assert compiled.readlink() == Path(cache_from_source(typing_extensions.__file__))
