"""Two sizes of the suite: `make test` at a size that is quick, `make test-nightly` (SHOPLIB_NIGHTLY=1) at full size."""

import os
from typing import TypeVar

T = TypeVar("T")
NIGHTLY = os.environ.get("SHOPLIB_NIGHTLY", "0") not in ("", "0")
# Of the examples that a Hypothesis test is written for. By day they are the same ones each time, so that more of them
# would find nothing that the last day has not.
EXAMPLES_FACTOR = 20 if NIGHTLY else 0.25
FEWEST_EXAMPLES = 5


def sized(full: T, quick: T) -> T:
    """`full` is the size that is promised and tried every night; `quick` is enough to notice most mistakes."""
    return full if NIGHTLY else quick
